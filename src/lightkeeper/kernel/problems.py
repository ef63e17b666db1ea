"""Why a request cannot be served: few kinds, many codes.

    Problem
    ├── Unauthenticated     nobody knows who asks
    ├── Forbidden           the caller may not
    ├── NotFound            there is no such thing (or the caller may not know of it)
    ├── MethodNotAllowed    the thing exists, the verb does not
    ├── Invalid             the request is malformed or breaks a rule; `details` lists every finding
    ├── Conflict            the request is fine, the state of the world is not
    ├── PreconditionFailed  the caller's copy is stale
    ├── TooLarge            the request is larger than we read
    ├── Throttled           too many requests; `retry_after` says when to come back
    └── Unavailable         try again, after `retry_after` seconds

`code` is stable and for programs. `message` is for people, names the thing and says what to do. Surfaces translate a
problem into their own envelope in one file each; nothing below them knows a status number.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lightkeeper.kernel.findings import Finding, errors_of


class Problem(Exception):
    """Any refusal with a code; see the module's tree."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Finding] = (),
        info: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.target = target
        self.details = tuple(details)
        self.info = tuple(info)


class Unauthenticated(Problem):
    """Nobody knows who asks; `tenant_id` is where to sign in, when that is known."""

    def __init__(self, code: str, message: str, *, tenant_id: str | None = None) -> None:
        super().__init__(code, message)
        self.tenant_id = tenant_id


class Forbidden(Problem):
    """The caller may not do this."""


class NotFound(Problem):
    """There is no such thing, or the caller may not know that there is."""


class MethodNotAllowed(Problem):
    """The thing exists, but not for this verb."""


class Invalid(Problem):
    """The request is malformed or breaks a rule."""


class Conflict(Problem):
    """The request is well-formed, but the state of the world does not admit it."""


class PreconditionFailed(Problem):
    """The caller's entity tag does not match, or the thing must (not) exist."""


class TooLarge(Problem):
    """The request is larger than we read."""


class Throttled(Problem):
    """Too many requests; come back after `retry_after` seconds."""

    def __init__(self, code: str, message: str, *, retry_after: int) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class Unavailable(Problem):
    """Nothing is wrong with the request; it cannot be served right now. `retry_after` is when to ask again, in seconds."""

    def __init__(self, code: str, message: str, *, retry_after: int = 5) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


def refuse_if(
    findings: Iterable[Finding],
    *,
    code: str | None = None,
    message: str = "",
    kind: type[Problem] = Invalid,
) -> None:
    """Raise one problem that carries every error among `findings`; return quietly when there is none.

    Without `code` the first finding gives the problem its code and message.
    """
    errors = errors_of(findings)
    if not errors:
        return
    first = errors[0]
    raise kind(
        code or first.code,
        message or first.message,
        target=first.target or None,
        details=errors if len(errors) > 1 or code else (),
    )
