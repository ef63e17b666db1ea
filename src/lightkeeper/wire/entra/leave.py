"""Signing out of this browser (OpenID Connect RP-Initiated Logout 1.0).

A link alone signs nobody out: a page asks, unless the program that sent the person brings the id token it was given.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lightkeeper.directory import clients
from lightkeeper.directory.browsers import Seen
from lightkeeper.directory.sign_in import WHY
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra import pages, visit
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.forms import read_form
from lightkeeper.wire.entra.visit import Stage

CARRIED = ("post_logout_redirect_uri", "state", "client_id", "id_token_hint")
LONGEST_PARAMETER = 8 * 1024
_ANY_TIME: Any = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_sub"), False)


async def show(desk: Desk, request: Request) -> Response:
    """Answer `GET .../logout`."""
    return await _answer(desk, request, _carried(request.query_params))


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the page's form, or a program that posts its request."""
    form = await read_form(request)
    fields = _carried(form)
    if not pages.is_own_form(request, form):
        return await _answer(desk, request, fields)
    if "stay" in form:
        return pages.page("done.html", title="You are still signed in", text="Nothing was changed.")
    account = form.get("account", "")
    await desk.in_thread(desk.browsers.sign_out, visit.cookie_of(request), "" if account == "all" else account)
    return await _gone(desk, request, fields)


async def _answer(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    cookie = visit.cookie_of(request)
    seen = await desk.in_thread(desk.browsers.look, cookie) if cookie else Seen()
    if not seen.accounts:
        return visit.forget(await _gone(desk, request, fields))
    hinted = await desk.in_thread(_hinted, desk, fields.get("id_token_hint", ""))
    for one in seen.accounts:
        if hinted and one.account.upn.lower() == str(hinted.get("preferred_username", "")).lower():
            await desk.in_thread(desk.browsers.sign_out, seen.cookie or cookie, one.account.id)
            return await _gone(desk, request, fields)
    target = fields.get("post_logout_redirect_uri", "")
    registered = bool(target) and await desk.in_thread(_may_return, desk, fields)
    stage = Stage(action=request.url.path, program="", hidden=fields, sends_to=target if registered else "")
    page = visit.staged(request, stage, "sign_out.html", accounts=[one.account for one in seen.accounts])
    return visit.remember(page, seen.cookie)


async def _gone(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    """Return the way back to the program when it has registered that address, else a page that says it is done."""
    target = fields.get("post_logout_redirect_uri", "")
    registered = bool(target) and await desk.in_thread(_may_return, desk, fields)
    if registered:
        state = {"state": fields["state"]} if fields.get("state") else {}
        joined = f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(state)}" if state else target
        return RedirectResponse(joined, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return pages.page("done.html", title="You are signed out", text="You may close this page.")


def _may_return(desk: Desk, fields: Mapping[str, str]) -> bool:
    client_id = fields.get("client_id") or str(_hinted(desk, fields.get("id_token_hint", "")).get("aud", ""))
    try:
        with desk.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            client = clients.get_client(call, client_id, None)
    except Problem:
        return False
    portal = desk.settings.portal_url
    target = fields["post_logout_redirect_uri"]
    return target == portal or clients.may_redirect(client, target, portal)


def _hinted(desk: Desk, token: str) -> Mapping[str, Any]:
    """Return the claims of an id token of ours, however old; nothing for any other text."""
    if not token:
        return {}
    known = desk.keys()
    for key in known:
        try:
            claims: dict[str, Any] = jwt.decode(token, key.public, algorithms=["RS256"], options=_ANY_TIME)
        except (jwt.InvalidTokenError, ValueError):
            continue
        return claims if claims.get("ver") == "2.0" else {}
    return {}


def _carried(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in CARRIED if given.get(name) and len(given[name]) <= LONGEST_PARAMETER}
