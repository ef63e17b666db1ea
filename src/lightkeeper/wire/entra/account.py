"""A person's own page: who they are signed in as, and the second factor they may set up or remove."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from lightkeeper.directory.one_time_codes import address_of
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra import visit
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import told
from lightkeeper.wire.entra.forms import read_form
from lightkeeper.wire.entra.qr_code import LONGEST, svg_path_of
from lightkeeper.wire.entra.visit import Stage, Visitor

SIGNED_IN_WITHIN = timedelta(minutes=30)
"""How long ago the password may have been shown: somebody else may sit at a screen that was left open."""

STAGE = Stage(action="/account", program="Your account", fresh_for=SIGNED_IN_WITHIN)


async def show(desk: Desk, request: Request) -> Response:
    """Answer `GET /account`."""
    visitor = await visit.begin(desk, request, STAGE)
    return visitor if isinstance(visitor, Response) else await _page(desk, request, visitor)


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the page's forms; `step` says which."""
    form = await read_form(request)
    visitor = await visit.go_on(desk, request, STAGE, form)
    if isinstance(visitor, Response):
        return visitor
    try:
        return await _step(desk, request, visitor, form)
    except Problem as problem:
        if form.get("step") == "confirm":
            return await _enrolment(desk, request, visitor, fault=told(problem))
        return await _page(desk, request, visitor, fault=told(problem))


async def _step(desk: Desk, request: Request, visitor: Visitor, form: Mapping[str, str]) -> Response:
    step, code = form.get("step", ""), form.get("code", "")[:16]
    if step == "begin":
        await desk.in_thread(desk.factors.begin, visitor.account)
        return await _enrolment(desk, request, visitor)
    if step == "confirm":
        await desk.in_thread(desk.factors.confirm, visitor.account, code)
        cookie = visitor.cookie or visit.cookie_of(request)
        proven = await desk.in_thread(desk.browsers.sign_in, cookie, visitor.account, with_code=True)
        return await _page(desk, request, replace(visitor, cookie=proven), done="Your second factor is set up.")
    if step == "remove":
        await desk.in_thread(desk.factors.remove, visitor.account, code)
        return await _page(desk, request, visitor, done="Your second factor is removed.")
    return await _page(desk, request, visitor)


async def _page(desk: Desk, request: Request, visitor: Visitor, *, fault: str = "", done: str = "") -> Response:
    enrolled = await desk.in_thread(desk.factors.is_enrolled, visitor.account)
    page = visit.staged(
        request,
        _about(visitor),
        "account.html",
        400 if fault else 200,
        account=visitor.account,
        enrolled=enrolled,
        fault=fault,
        done=done,
    )
    return visit.remember(page, visitor.cookie)


async def _enrolment(desk: Desk, request: Request, visitor: Visitor, *, fault: str = "") -> Response:
    pending = await desk.in_thread(desk.factors.pending, visitor.account)
    if pending is None:
        return await _page(desk, request, visitor, fault=fault)
    secret, address = pending.secret, address_of(pending.secret, visitor.account.upn)
    width, squares = svg_path_of(address) if len(address) <= LONGEST else (0, "")
    page = visit.staged(
        request,
        _about(visitor),
        "enrol.html",
        400 if fault else 200,
        account=visitor.account,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        address=address,
        width=width,
        squares=squares,
        fault=fault,
    )
    return visit.remember(page, visitor.cookie)


def _about(visitor: Visitor) -> Stage:
    return replace(STAGE, hidden={"account": visitor.account.id})
