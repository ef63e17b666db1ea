"""Signing in for a program without a browser: it shows a short code, a person types it on our page and signs in."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper.directory import grants
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra import pages, visit
from lightkeeper.wire.entra.consenting import consent_page
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import told
from lightkeeper.wire.entra.forms import client_of, read_form
from lightkeeper.wire.entra.scopes import audience_of, wanted_of
from lightkeeper.wire.entra.visit import Stage, Visitor

POLL_EVERY_S = 5


async def give_code(desk: Desk, request: Request) -> Response:
    """Answer `POST /{tenant}/oauth2/v2.0/devicecode`."""
    form = await read_form(request)
    client_id, _ = client_of(request, form)
    scope = form.get("scope", "")
    audience_of(scope, desk.settings.graph_url)
    wanted = grants.Request(request.path_params["tenant"], client_id, scope)
    given = await desk.in_thread(desk.devices.give, wanted)
    page = f"{desk.settings.login_url}/devicelogin"
    return JSONResponse(
        {
            "user_code": given.user_code,
            "device_code": given.code,
            "verification_uri": page,
            "expires_in": int(given.expires_for.total_seconds()),
            "interval": POLL_EVERY_S,
            "message": (
                f"To sign in, use a web browser to open the page {page} and enter the code {given.user_code} "
                "to authenticate."
            ),
        },
        headers={"Cache-Control": "no-store"},
    )


async def show(desk: Desk, request: Request) -> Response:
    """Answer `GET /devicelogin`: the page that asks for the code."""
    return _code_page(request, code=request.query_params.get("otc", "")[:16])


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the page's form: first the code, then name and password, which let the waiting program in."""
    form = await read_form(request)
    code = form.get("user_code", "").strip()[:16]
    if not pages.is_own_form(request, form):
        return _code_page(request, code=code, fault="The page was open for too long. Please try again.", status=400)
    try:
        client = await desk.in_thread(desk.devices.client_of, code)
    except Problem as problem:
        return _code_page(request, code=code, fault=told(problem), status=400)
    if "cancel" in form:
        await desk.in_thread(desk.devices.answer, code, None)
        return pages.page(
            "done.html", title="Nothing was signed in", text=f"{client.display_name} was told that you declined."
        )
    stage = Stage(
        action="/devicelogin",
        program=f"{client.display_name}, on the device that shows the code {code.upper()}",
        hidden={"user_code": code},
    )
    if {"username", "account", "otp"} & set(form):
        visitor = await visit.go_on(desk, request, stage, form)
    else:  # who holds the browser says which account the device is for: never without a look
        visitor = await visit.begin(desk, request, replace(stage, prompts=frozenset({"select_account"})))
    if isinstance(visitor, Response):
        return visitor
    try:
        due = await _let_in(desk, request, stage, visitor, code, form)
    except Problem as problem:
        page = visit.sign_in_page(request, stage, fault=told(problem), status=400, name=visitor.account.upn)
        return visit.remember(page, visitor.cookie)
    done = pages.page(
        "done.html",
        title="You are signed in",
        text=f"{client.display_name} continues by itself on your device. You may close this page.",
    )
    return due or visit.remember(done, visitor.cookie)


async def _let_in(
    desk: Desk, request: Request, stage: Stage, visitor: Visitor, code: str, form: Mapping[str, str]
) -> Response | None:
    """Let the waiting program act for the visitor; return the page that asks whether it may, when that is due first."""
    waiting = await desk.in_thread(desk.devices.request_of, code)
    wanted = wanted_of(waiting.scope, desk.settings)
    asking = await desk.in_thread(desk.consents.ask, waiting.tenant_segment, waiting.client_id, visitor.account, wanted)
    if asking.missing:
        if "accept" not in form:
            due = replace(stage, hidden={**stage.hidden, "account": visitor.account.id})
            return await consent_page(desk, request, due, visitor, asking, wanted)
        await desk.in_thread(desk.consents.give, asking, wanted, for_all="for_all" in form)
    await desk.in_thread(desk.devices.answer, code, visitor.account, visitor.amr)
    return None


def _code_page(request: Request, *, code: str, fault: str = "", status: int = 200) -> Response:
    csrf = pages.csrf_of(request)
    return pages.remember_csrf(pages.page("code.html", status, csrf=csrf, code=code, fault=fault), csrf)
