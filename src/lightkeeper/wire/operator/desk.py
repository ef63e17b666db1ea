"""What every operator endpoint needs, and the frame around each: the key, the body, threads, refusals, our own faults."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from lightkeeper.access.index import AccessIndex
from lightkeeper.directory.passwords import Hashing
from lightkeeper.kernel import encoding
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, Problem, TooLarge, Unauthenticated
from lightkeeper.wire.arm.errors import status_of
from lightkeeper.wire.body_parts import parts_of
from lightkeeper.wire.operator.key import is_operator

LARGEST_BODY = 10 * 1024 * 1024

_log = structlog.get_logger("lightkeeper.operator")


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class OperatorDesk:
    """The rooms behind the endpoints; `after_advance` is told when the clock was moved."""

    office: Office
    index: AccessIndex
    key: str
    production: bool = False
    hashing: Hashing = field(default_factory=Hashing)
    after_advance: Callable[[], None] = _nothing
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    query: Mapping[str, str]
    text: str

    @property
    def fields(self) -> Mapping[str, Any]:
        """Return the JSON object of the body. Raises `Invalid` when it is none."""
        try:
            value = encoding.decode(self.text) if self.text else {}
        except (ValueError, RecursionError) as fault:
            raise Invalid("InvalidJson", "The body is not JSON.") from fault
        if not isinstance(value, dict):
            raise Invalid("InvalidJson", "The body must be a JSON object.")
        return value

    def needed(self, name: str) -> str:
        """Return a text field of the body. Raises `Invalid` when it is missing."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Invalid("MissingField", f"The body needs the text '{name}'.", target=name)
        return value.strip()

    def optional(self, name: str) -> str:
        """Return a text field of the body, empty when it is missing."""
        value = self.fields.get(name)
        return value.strip() if isinstance(value, str) else ""

    def number(self, name: str, otherwise: int, most: int) -> int:
        """Return a whole number of the query, at most `most`. Raises `Invalid` when it is none."""
        text = self.query.get(name, "")
        if not text:
            return otherwise
        if not text.isdecimal() or len(text) > 18:
            raise Invalid("InvalidNumber", f"'{name}' must be a whole number.", target=name)
        return min(int(text), most)


Endpoint = Callable[[OperatorDesk, Asked], Any]


def guarded(desk: OperatorDesk, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for the operator only, run in a worker thread, with refusals translated and faults hidden."""

    async def serve(request: Request) -> Response:
        correlation_id = str(uuid.uuid4())
        try:
            if not is_operator(request.headers.get("authorization", ""), desk.key):
                raise Unauthenticated("OperatorKeyNeeded", "Send the key of the data folder as bearer token.")
            asked = Asked(dict(request.query_params), await _text(request))
            value = await to_thread.run_sync(endpoint, desk, asked, limiter=desk.limiter)
        except Problem as problem:
            return _answer(_document(problem), status_of(problem), correlation_id)
        except Exception:
            _log.exception("operator request failed", path=request.url.path, correlation_id=correlation_id)
            message = f"The server met an unexpected condition. Report the correlation id '{correlation_id}'."
            error = {"error": {"code": "InternalServerError", "message": message}}
            return _answer(error, 500, correlation_id)
        return _answer(value, 200, correlation_id)

    return serve


async def _text(request: Request) -> str:
    chunks: list[bytes] = []
    size = 0
    async for chunk in parts_of(request):
        size += len(chunk)
        if size > LARGEST_BODY:
            raise TooLarge("RequestEntityTooLarge", "The body is larger than ten megabytes.")
        chunks.append(chunk)
    try:
        return b"".join(chunks).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid("InvalidEncoding", "The body is not UTF-8.") from fault


def _answer(value: Any, status: int, correlation_id: str) -> Response:
    headers = {"x-ms-correlation-request-id": correlation_id, "cache-control": "no-store"}
    return Response(encoding.encode(value), status, headers, "application/json")


def _document(problem: Problem) -> dict[str, Any]:
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.target:
        error["target"] = problem.target
    if problem.details:
        error["details"] = [finding_document(detail) for detail in problem.details]
    return {"error": error}


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON, with its place when it has one."""
    found: dict[str, Any] = {
        "code": finding.code,
        "severity": str(finding.severity),
        "target": finding.target,
        "message": finding.message,
    }
    if finding.remedy:
        found["remedy"] = finding.remedy
    if finding.place is not None:
        found |= {"file": finding.place.file, "line": finding.place.line, "column": finding.place.column}
    return found
