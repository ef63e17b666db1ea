"""A refusal as OAuth and Entra word it: the only place that knows error words and status numbers.

The document is the one Entra sends (`error`, `error_description` beginning with the number, `error_codes`, ...).
MSAL keeps a 400 for a minute and a 401 not at all.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import JSONResponse

from lightkeeper.kernel.problems import Invalid, Problem, TooLarge, Unauthenticated, Unavailable

WORDS: Mapping[str, tuple[str, int]] = {
    "AADSTS50013": ("invalid_client", 401),
    "AADSTS50027": ("invalid_client", 401),
    "AADSTS50166": ("invalid_client", 401),
    "AADSTS50020": ("invalid_grant", 400),
    "AADSTS50053": ("invalid_grant", 400),
    "AADSTS50057": ("invalid_grant", 400),
    "AADSTS50058": ("login_required", 400),
    "AADSTS16000": ("interaction_required", 400),
    "AADSTS50059": ("invalid_request", 400),
    "AADSTS50076": ("interaction_required", 400),
    "AADSTS500121": ("invalid_grant", 400),
    "AADSTS50126": ("invalid_grant", 400),
    "AADSTS50173": ("invalid_grant", 400),
    "AADSTS501481": ("invalid_grant", 400),
    "AADSTS54005": ("invalid_grant", 400),
    "AADSTS65001": ("invalid_grant", 400),
    "AADSTS90094": ("access_denied", 400),
    "AADSTS65004": ("access_denied", 400),
    "AADSTS70003": ("unsupported_grant_type", 400),
    "AADSTS700005": ("invalid_grant", 400),
    "AADSTS70008": ("invalid_grant", 400),
    "AADSTS70011": ("invalid_scope", 400),
    "AADSTS1002012": ("invalid_scope", 400),
    "AADSTS500011": ("invalid_resource", 400),
    "AADSTS700016": ("unauthorized_client", 400),
    "AADSTS70016": ("authorization_pending", 400),
    "AADSTS70017": ("authorization_declined", 400),
    "AADSTS70018": ("bad_verification_code", 400),
    "AADSTS70020": ("expired_token", 400),
    "AADSTS700021": ("invalid_client", 401),
    "AADSTS700023": ("invalid_client", 401),
    "AADSTS700024": ("invalid_client", 401),
    "AADSTS700025": ("invalid_client", 401),
    "AADSTS700027": ("invalid_client", 401),
    "AADSTS700211": ("invalid_client", 401),
    "AADSTS700212": ("invalid_client", 401),
    "AADSTS700213": ("invalid_client", 401),
    "AADSTS700222": ("invalid_client", 401),
    "AADSTS70025": ("invalid_client", 401),
    "AADSTS700029": ("unsupported_response_type", 400),
    "AADSTS7000112": ("unauthorized_client", 400),
    "AADSTS7000215": ("invalid_client", 401),
    "AADSTS7000218": ("invalid_client", 401),
    "AADSTS7000222": ("invalid_client", 401),
    "AADSTS5002723": ("invalid_client", 401),
    "AADSTS9002313": ("invalid_grant", 400),
}
_BY_KIND: tuple[tuple[type[Problem], tuple[str, int]], ...] = (
    (Unavailable, ("temporarily_unavailable", 503)),
    (TooLarge, ("invalid_request", 413)),
    (Unauthenticated, ("invalid_grant", 400)),
    (Problem, ("invalid_request", 400)),
)
_NUMBER = re.compile(r"AADSTS(\d+)")


def missing_parameter(name: str) -> Invalid:
    """A parameter the protocol demands is absent or empty."""
    return Invalid("AADSTS900144", f"The request body must contain the following parameter: '{name}'.", target=name)


def malformed_body(why: str) -> Invalid:
    """The body is not a form we can read."""
    return Invalid("AADSTS900561", f"The endpoint only accepts application/x-www-form-urlencoded POST requests: {why}")


def word_of(problem: Problem) -> tuple[str, int]:
    """Return the OAuth error word and the status of a refusal."""
    found = WORDS.get(problem.code)
    return found or next(word for kind, word in _BY_KIND if isinstance(problem, kind))


def described(problem: Problem) -> str:
    """Return the number and what it means, as clients show it."""
    return f"{problem.code}: {problem.message}"


_FOR_PEOPLE: Mapping[str, str] = {
    "AADSTS50126": "The sign-in name or the password is not right.",
    "AADSTS50053": "That was wrong too often in a row. Wait a minute, then try again.",
    "AADSTS50057": "This account is disabled. Ask whoever looks after your organization.",
    "AADSTS50020": "This account is neither a member nor a guest of the organization. Use another one, or ask to be invited.",
    "AADSTS500121": "The code is not right, or it was used already. Wait for the next one.",
    "AADSTS70018": "No program waits for this code. Check it, or start again there.",
    "AADSTS90002": "There is no such organization here.",
    "AADSTS700016": "The program is not known in the organization. Its administrator has to let it in.",
    "AADSTS90094": "Only an administrator of the organization may answer that for everybody.",
}


def told(problem: Problem) -> str:
    """Return what pages say: a sentence for people, and the number by which it can be looked up."""
    return f"{_FOR_PEOPLE.get(problem.code, problem.message)} ({problem.code})"


def error_document(problem: Problem, now: datetime, correlation_id: str, login_url: str) -> dict[str, object]:
    """Return the error document of the token endpoint."""
    trace_id, at = str(uuid.uuid4()), now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    number = _NUMBER.fullmatch(problem.code)
    codes = [int(number.group(1))] if number else []
    return {
        "error": word_of(problem)[0],
        "error_description": (
            f"{described(problem)} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {at}"
        ),
        "error_codes": codes,
        "timestamp": at,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"{login_url}/error?code={codes[0]}" if codes else f"{login_url}/error",
    }


def entra_error(
    problem: Problem, now: datetime, correlation_id: str, login_url: str, *, word: str | None = None
) -> JSONResponse:
    """Return the answer; `word` replaces the error word where an endpoint has one of its own."""
    document = error_document(problem, now, correlation_id, login_url)
    if word is not None:
        document["error"] = word
    status = word_of(problem)[1]
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="lightkeeper"'
    return JSONResponse(document, status, headers)
