"""The pages behind `GET /{tenant}/oauth2/v2.0/authorize`, and the way back to the program with a code."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lightkeeper.directory import grants, refusals
from lightkeeper.directory.browsers import CODE_WITHIN
from lightkeeper.directory.model import Application
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.wire.entra import pages, visit
from lightkeeper.wire.entra.consenting import consent_page
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import described, missing_parameter, told, word_of
from lightkeeper.wire.entra.forms import read_form
from lightkeeper.wire.entra.scopes import audience_of, wanted_of
from lightkeeper.wire.entra.token import client_info
from lightkeeper.wire.entra.visit import Stage, Visitor

CARRIED = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method", "login_hint", "client_info", "prompt", "max_age"),
)
LONGEST_PARAMETER = 8 * 1024
GRAPH = "https://graph.microsoft.com/"
RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = frozenset({"login", "none", "consent", "select_account", "create"})


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
    """Answer a program that sent a person here: with its answer when nobody has to be asked, else with a page."""
    fields = {name: value for name, value in request.query_params.items() if name in CARRIED}
    return await _show(desk, request, fields)


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the form of one of our pages; a foreign form that brings no `csrf` is a request to be shown the page."""
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
    if "cancel" in form and pages.is_own_form(request, form):
        return _back(asked, _fault(refusals.consent_declined(), asked))
    stage = _stage(request, asked)
    visitor = await visit.go_on(desk, request, stage, form)
    return await _finish(desk, request, asked, stage, visitor, form)


async def _show(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    try:
        asked = await _read(desk, request, fields)
    except Problem as problem:
        return _refused(problem)
    wrong = _check(asked)
    if wrong is not None:
        return _back(asked, _fault(wrong, asked))
    stage = _stage(request, asked)
    try:
        visitor = await visit.begin(desk, request, stage)
    except Problem as problem:
        return _back(asked, _fault(problem, asked))
    return await _finish(desk, request, asked, stage, visitor, {})


async def _finish(
    desk: Desk, request: Request, asked: Asked, stage: Stage, visitor: Visitor | Response, form: Mapping[str, str]
) -> Response:
    """Return the program's answer once the visitor is known and lets the program act, or the page that is still due."""
    if isinstance(visitor, Response):
        return visitor
    wanted, silent = wanted_of(asked.request.scope, desk.settings), "none" in stage.prompts
    try:
        asking = await desk.in_thread(
            desk.consents.ask, asked.request.tenant_segment, asked.request.client_id, visitor.account, wanted
        )
        if asking.missing or ("consent" in stage.prompts and asking.publisher):
            if "accept" not in form:
                if silent:
                    raise refusals.consent_missing(asked.client.app_id, asked.client.display_name)
                due = replace(stage, hidden={**stage.hidden, "account": visitor.account.id})
                return await consent_page(desk, request, due, visitor, asking, wanted)
            await desk.in_thread(desk.consents.give, asking, wanted, for_all="for_all" in form)
        code, subject = await desk.in_thread(desk.grants.give_code, asked.request, visitor.account, visitor.amr)
    except Problem as problem:
        if silent:
            return _back(asked, _fault(problem, asked))
        page = visit.sign_in_page(request, stage, fault=told(problem), status=400, name=visitor.account.upn)
        return visit.remember(page, visitor.cookie)
    answer = {"code": code, "client_info": client_info(subject), "session_state": "", "state": asked.state}
    return visit.remember(_back(asked, {name: value for name, value in answer.items() if value}), visitor.cookie)


def _stage(request: Request, asked: Asked) -> Stage:
    fields, prompts = asked.fields, frozenset(asked.fields.get("prompt", "").split())
    fresh_for = CODE_WITHIN if "login" in prompts else None
    if fields.get("max_age", "").isdecimal():
        fresh_for = timedelta(seconds=min(int(fields["max_age"]), 10**6))
    return Stage(
        action=request.url.path,
        program=asked.client.display_name,
        hidden=fields,
        sends_to=asked.request.redirect_uri,
        hint=fields.get("login_hint", "")[:256],
        prompts=prompts,
        fresh_for=fresh_for,
    )


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
    if asked.fields.get("response_mode", "query") not in RESPONSE_MODES:
        return Invalid("AADSTS90013", f"The response_mode is not supported: use one of {', '.join(RESPONSE_MODES)}.")
    prompts = asked.fields.get("prompt", "").split()
    if not PROMPTS.issuperset(prompts) or ("none" in prompts and len(prompts) > 1):
        return Invalid("AADSTS90023", f"The value '{' '.join(prompts)[:128]}' of 'prompt' is not supported.")
    challenge = asked.request.code_challenge
    if challenge and asked.fields.get("code_challenge_method") != "S256":
        return Invalid("AADSTS90013", "The code_challenge_method is not supported: use 'S256'.")
    if challenge and not 43 <= len(challenge) <= 128:
        return Invalid("AADSTS501491", "Invalid size of Code_Challenge parameter: it has 43 to 128 characters.")
    if asked.client.public_client and not challenge:
        return Invalid("AADSTS9002325", "Proof Key for Code Exchange is required: send a code_challenge.")
    try:
        audience_of(asked.request.scope, GRAPH)
    except Problem as problem:
        return problem
    return None


_WORDS = {"AADSTS65001": "consent_required"}  # the token endpoint has another word for it


def _refused(problem: Problem) -> Response:
    return pages.page("refused.html", 400, fault=told(problem))


def _fault(problem: Problem, asked: Asked) -> dict[str, str]:
    word = _WORDS.get(problem.code) or word_of(problem)[0]
    answer = {"error": word, "error_description": described(problem)}
    return answer | ({"state": asked.state} if asked.state else {})


def _back(asked: Asked, answer: Mapping[str, str]) -> Response:
    """Return the way back to the program. MSAL takes its answer by POST only, and refuses a redirect."""
    uri = asked.request.redirect_uri
    mode = asked.fields.get("response_mode", "query")
    if mode == "form_post":
        return pages.page("post_back.html", sends_to=uri, uri=uri, answer=answer, program=asked.client.display_name)
    mark = "#" if mode == "fragment" else "&" if urlsplit(uri).query else "?"
    joined = f"{uri}{mark}{urlencode(answer)}"
    return RedirectResponse(joined, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
