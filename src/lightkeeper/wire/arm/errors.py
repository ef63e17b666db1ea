"""The error envelope of the public ARM contract, and the only place that gives a problem its status number."""

from typing import Any

from lightkeeper.kernel import problems
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.arm.operation import Answer

STATUS: dict[type[Problem], int] = {
    problems.Unauthenticated: 401,
    problems.Forbidden: 403,
    problems.NotFound: 404,
    problems.MethodNotAllowed: 405,
    problems.Invalid: 400,
    problems.Conflict: 409,
    problems.PreconditionFailed: 412,
    problems.TooLarge: 413,
    problems.Throttled: 429,
    problems.Unavailable: 503,
}


def status_of(problem: Problem) -> int:
    """Return the HTTP status of a problem."""
    return next(STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS)


def problem_document(problem: Problem) -> tuple[int, dict[str, Any]]:
    """Return status and the envelope `{"error": {code, message, target?, details?, additionalInfo?}}`."""
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.target:
        error["target"] = problem.target
    if problem.details:
        error["details"] = [
            {"code": detail.code, "target": detail.target, "message": detail.message}
            | ({"additionalInfo": [{"type": "Remedy", "info": {"remedy": detail.remedy}}]} if detail.remedy else {})
            for detail in problem.details
        ]
    if problem.info:
        error["additionalInfo"] = [dict(info) for info in problem.info]
    return status_of(problem), {"error": error}


TWICE = "/providers/microsoft.managementpartner/"
"""The provider whose errors say code and message once more beside the envelope, as its public description has it."""


def answer_of(problem: Problem, login: str, path: str = "") -> Answer:
    """Return the answer for a problem; a 401 says where to sign in, a 429 and a 503 when to come back."""
    status, document = problem_document(problem)
    if path.lower().startswith(TWICE):
        document |= {"code": problem.code, "message": problem.message}
    headers = {"x-ms-failure-cause": "gateway"}
    if isinstance(problem, problems.Unauthenticated):
        described = _plain(problem.message)
        headers["www-authenticate"] = (
            f'Bearer authorization_uri="{login}/{problem.tenant_id or "common"}", error="invalid_token", '
            f'error_description="{described}"'
        )
    if isinstance(problem, (problems.Throttled, problems.Unavailable)):
        headers["retry-after"] = str(problem.retry_after)
    return Answer(status, document, headers)


def _plain(message: str) -> str:
    """Return a message that may stand between quotes in a header: printable ASCII, without quotes or backslashes."""
    return "".join(
        sign if " " <= sign <= "~" and sign not in '"\\' else "'" if sign == '"' else " " for sign in message
    )


def unexpected(correlation_id: str) -> Answer:
    """Return the opaque answer for our own fault; the log has the rest under the correlation id."""
    message = f"The server met an unexpected condition. Report the correlation id '{correlation_id}'."
    return Answer(500, {"error": {"code": "InternalServerError", "message": message}})
