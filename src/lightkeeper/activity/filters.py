"""The `$filter` of the activity log, in every form clients send it.

    eventTimestamp ge '2026-01-01T00:00:00Z' and eventTimestamp le '2026-01-02T00:00:00Z' and status eq 'Failed'
    resourceProvider eq Microsoft.Authorization and eventTimestamp ge 2026-01-01T00:00:00

Only `and`; quoted or not; any order. A time without a zone is UTC.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from lightkeeper.activity.model import LoggedEvent, Question
from lightkeeper.kernel.problems import Invalid

FIELDS: Mapping[str, Callable[[LoggedEvent], str]] = {
    "resourcegroupname": lambda event: event.resource_group,
    "resourceuri": lambda event: event.resource_id,
    "resourceid": lambda event: event.resource_id,
    "resourceprovider": lambda event: event.resource_provider,
    "correlationid": lambda event: event.correlation_id,
    "resourcetype": lambda event: event.resource_type,
    "status": lambda event: event.status,
    "caller": lambda event: event.caller,
    "operationname": lambda event: event.operation,
    "operations": lambda event: event.operation,
    "levels": lambda event: _level(event.status),
    "level": lambda event: _level(event.status),
    "category": lambda event: "Administrative",
    "eventchannels": lambda event: "Admin, Operation",
}
_SEVERAL = ("levels", "operations")
_TERM = re.compile(
    r"\s*(?P<field>[A-Za-z]+)\s+(?P<verb>eq|ge|le|gt|lt)\s+(?:'(?P<quoted>(?:[^']|'')*)'|(?P<bare>\S+))\s*",
    re.IGNORECASE,
)
_AND = re.compile(r"and\s+", re.IGNORECASE)


def parse(text: str) -> Question:
    """Return what a `$filter` asks; raise `Invalid` when it is not in the grammar."""
    since: datetime | None = None
    until: datetime | None = None
    equal: dict[str, str] = {}
    at, text = 0, text.strip()
    while at < len(text):
        found = _TERM.match(text, at)
        if found is None:
            raise _fault(text)
        field, verb = found["field"].lower(), found["verb"].lower()
        value = found["bare"] if found["quoted"] is None else found["quoted"].replace("''", "'")
        if field == "eventtimestamp" and verb in ("ge", "gt"):
            since = max(_time(value, text), since) if since else _time(value, text)
        elif field == "eventtimestamp" and verb in ("le", "lt"):
            until = min(_time(value, text), until) if until else _time(value, text)
        elif field in FIELDS and verb == "eq":
            if field != "eventchannels":
                equal[field] = value
        else:
            raise _fault(text)
        at = found.end()
        if at < len(text):
            joint = _AND.match(text, at)
            if joint is None or joint.end() >= len(text):
                raise _fault(text)
            at = joint.end()
    return Question(since, until, equal)


def answers(event: LoggedEvent, question: Question) -> bool:
    """Return whether the event has every value asked for; text ignores case, and `levels` names several with commas."""
    return all(
        FIELDS[field](event).lower() in (value.lower().split(",") if field in _SEVERAL else (value.lower(),))
        for field, value in question.equal.items()
    )


def level_of(event: LoggedEvent) -> str:
    """Return how grave the event is: a failure is an error, everything else information."""
    return _level(event.status)


def _level(status: str) -> str:
    return "Error" if status == "Failed" else "Informational"


def _time(value: str, text: str) -> datetime:
    cleaned = re.sub(r"(\.\d{6})\d+", r"\1", value.strip())  # .NET writes seven fractional digits
    try:
        parsed = datetime.fromisoformat(cleaned)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise _fault(text) from fault


def _fault(text: str) -> Invalid:
    return Invalid(
        "BadRequest",
        f"The $filter '{text[:512]}' is not understood. Compare eventTimestamp with ge and le, and resourceGroupName, "
        "resourceUri, resourceId, resourceProvider, correlationId, resourceType, status or caller with eq, joined by and.",
        target="$filter",
    )
