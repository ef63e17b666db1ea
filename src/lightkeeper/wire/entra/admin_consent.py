"""An administrator lets a program into the tenant, and answers for everybody in it what they would be asked.

`GET /{tenant}/v2.0/adminconsent?client_id=&redirect_uri=&state=&scope=`; the answer is `admin_consent=True&tenant=...`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lightkeeper.directory import grants, refusals
from lightkeeper.directory.consents import Wanted
from lightkeeper.directory.model import Application
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra import pages, visit
from lightkeeper.wire.entra.consenting import consent_page
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import described, missing_parameter, told, word_of
from lightkeeper.wire.entra.forms import read_form
from lightkeeper.wire.entra.scopes import wanted_of
from lightkeeper.wire.entra.visit import Stage, Visitor

CARRIED = ("client_id", "redirect_uri", "state", "scope")
LONGEST_PARAMETER = 8 * 1024
EVERYTHING = "openid profile offline_access {graph}/.default"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for an administrator's consent."""

    segment: str
    client: Application
    wanted: Wanted
    fields: Mapping[str, str]


async def show(desk: Desk, request: Request) -> Response:
    """Answer the program that sent an administrator here."""
    try:
        asked = await _read(desk, request, request.query_params)
        stage = _stage(request, asked)
        visitor = await visit.begin(desk, request, stage)
    except Problem as problem:
        return pages.page("refused.html", 400, fault=told(problem))
    return await _finish(desk, request, asked, stage, visitor, {})


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the form of one of the pages."""
    form = await read_form(request)
    try:
        asked = await _read(desk, request, form)
    except Problem as problem:
        return pages.page("refused.html", 400, fault=told(problem))
    if "cancel" in form and pages.is_own_form(request, form):
        return _back(asked, _fault(refusals.consent_declined()))
    stage = _stage(request, asked)
    visitor = await visit.go_on(desk, request, stage, form)
    return await _finish(desk, request, asked, stage, visitor, form)


async def _finish(
    desk: Desk, request: Request, asked: Asked, stage: Stage, visitor: Visitor | Response, form: Mapping[str, str]
) -> Response:
    if isinstance(visitor, Response):
        return visitor
    try:
        asking = await desk.in_thread(
            desk.consents.ask, asked.segment, asked.client.app_id, visitor.account, asked.wanted, present=False
        )
        if not asking.whole:
            raise refusals.administrator_needed(asked.client.display_name)
        if "accept" not in form:
            due = replace(stage, hidden={**stage.hidden, "account": visitor.account.id})
            return await consent_page(desk, request, due, visitor, asking, asked.wanted, only_whole=True)
        await desk.in_thread(desk.consents.give, asking, asked.wanted, for_all=True)
    except Problem as problem:
        page = visit.sign_in_page(request, stage, fault=told(problem), status=400, name=visitor.account.upn)
        return visit.remember(page, visitor.cookie)
    answer = {"tenant": asking.subject.tenant.id, "scope": " ".join(asked.wanted.permissions)}
    return visit.remember(_back(asked, answer), visitor.cookie)


async def _read(desk: Desk, request: Request, given: Mapping[str, str]) -> Asked:
    """Return the request; raise what makes it unsafe to answer the program at all."""
    fields = {name: given[name] for name in CARRIED if given.get(name)}
    for name in ("client_id", "redirect_uri"):
        if name not in fields:
            raise missing_parameter(name)
    if any(len(value) > LONGEST_PARAMETER or "\x00" in value for value in fields.values()):
        raise missing_parameter("state")
    wanted = wanted_of(fields.get("scope", EVERYTHING.format(graph=desk.settings.graph_url)), desk.settings)
    segment = request.path_params["tenant"]
    # The program may not be in the tenant yet: that is what the administrator is asked about.
    anywhere = grants.Request("organizations", fields["client_id"], "", redirect_uri=fields["redirect_uri"])
    return Asked(segment, await desk.in_thread(desk.grants.check_request, anywhere), wanted, fields)


def _stage(request: Request, asked: Asked) -> Stage:
    target = asked.fields["redirect_uri"]
    return Stage(request.url.path, asked.client.display_name, hidden=asked.fields, sends_to=target)


def _fault(problem: Problem) -> dict[str, str]:
    return {"error": word_of(problem)[0], "error_description": described(problem)}


def _back(asked: Asked, answer: Mapping[str, str]) -> Response:
    state = {"state": asked.fields["state"]} if "state" in asked.fields else {}
    query = urlencode({"admin_consent": "True", **answer, **state})
    target = asked.fields["redirect_uri"]
    joined = f"{target}{'&' if urlsplit(target).query else '?'}{query}"
    return RedirectResponse(joined, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
