"""The sign-in page behind `GET /{tenant}/oauth2/v2.0/authorize`, and the way back to the program with a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lightkeeper.directory import grants
from lightkeeper.directory.model import Application
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.wire.entra import pages
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import described, missing_parameter, word_of
from lightkeeper.wire.entra.forms import read_form
from lightkeeper.wire.entra.scopes import audience_of
from lightkeeper.wire.entra.token import client_info

CARRIED = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method", "login_hint", "client_info"),
)
LONGEST_PARAMETER = 8 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request: what is asked, for which program, and how the answer travels."""

    request: grants.Request
    client: Application
    fields: Mapping[str, str]

    @property
    def state(self) -> str:
        """Return the program's note to itself, which goes back untouched."""
        return self.fields.get("state", "")


async def show(desk: Desk, request: Request) -> Response:
    """Answer a program that sent a person here: the sign-in page."""
    fields = {name: value for name, value in request.query_params.items() if name in CARRIED}
    return await _show(desk, request, fields)


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the sign-in page's own form; a foreign form that brings no `csrf` is a request to be shown the page."""
    form = await read_form(request)
    fields = {name: value for name, value in form.items() if name in CARRIED}
    if "csrf" not in form:
        return await _show(desk, request, fields)
    try:
        asked = await _read(desk, request, fields)
    except Problem as problem:
        return _refused(problem)
    wrong = _check(asked)
    if wrong is not None:
        return _back(asked, _fault(wrong, asked))
    if not pages.is_own_form(request, form):
        return _sign_in_page(request, asked, fault="The page was open for too long. Please sign in again.", status=400)
    if "cancel" in form:
        return _back(asked, _fault(Invalid("AADSTS65004", "User declined to sign in."), asked))
    try:
        account = await desk.in_thread(
            desk.sign_in.account_by_password, form.get("username", "").strip(), form.get("password", "")
        )
        code, subject = await desk.in_thread(desk.grants.give_code, asked.request, account)
    except Problem as problem:
        return _sign_in_page(request, asked, fault=described(problem), status=400, name=form.get("username", ""))
    answer = {"code": code, "client_info": client_info(subject), "session_state": ""}
    return _back(asked, {name: value for name, value in (answer | {"state": asked.state}).items() if value})


async def _show(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    try:
        asked = await _read(desk, request, fields)
    except Problem as problem:
        return _refused(problem)
    wrong = _check(asked)
    if wrong is not None:
        return _back(asked, _fault(wrong, asked))
    return _sign_in_page(request, asked, name=fields.get("login_hint", ""))


async def _read(desk: Desk, request: Request, fields: Mapping[str, str]) -> Asked:
    """Return the request; raise what makes it unsafe to answer the program at all."""
    for name in ("client_id", "redirect_uri"):
        if not fields.get(name):
            raise missing_parameter(name)
    for name, value in fields.items():
        if len(value) > LONGEST_PARAMETER or "\x00" in value:
            raise Invalid("AADSTS90013", f"Invalid input received from the user: '{name}'.", target=name)
    wanted = grants.Request(
        tenant_segment=request.path_params["tenant"],
        client_id=fields["client_id"],
        scope=fields.get("scope", ""),
        redirect_uri=fields["redirect_uri"],
        code_challenge=fields.get("code_challenge", ""),
        nonce=fields.get("nonce", ""),
    )
    return Asked(wanted, await desk.in_thread(desk.grants.check_request, wanted), fields)


def _check(asked: Asked) -> Problem | None:
    """Return what is wrong with a request whose answer may safely be sent to the program."""
    if asked.fields.get("response_type") != "code":
        return Invalid("AADSTS700029", "The response_type is not supported: use 'code'.", target="response_type")
    if asked.fields.get("response_mode", "query") not in ("query", "form_post"):
        return Invalid("AADSTS90013", "The response_mode is not supported: use 'query' or 'form_post'.")
    challenge = asked.request.code_challenge
    if challenge and asked.fields.get("code_challenge_method") != "S256":
        return Invalid("AADSTS90013", "The code_challenge_method is not supported: use 'S256'.")
    if challenge and len(challenge) > 128:
        return Invalid("AADSTS90013", "The code_challenge is longer than 128 characters.")
    if asked.client.public_client and not challenge:
        return Invalid("AADSTS9002325", "Proof Key for Code Exchange is required: send a code_challenge.")
    try:
        audience_of(asked.request.scope, "https://graph.microsoft.com/")
    except Problem as problem:
        return problem
    return None


def _sign_in_page(request: Request, asked: Asked, *, fault: str = "", status: int = 200, name: str = "") -> Response:
    csrf = pages.csrf_of(request)
    answer = pages.page(
        "sign_in.html",
        status,
        sends_to=asked.request.redirect_uri,
        program=asked.client.display_name,
        action=request.url.path,
        hidden={**asked.fields, "csrf": csrf},
        name=name[:256],
        fault=fault,
    )
    return pages.remember_csrf(answer, csrf)


def _refused(problem: Problem) -> Response:
    return pages.page("refused.html", 400, fault=described(problem))


def _fault(problem: Problem, asked: Asked) -> dict[str, str]:
    answer = {"error": word_of(problem)[0], "error_description": described(problem)}
    return answer | ({"state": asked.state} if asked.state else {})


def _back(asked: Asked, answer: Mapping[str, str]) -> Response:
    """Return the way back to the program. MSAL takes its answer by POST only, and refuses a redirect."""
    uri = asked.request.redirect_uri
    if asked.fields.get("response_mode", "query") == "form_post":
        return pages.page("post_back.html", sends_to=uri, uri=uri, answer=answer, program=asked.client.display_name)
    joined = f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(answer)}"
    return RedirectResponse(joined, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
