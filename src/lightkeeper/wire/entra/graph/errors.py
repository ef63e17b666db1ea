"""A refusal as Graph words it: the only place of this surface that knows status numbers."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import JSONResponse

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


def graph_error(problem: Problem, now: datetime, request_id: str, login_url: str) -> JSONResponse:
    """Return Graph's error envelope. Whatever is wrong with a token has one code here, unlike in ARM."""
    status = next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)
    code, message, headers = problem.code, problem.message, {"request-id": request_id}
    if isinstance(problem, Unauthenticated):
        tenant = problem.tenant_id or "common"
        code = "InvalidAuthenticationToken"
        headers["WWW-Authenticate"] = f'Bearer realm="", authorization_uri="{login_url}/{tenant}/oauth2/v2.0/authorize"'
    if isinstance(problem, Throttled):
        headers["Retry-After"] = str(problem.retry_after)
    return JSONResponse(envelope(code, message, now, request_id), status, headers)


def envelope(code: str, message: str, now: datetime, request_id: str = "") -> dict[str, object]:
    """Return the document alone."""
    request_id = request_id or str(uuid.uuid4())
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    inner = {"date": at, "request-id": request_id, "client-request-id": request_id}
    return {"error": {"code": code, "message": message, "innerError": inner}}
