"""What may be saved as a query and scheduled as a report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lightkeeper.kernel.findings import Finding
from lightkeeper.outbound.addresses import why_not_url

LEAST_HOURS, MOST_HOURS = 4, 2160
MOST_RUNS = 100_000
FORMATS = ("csv", "tsv")
MOST_NAME, MOST_DESCRIPTION = 256, 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A schedule as it was asked for, read."""

    name: str
    description: str
    query_id: str
    start_at: datetime | None
    every_hours: int
    count: int | None
    format: str
    callback_url: str
    from_at: datetime | None
    to_at: datetime | None
    now: bool


def read(body: Mapping[str, Any]) -> tuple[Asked, list[Finding]]:
    """Return the schedule a request asks for, with its faults; names of fields ignore case."""
    given = {str(key).lower(): value for key, value in body.items()}
    faults: list[Finding] = []

    def text(key: str, most: int) -> str:
        value = given.get(key.lower())
        if value is not None and (not isinstance(value, str) or len(value) > most):
            faults.append(Finding("analytics-field", key, f"{key} must be a text of at most {most} characters."))
            return ""
        return value.strip() if isinstance(value, str) else ""

    def time(key: str) -> datetime | None:
        value = given.get(key.lower())
        if value is None or value == "":
            return None
        try:
            at = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            faults.append(Finding("analytics-time", key, f"'{str(value)[:40]}' is no time.", "2026-01-31T06:00:00Z"))
            return None

    def number(key: str) -> int | None:
        value = given.get(key.lower())
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            faults.append(Finding("analytics-field", key, f"{key} must be a whole number."))
            return None
        return value

    asked = Asked(
        name=text("ReportName", MOST_NAME),
        description=text("Description", MOST_DESCRIPTION),
        query_id=text("QueryId", 64).lower(),
        start_at=time("StartTime"),
        every_hours=number("RecurrenceInterval") or 0,
        count=number("RecurrenceCount"),
        format=(text("Format", 8) or FORMATS[0]).lower(),
        callback_url=text("CallbackUrl", 2_048),
        from_at=time("QueryStartTime"),
        to_at=time("QueryEndTime"),
        now=given.get("executenow") is True,
    )
    return asked, [*faults, *why_not(asked)]


def why_not(asked: Asked) -> list[Finding]:
    """Return what is wrong with a schedule."""
    found = []
    if not asked.name:
        found.append(Finding("analytics-name", "ReportName", "The report needs a name."))
    if not asked.query_id:
        found.append(Finding("analytics-query", "QueryId", "Name the query that the report runs."))
    if asked.format not in FORMATS:
        found.append(Finding("analytics-format", "Format", f"The format is one of {', '.join(FORMATS)}."))
    if not asked.now:
        if asked.start_at is None:
            found.append(Finding("analytics-start", "StartTime", "Say when the report first runs, or ExecuteNow."))
        if not LEAST_HOURS <= asked.every_hours <= MOST_HOURS:
            message = f"The interval is {LEAST_HOURS} to {MOST_HOURS:,} hours."
            found.append(Finding("analytics-interval", "RecurrenceInterval", message))
    if asked.count is not None and not 1 <= asked.count <= MOST_RUNS:
        found.append(Finding("analytics-count", "RecurrenceCount", f"A report runs 1 to {MOST_RUNS:,} times."))
    if asked.callback_url and (reason := why_not_url(asked.callback_url)):
        found.append(Finding("analytics-callback", "CallbackUrl", f"The address {reason}."))
    if (asked.from_at is None) != (asked.to_at is None) or (
        asked.from_at is not None and asked.to_at is not None and asked.from_at > asked.to_at
    ):
        found.append(Finding("analytics-span", "QueryStartTime", "Give both ends of the time span, the earlier first."))
    return found
