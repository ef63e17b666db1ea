"""The Graph application: reads only, for callers of the tenant their token is for.

It listens on an origin of its own, because az chooses a token's audience by the origin of the address it calls.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lightkeeper.directory.verifier import Verifier
from lightkeeper.kernel import encoding, ids
from lightkeeper.kernel.call import Call, Caller
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, MethodNotAllowed, NotFound, Problem, TooLarge, Unauthenticated
from lightkeeper.wire.body_parts import parts_of
from lightkeeper.wire.entra.graph import reads
from lightkeeper.wire.entra.graph.errors import envelope, graph_error
from lightkeeper.wire.entra.graph.reads import Asked
from lightkeeper.wire.entra.settings import EntraSettings

_log = structlog.get_logger("lightkeeper.graph")
LONGEST_BODY = 256 * 1024

Handler = Callable[[Call, Asked], dict[str, Any]]

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/me", reads.me),
    ("GET", "/users", reads.users),
    ("GET", "/users/{id}", reads.user),
    ("GET", "/groups", reads.groups),
    ("GET", "/groups/{id}", reads.group),
    ("GET", "/groups/{id}/members", reads.members),
    ("GET", "/servicePrincipals", reads.service_principals),
    ("GET", "/servicePrincipals/{id}", reads.service_principal),
    ("GET", "/directoryObjects/{id}", reads.directory_object),
    ("POST", "/directoryObjects/getByIds", reads.by_ids),
    ("POST", "/directoryObjects/{id}/checkMemberGroups", reads.check_member_groups),
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What surrounds each handler."""

    office: Office
    verifier: Verifier
    settings: EntraSettings

    def endpoint(self, handler: Handler) -> Callable[[Request], Any]:
        """Return the handler as an endpoint: token, body, thread, call, envelope."""

        async def serve(request: Request) -> Response:
            request_id = _request_id(request)
            try:
                caller = self._caller(request)
                if "\x00" in request.url.path or "%00" in request.url.path or "%00" in request.url.query:
                    raise Invalid("BadRequest", "The request contains a NUL character.")
                asked = Asked(self.settings.graph_url, request.url.path, _query(request), request.path_params, None)
                if request.method == "POST":
                    asked = asked.with_body(await _body(request))
                body = await to_thread.run_sync(self._handle, handler, caller, asked, request_id)
                return JSONResponse(body, headers={"request-id": request_id, "OData-Version": "4.0"})
            except Problem as problem:
                return graph_error(problem, self.office.clock.now(), request_id, self.settings.login_url)
            except Exception:
                _log.exception("graph request failed", path=request.url.path, correlation_id=request_id)
                fault = envelope(
                    "InternalServerError", "Unable to process the request.", self.office.clock.now(), request_id
                )
                return JSONResponse(fault, 500)

        return serve

    def _caller(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("InvalidAuthenticationToken", "Access token is empty.")
        return self.verifier.verify_access_token(token.strip(), self.office.clock.now(), self.settings.graph_audiences)

    def _handle(self, handler: Handler, caller: Caller, asked: Asked, request_id: str) -> dict[str, Any]:
        with self.office.reading(caller, correlation_id=request_id) as call:
            return handler(call, asked)


def graph_app(office: Office, verifier: Verifier, settings: EntraSettings) -> Starlette:
    """Return the application: `/v1.0` and `/beta`, which answer alike."""
    frame = _Frame(office, verifier, settings)
    routes = [
        Route(f"/{version}{path}", frame.endpoint(handler), methods=[method])
        for version in ("v1.0", "beta")
        for method, path, handler in _ROUTES
    ]

    async def absent(request: Request, _fault: Exception) -> Response:
        problem = NotFound("BadRequest", f"Resource not found for the segment '{request.url.path.rsplit('/', 1)[-1]}'.")
        return graph_error(problem, office.clock.now(), _request_id(request), settings.login_url)

    async def wrong_verb(request: Request, _fault: Exception) -> Response:
        problem = MethodNotAllowed("Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
        return graph_error(problem, office.clock.now(), _request_id(request), settings.login_url)

    return Starlette(routes=routes, exception_handlers={404: absent, 405: wrong_verb})


def _query(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.query_params.items()}


async def _body(request: Request) -> Any:
    body = bytearray()
    async for chunk in parts_of(request):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise TooLarge("Request_EntityTooLarge", f"The request body is larger than {LONGEST_BODY} bytes.")
    try:
        return encoding.decode(bytes(body))
    except ValueError as fault:
        raise Invalid("BadRequest", "Unable to read JSON request payload.") from fault


def _request_id(request: Request) -> str:
    given = request.headers.get("client-request-id", "")
    return given.lower() if ids.is_guid(given) else str(uuid.uuid4())
