"""The nouns of programmatic analytics."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query that a publisher keeps under a name."""

    id: str
    publisher_id: str
    name: str
    description: str
    text: str
    created_by: str  # an object id
    created_at: datetime


class ScheduleState(StrEnum):
    """Whether a report runs when its time comes."""

    ACTIVE = "Active"
    PAUSED = "Paused"  # by a person, or because whoever made it may no longer read the data
    INACTIVE = "Inactive"  # it ran as often as it should


@dataclass(frozen=True, slots=True)
class ScheduledReport:
    """A saved query that runs at `next_at` and then every `every_hours`, `runs_left` times more (None: for ever).

    `from_at` and `to_at` replace the time span that the query names.
    """

    id: str
    publisher_id: str
    query_id: str
    name: str
    description: str
    start_at: datetime
    every_hours: int
    count: int | None
    runs_left: int | None
    format: str  # csv or tsv
    callback_url: str
    from_at: datetime | None
    to_at: datetime | None
    state: ScheduleState
    next_at: datetime | None
    created_by: str
    created_at: datetime
    changed_at: datetime


class ExecutionState(StrEnum):
    """How far one run of a report is."""

    PENDING = "Pending"
    RUNNING = "Running"
    PAUSED = "Paused"
    COMPLETED = "Completed"


@dataclass(frozen=True, slots=True)
class Execution:
    """A run that is over: what it found, and until when the link to it works."""

    id: str
    report_id: str
    generated_at: datetime
    expires_at: datetime
    format: str
    token: str
    content: str
