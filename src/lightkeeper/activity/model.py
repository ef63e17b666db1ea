"""The nouns of the activity log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One thing that happened, as both activity logs tell it.

    `caller` is a name; which tenant it comes from and which role let it in is not told (L113).
    """

    id: str
    revision: int
    at: datetime
    operation: str
    resource_id: str
    resource_type: str
    resource_provider: str
    resource_group: str
    subscription_id: str | None
    tenant_id: str | None
    correlation_id: str
    caller: str
    status: str
    sub_status: str
    description: str
    http: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What a `$filter` asks: a time window, and values that must be equal."""

    since: datetime | None = None
    until: datetime | None = None
    equal: Mapping[str, str] = field(default_factory=dict)  # by lower-case field name


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first; `next` is the revision to go on behind, None at the end."""

    events: Sequence[LoggedEvent]
    next: int | None = None
