"""A refusal as Graph words it: the only place of this surface that knows status numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lightkeeper.kernel.problems import (
    Conflict,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Problem,
    Throttled,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from lightkeeper.wire.entra.graph.asked import Answer

STATUS: Mapping[type[Problem], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    TooLarge: 413,
    Throttled: 429,
    Unavailable: 503,
    Invalid: 400,
}


@dataclass(frozen=True, slots=True)
class Ids:
    """How a request is called: by us, and by its sender when it gave it a GUID."""

    request_id: str
    client_request_id: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what every answer carries."""
        return {"request-id": self.request_id, "client-request-id": self.client_request_id or self.request_id}


def refused(problem: Problem, now: datetime, told: Ids, login_url: str) -> Answer:
    """Return Graph's error document. Whatever is wrong with a token has one code here, unlike in ARM."""
    status = next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)
    code, headers = problem.code, dict[str, str]()
    if isinstance(problem, Unauthenticated):
        tenant = problem.tenant_id or "common"
        code = "InvalidAuthenticationToken"
        headers["WWW-Authenticate"] = f'Bearer realm="", authorization_uri="{login_url}/{tenant}/oauth2/v2.0/authorize"'
    if isinstance(problem, (Throttled, Unavailable)):
        headers["Retry-After"] = str(problem.retry_after)
    details = [{"code": each.code, "target": each.target, "message": each.message} for each in problem.details]
    return Answer(status, envelope(code, problem.message, now, told, details), headers)


def unexpected(now: datetime, told: Ids) -> Answer:
    """Return the document of a fault of ours."""
    return Answer(500, envelope("InternalServerError", "Unable to process the request.", now, told))


def envelope(
    code: str, message: str, now: datetime, told: Ids, details: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the document alone."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = details
    error["innerError"] = {"date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), **told.headers}
    return {"error": error}
