"""What every endpoint of the publisher's API needs, and the frame around each: token, version, body, refusals, faults.

The form is that of the legacy Cloud Partner Portal REST API, api-version 2017-10-31: the only public API that ever
knew Managed Service offers.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import Caller, Occasion
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, Problem, Throttled, TooLarge, Unauthenticated, Unavailable
from lightkeeper.wire.arm.errors import status_of
from lightkeeper.wire.body_parts import parts_of

API_VERSION = "2017-10-31"
LARGEST_BODY = 16 * 1024 * 1024

_log = structlog.get_logger("lightkeeper.partner")


@dataclass(frozen=True, slots=True)
class PartnerDesk:
    """The rooms behind the endpoints. `caller_of` turns a bearer token into its caller or raises `Unauthenticated`."""

    office: Office
    caller_of: Callable[[str], Caller]
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(8))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    correlation_id: str
    occasion: Occasion

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON object of the body, empty for none. Raises `Invalid` for anything else."""
        if not self.raw.strip():
            return {}
        try:
            value = encoding.decode(self.raw)
        except (ValueError, RecursionError) as fault:
            raise Invalid("badRequest", "The body is not JSON.") from fault
        if not isinstance(value, dict):
            raise Invalid("badRequest", "The body must be a JSON object.")
        return value

    @property
    def offer(self) -> tuple[str, str]:
        """Return the publisher and the offer of the address."""
        return self.path["publisher"], self.path["offer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answers: a JSON value, or bytes of the kind `media` names."""

    status: int
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"


Endpoint = Callable[[PartnerDesk, Asked], Answer]


def text_of(body: Mapping[str, Any], name: str) -> str:
    """Return a text of a body; empty for none. Raises `Invalid` for a value of another kind."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("badRequest", f"'{name}' must be text.", target=name)
    return value or ""


def insist_on_version(query: Mapping[str, str]) -> None:
    """Raise `Invalid` for another api-version than the legacy API's."""
    version = query.get("api-version", "")
    if version != API_VERSION:
        raise Invalid("InvalidAPIVersion", f"The api-version '{version[:40]}' is not supported. Use {API_VERSION}.")


def _as_it_is(answer: Answer) -> Answer:
    return answer


def framed(
    desk: PartnerDesk,
    endpoint: Endpoint,
    insist: Callable[[Mapping[str, str]], None] = insist_on_version,
    refused: Callable[[Answer], Answer] = _as_it_is,
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint as a route: run in a worker thread, refusals in the API's envelope, our own faults hidden.

    `insist` looks at the query first, for the version an API asks for; `refused` gives refusals another envelope.
    """

    async def serve(request: Request) -> Response:
        correlation_id = _correlation(request)
        try:
            answer = await to_thread.run_sync(
                endpoint, desk, await _read(desk, request, correlation_id, insist), limiter=desk.limiter
            )
        except Problem as problem:
            answer = refused(refusal(problem))
        except Exception:
            _log.exception("publisher's request failed", path=request.url.path, correlation_id=correlation_id)
            message = f"The server met an unexpected condition. Report the correlation id '{correlation_id}'."
            answer = refused(Answer(500, {"error": {"code": "internalServerError", "message": message, "details": []}}))
        headers = {"x-ms-correlation-request-id": correlation_id, "cache-control": "no-store", **answer.headers}
        value = answer.value
        body = value if isinstance(value, bytes) else b"" if value is None else encoding.encode(value)
        return Response(body, answer.status, headers, answer.media)

    return serve


def refusal(problem: Problem) -> Answer:
    """Return a problem in the API's envelope; `details` name rule, target and remedy of every finding."""
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.target:
        error["target"] = problem.target
    error["details"] = [finding_document(finding) for finding in problem.details]
    headers = {"www-authenticate": "Bearer"} if isinstance(problem, Unauthenticated) else {}
    if isinstance(problem, (Throttled, Unavailable)):
        headers["retry-after"] = str(problem.retry_after)
    return Answer(status_of(problem), {"error": error}, headers)


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON, with its place when it has one."""
    found: dict[str, Any] = {
        "code": finding.code,
        "severity": str(finding.severity),
        "target": finding.target,
        "message": finding.message,
        "remedy": finding.remedy,
    }
    if finding.place is not None and finding.place.file != "offer":
        found |= {"file": finding.place.file, "line": finding.place.line, "column": finding.place.column}
    return found


def _correlation(request: Request) -> str:
    given = request.headers.get("x-ms-correlation-request-id", "")
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return str(uuid.uuid4())


async def _read(
    desk: PartnerDesk, request: Request, correlation_id: str, insist: Callable[[Mapping[str, str]], None]
) -> Asked:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("unauthorized", "Send an access token as bearer token.")
    caller = await to_thread.run_sync(desk.caller_of, token.strip(), limiter=desk.limiter)
    insist(request.query_params)
    return Asked(
        caller=caller,
        path={key: str(value).lower() for key, value in request.path_params.items()},
        query=dict(request.query_params),
        headers={key.lower(): value for key, value in request.headers.items()},
        raw=await _body(request),
        correlation_id=correlation_id,
        occasion=Occasion(request.method, request.url.path, request.headers.get("x-ms-client-request-id", "")),
    )


async def _body(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in parts_of(request):
        size += len(chunk)
        if size > LARGEST_BODY:
            raise TooLarge("requestTooLarge", f"The body is larger than {LARGEST_BODY // (1024 * 1024)} megabytes.")
        chunks.append(chunk)
    return b"".join(chunks)
