"""The Graph application: an origin of its own, because az chooses a token's audience by the origin of the address it calls.

Every path below `/v1.0` and `/beta`, which answer alike, is looked up in one table, so that the requests inside a `$batch`
are served exactly as those that come alone.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import structlog
from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as StarletteRoute

from lightkeeper.directory.passwords import Hashing
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.directory.verifier import Verifier
from lightkeeper.kernel import encoding, ids
from lightkeeper.kernel.call import Caller, CallerKind, Occasion
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, MethodNotAllowed, NotFound, Problem, TooLarge, Unauthenticated
from lightkeeper.wire.body_parts import parts_of
from lightkeeper.wire.entra.graph.asked import Answer, Asked, text
from lightkeeper.wire.entra.graph.batch import Part, answer_all, parts_of_batch
from lightkeeper.wire.entra.graph.errors import Ids, refused, unexpected
from lightkeeper.wire.entra.graph.routing import Table
from lightkeeper.wire.entra.graph.table import ROUTES
from lightkeeper.wire.entra.settings import EntraSettings

_log = structlog.get_logger("lightkeeper.graph")
LONGEST_BODY = 256 * 1024
LONGEST_KEPT_URI = 2048
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class _Heard:
    """One request, alone or part of a batch."""

    method: str
    version: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    address: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What surrounds each handler: token, body, thread, call, envelope."""

    office: Office
    verifier: Verifier
    settings: EntraSettings
    hashing: Hashing
    sign_in: SignIn
    table: Table

    async def endpoint(self, request: Request) -> Response:
        """Answer one request."""
        told = Ids(str(uuid.uuid4()), _client_request_id(request))
        try:
            caller = self._caller(request)
            heard = await _heard(request)
            if request.method == "POST" and heard.path.strip("/").lower() == "$batch":
                answer = await to_thread.run_sync(self._batch, heard, caller, told)
            else:
                answer = await to_thread.run_sync(self._serve, heard, caller, told)
        except Problem as problem:
            answer = refused(problem, self.office.clock.now(), told, self.settings.login_url)
        except Exception:
            answer = self._unexpected(request.url.path, told)
        headers = {**answer.headers, **told.headers}
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        return JSONResponse(answer.body, answer.status, {**headers, "OData-Version": "4.0"})

    def _batch(self, heard: _Heard, caller: Caller, told: Ids) -> Answer:
        def serve(part: Part) -> Answer:
            path, _, query = part.url.partition("?")
            inner = _Heard(
                part.method,
                heard.version,
                "/" + unquote(path).lstrip("/"),
                _lower(parse_qsl(query, keep_blank_values=True)),
                {**heard.headers, **part.headers},
                part.body,
                heard.address,
            )
            try:
                return self._serve(inner, caller, told)
            except Problem as problem:
                return refused(problem, self.office.clock.now(), told, self.settings.login_url)
            except Exception:
                return self._unexpected(inner.path, told)

        return answer_all(parts_of_batch(heard.body), serve)

    def _serve(self, heard: _Heard, caller: Caller, told: Ids) -> Answer:
        if "\x00" in heard.path or any("\x00" in value for value in heard.query.values()):
            raise Invalid("BadRequest", "The request contains a NUL character.")
        if heard.query.get("$expand"):
            message = "$expand is not supported here. Ask for the related objects themselves."
            raise Invalid("Request_UnsupportedQuery", message)
        found = self.table.find(heard.method, heard.path)
        asked = Asked(
            self.settings.graph_url,
            heard.version,
            heard.path,
            heard.query,
            heard.headers,
            found.named,
            self.hashing,
            heard.body,
            found.cast,
            found.counting,
        )
        if found.route.proves:
            self._prove(caller, asked)
        occasion = Occasion(
            heard.method, f"{asked.address}"[:LONGEST_KEPT_URI], told.client_request_id[:128], heard.address
        )
        open_call = self.office.writing if found.route.writes else self.office.reading
        with open_call(caller, correlation_id=told.request_id, occasion=occasion) as call:
            return found.route.handler(call, asked)

    def _prove(self, caller: Caller, asked: Asked) -> None:
        """Let the caller show the present password. A wrong one counts as a failed sign-in, as on the sign-in page."""
        if caller.kind is not CallerKind.USER or caller.is_guest:
            raise Invalid("BadRequest", "Only members of the tenant have a password here.")
        try:
            self.sign_in.account_by_password(caller.name, text(asked.document, "currentPassword"))
        except Unauthenticated as fault:
            raise Invalid("Request_BadRequest", "The specified password does not match the current one.") from fault

    def _caller(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("InvalidAuthenticationToken", "Access token is empty.")
        return self.verifier.verify_access_token(token.strip(), self.office.clock.now(), self.settings.graph_audiences)

    def _unexpected(self, path: str, told: Ids) -> Answer:
        _log.exception("graph request failed", path=path, correlation_id=told.request_id)
        return unexpected(self.office.clock.now(), told)


def graph_app(
    office: Office, verifier: Verifier, settings: EntraSettings, *, hashing: Hashing | None = None
) -> Starlette:
    """Return the application; `hashing` says what setting a password costs (tests make it cheap)."""
    cost = hashing or Hashing()
    frame = _Frame(office, verifier, settings, cost, SignIn(office, cost), Table(ROUTES))
    routes = [
        StarletteRoute(f"/{version}/{{path:path}}", frame.endpoint, methods=list(METHODS))
        for version in ("v1.0", "beta")
    ]

    async def absent(request: Request, _fault: Exception) -> Response:
        segment = request.url.path.rsplit("/", 1)[-1][:128]
        return _plain(request, NotFound("BadRequest", f"Resource not found for the segment '{segment}'."))

    async def wrong_verb(request: Request, _fault: Exception) -> Response:
        message = "Specified HTTP method is not allowed for the request target."
        return _plain(request, MethodNotAllowed("Request_BadRequest", message))

    def _plain(request: Request, problem: Problem) -> Response:
        told = Ids(str(uuid.uuid4()), _client_request_id(request))
        answer = refused(problem, office.clock.now(), told, settings.login_url)
        return JSONResponse(answer.body, answer.status, {**answer.headers, **told.headers})

    return Starlette(routes=routes, exception_handlers={404: absent, 405: wrong_verb})


async def _heard(request: Request) -> _Heard:
    return _Heard(
        method=request.method,
        version=request.url.path.split("/")[1],
        path="/" + request.path_params["path"],
        query=_lower(request.query_params.multi_items()),
        headers=request.headers,
        body=await _body(request) if request.method in ("POST", "PATCH", "PUT") else None,
        address=request.client.host if request.client else "",
    )


def _lower(items: list[tuple[str, str]]) -> Mapping[str, str]:
    """Return query parameters by lower-case name; OData's stand with or without their dollar sign."""
    found = {name.lower(): value for name, value in items}
    for name in ("filter", "select", "top", "orderby", "count", "search", "expand", "skiptoken"):
        if name in found:
            found.setdefault(f"${name}", found.pop(name))
    return found


async def _body(request: Request) -> Any:
    body = bytearray()
    async for chunk in parts_of(request):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise TooLarge("Request_EntityTooLarge", f"The request body is larger than {LONGEST_BODY} bytes.")
    if not body:
        return None
    try:
        return encoding.decode(bytes(body))
    except (ValueError, RecursionError) as fault:
        raise Invalid("BadRequest", "Unable to read JSON request payload.") from fault


def _client_request_id(request: Request) -> str:
    given = request.headers.get("client-request-id", "")
    return given.lower() if ids.is_guid(given) else ""
