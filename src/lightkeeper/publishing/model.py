"""The nouns of publishing that are kept: offers with their draft, submissions with their steps, history."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from lightkeeper.publishing.lifecycle import STATUS_OF, Stage, Status


class Environment(StrEnum):
    """Where a version of an offer is seen."""

    DRAFT = "draft"
    PREVIEW = "preview"
    LIVE = "live"


class StepState(StrEnum):
    """How far one phase of a submission is."""

    NOT_STARTED = "notStarted"
    IN_PROGRESS = "inProgress"
    WAITING = "waitingForPublisherReview"
    AWAITING_APPROVAL = "waitingForApproval"  # a reviewer reads it
    REJECTED = "rejected"
    COMPLETE = "complete"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Content:
    """An offer document and the pictures it names, by path and digest."""

    document: dict[str, Any]
    assets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferStanding:
    """Where an offer stands, as lists show it: its draft is not read for that.

    `was_live` and `on_sale` tell its past; `submission_id` is the last submission; `deprecation` is the announced end
    (date, reason, alternative).
    """

    publisher_id: str
    id: str
    alias: str
    edition: int
    stage: Stage
    was_live: bool
    on_sale: bool
    submission_id: str | None
    created_at: datetime
    changed_at: datetime
    changed_by: str
    deprecation: dict[str, Any] | None = None

    @property
    def status(self) -> Status:
        """Return what the portal calls this."""
        return STATUS_OF[self.stage]

    def as_of(self, now: datetime) -> Self:
        """Return the offer as it stands at this moment: off sale once the day that was announced has come."""
        if not self.on_sale or self.deprecation is None or datetime.fromisoformat(self.deprecation["date"]) > now:
            return self
        return replace(self, on_sale=False, stage=Stage.NOT_AVAILABLE if self.stage is Stage.LIVE else self.stage)

    @property
    def etag(self) -> str:
        """Return the entity tag of the draft."""
        return f'"{self.edition}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord(OfferStanding):
    """An offer as the marketplace keeps it: where it stands, and the publisher's draft."""

    draft: Content


@dataclass(frozen=True, slots=True)
class Step:
    """One phase of a submission as it went."""

    phase: str
    state: StepState = StepState.NOT_STARTED
    started_at: datetime | None = None
    ended_at: datetime | None = None
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """A frozen copy of a draft on its way to preview, and then to live.

    `go_live_id` is the id of the sign-off operation, once there is one; `report` is the certification report as JSON.
    """

    id: str
    publisher_id: str
    offer_id: str
    number: int
    content: Content
    stage: Stage
    steps: tuple[Step, ...]
    submitted_by: str
    submitted_at: datetime
    notes: str = ""
    emails: tuple[str, ...] = ()
    report: dict[str, Any] | None = None
    ended_at: datetime | None = None
    go_live_id: str | None = None
    signed_off_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A line of an offer's history; `initiated_by` is empty for what the marketplace did itself."""

    at: datetime
    event: str
    initiated_by: str
    note: str = ""
