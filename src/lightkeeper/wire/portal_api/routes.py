"""The API's routes: who asks, one call, one verb, ARM's envelope for what goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import Caller, Occasion
from lightkeeper.kernel.ids import is_guid, new_guid
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.arm import errors
from lightkeeper.wire.arm.body import parse_json, read_body
from lightkeeper.wire.arm.operation import Answer
from lightkeeper.wire.portal_api.asking import Asked, Verb
from lightkeeper.wire.portal_api.verbs import VERBS

BASE = "/portal/api"
CORRELATION = "x-ms-correlation-request-id"

log = structlog.get_logger("lightkeeper.portal_api")


@dataclass(frozen=True, slots=True)
class PortalApi:
    """What the routes need: where calls are opened, who a request comes from, and where one signs in.

    `caller_of` reads the bearer token (audience ARM) or the portal's session, and raises `Unauthenticated`.
    """

    office: Office
    caller_of: Callable[[Request], Caller]
    login: str


def portal_api_routes(deps: PortalApi) -> list[Route]:
    """Return the routes under `/portal/api`."""
    return [Route(BASE + verb.path, _endpoint(deps, verb), methods=[verb.method]) for verb in VERBS]


def _endpoint(deps: PortalApi, verb: Verb) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        said = request.headers.get(CORRELATION, "")
        correlation_id = said if is_guid(said) else new_guid()
        try:
            body = parse_json(await read_body(request.receive, request.headers)) if verb.method == "POST" else None
            answer = await to_thread.run_sync(_answer, deps, verb, request, body, correlation_id)
        except Problem as problem:
            answer = errors.answer_of(problem, deps.login)
        except Exception:
            log.exception("request failed", correlation_id=correlation_id, path=request.url.path)
            answer = errors.unexpected(correlation_id)
        headers = {"cache-control": "no-store", CORRELATION: correlation_id, **answer.headers}
        return Response(encoding.encode(answer.body), answer.status, headers, "application/json")

    return endpoint


def _answer(deps: PortalApi, verb: Verb, request: Request, body: object, correlation_id: str) -> Answer:
    caller = deps.caller_of(request)
    asked = Asked(request.path_params, dict(request.query_params), body)
    if verb.method == "GET":
        with deps.office.reading(caller, correlation_id=correlation_id) as call:
            return Answer(200, verb.handle(call, asked))
    occasion = Occasion(method=verb.method, uri=str(request.url))
    with deps.office.writing(caller, correlation_id=correlation_id, occasion=occasion) as call:
        value = verb.handle(call, asked)
    return Answer(200, value, {"x-lightkeeper-revision": str(call.revision)} if call.revision else {})
