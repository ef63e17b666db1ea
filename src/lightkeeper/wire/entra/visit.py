"""Finding out who sits in front of a page: an account this browser knows, a password, a code of a second factor.

Every page that needs a person goes through here: `begin` when it is opened, `go_on` for each form that comes back. Both
return the visitor, or the page to show first. A form says with `account` which of the browser's accounts it is about;
that the account is signed in here is looked up each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from lightkeeper.directory import refusals
from lightkeeper.directory.browsers import CODE_WITHIN, PASSWORD, WITH_CODE, Seen, SignedIn
from lightkeeper.directory.model import User
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra import pages
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import told

SESSION_COOKIE = "__Host-lightkeeper-session"
AGAIN = "Please sign in again."


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the pages stand: which program they are for, where their forms go, what travels with them.

    `fresh_for` says how long ago the password may have been shown; None: as long as the browser keeps it.
    """

    action: str
    program: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    sends_to: str = ""
    hint: str = ""
    prompts: frozenset[str] = frozenset()
    fresh_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sits there, how that was proven, and the cookie their browser gets, if any."""

    account: User
    amr: tuple[str, ...]
    cookie: str = ""


async def begin(desk: Desk, request: Request, stage: Stage) -> Visitor | Response:
    """Return the visitor when this browser knows one and the program lets it answer, else the first page.

    Raises AADSTS50058 or AADSTS16000 when the program asked that no page be shown.
    """
    seen = await _look(desk, request)
    now = desk.office.clock.now()
    ready = [one for one in seen.accounts if _may_go_on(one, stage, now) and _is_meant(one, stage.hint)]
    if "none" in stage.prompts:
        if len(ready) != 1:
            raise refusals.account_to_be_chosen() if ready else refusals.login_needed()
        return Visitor(ready[0].account, ready[0].amr, seen.cookie)
    if "login" not in stage.prompts:
        if seen.accounts and ("select_account" in stage.prompts or len(ready) > 1):
            return remember(accounts_page(request, stage, seen), seen.cookie)
        if len(ready) == 1:
            return Visitor(ready[0].account, ready[0].amr, seen.cookie)
    return remember(sign_in_page(request, stage, name=stage.hint), seen.cookie)


async def go_on(desk: Desk, request: Request, stage: Stage, form: Mapping[str, str]) -> Visitor | Response:
    """Return the visitor after this form, or the next page; a form that is not ours is answered by the first page."""
    if not pages.is_own_form(request, form):
        fault = "The page was open for too long. Please sign in again."
        return sign_in_page(request, stage, fault=fault, status=400, name=form.get("username", ""))
    if "username" in form:
        return await _by_password(desk, request, stage, form)
    if form.get("account") in (None, "", "other"):
        return sign_in_page(request, stage)
    seen, now = await _look(desk, request), desk.office.clock.now()
    one = seen.of(form["account"])
    if one is None:
        return sign_in_page(request, stage, fault=AGAIN, status=400)
    if "otp" in form and now - one.at <= CODE_WITHIN:
        return await _by_code(desk, request, stage, form["otp"], one)
    if not one.complete and now - one.at <= CODE_WITHIN:
        return remember(code_page(request, stage, one.account), seen.cookie)
    if not _may_go_on(one, stage, now):
        return remember(sign_in_page(request, stage, name=one.account.upn), seen.cookie)
    return Visitor(one.account, one.amr, seen.cookie)


async def _by_password(desk: Desk, request: Request, stage: Stage, form: Mapping[str, str]) -> Visitor | Response:
    name = form["username"].strip()
    try:
        account = await desk.in_thread(desk.sign_in.account_by_password, name, form.get("password", ""))
    except Problem as problem:
        return sign_in_page(request, stage, fault=told(problem), status=400, name=name)
    cookie = await desk.in_thread(desk.browsers.sign_in, cookie_of(request), account)
    if await desk.in_thread(desk.factors.is_enrolled, account):
        return remember(code_page(request, stage, account), cookie)
    return Visitor(account, PASSWORD, cookie)


async def _by_code(desk: Desk, request: Request, stage: Stage, code: str, one: SignedIn) -> Visitor | Response:
    try:
        await desk.in_thread(desk.factors.check, one.account, code)
    except Problem as problem:
        return code_page(request, stage, one.account, fault=told(problem), status=400)
    cookie = await desk.in_thread(desk.browsers.sign_in, cookie_of(request), one.account, with_code=True)
    return Visitor(one.account, WITH_CODE, cookie)


def cookie_of(request: Request) -> str:
    """Return the browser's session cookie; empty when it has none."""
    return request.cookies.get(SESSION_COOKIE, "")


def remember(answer: Response, cookie: str) -> Response:
    """Return the answer with the session cookie, when there is a new one. It ends with the browser."""
    if cookie:
        answer.set_cookie(SESSION_COOKIE, cookie, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def forget(answer: Response) -> Response:
    """Return the answer that takes the session cookie away."""
    answer.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def staged(request: Request, stage: Stage, template: str, status: int = 200, /, **values: object) -> Response:
    """Return a page of this stage: its form goes back to where it came from, and proves that it is ours."""
    csrf = pages.csrf_of(request)
    hidden = {**stage.hidden, "csrf": csrf}
    answer = pages.page(
        template, status, sends_to=stage.sends_to, action=stage.action, program=stage.program, hidden=hidden, **values
    )
    return pages.remember_csrf(answer, csrf)


def sign_in_page(request: Request, stage: Stage, *, fault: str = "", status: int = 200, name: str = "") -> Response:
    """Return the page that asks for name and password."""
    return staged(request, stage, "sign_in.html", status, fault=fault, name=name[:256])


def code_page(request: Request, stage: Stage, account: User, *, fault: str = "", status: int = 200) -> Response:
    """Return the page that asks for a code of the second factor."""
    return staged(request, stage, "second_factor.html", status, fault=fault, account=account)


def accounts_page(request: Request, stage: Stage, seen: Seen) -> Response:
    """Return the page that lets a person choose among the browser's accounts."""
    return staged(request, stage, "accounts.html", accounts=[one.account for one in seen.accounts])


async def _look(desk: Desk, request: Request) -> Seen:
    cookie = cookie_of(request)
    return await desk.in_thread(desk.browsers.look, cookie) if cookie else Seen()


def _may_go_on(one: SignedIn, stage: Stage, now: datetime) -> bool:
    return one.complete and (stage.fresh_for is None or now - one.at <= stage.fresh_for)


def _is_meant(one: SignedIn, hint: str) -> bool:
    return not hint or one.account.upn.lower() == hint.strip().lower()
