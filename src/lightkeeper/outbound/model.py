"""The nouns of outbound: leads and where they stand, deliveries and their attempts, notices, webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class LeadKind(StrEnum):
    """What a customer did to become a lead."""

    CONTACT_ME = "contactMe"  # asked to be contacted, with consent
    CALL_TO_ACTION = "callToAction"  # accepted an offer
    TEST = "test"  # nobody: we try the destination


class LeadState(StrEnum):
    """Where a lead of the inbox stands."""

    RECEIVED = "Received"  # the publisher answers within fourteen days
    ACCEPTED = "Accepted"  # the publisher talks to the customer
    WON = "Won"  # it ended well
    LOST = "Lost"  # it ended otherwise
    DECLINED = "Declined"  # the publisher does not want it
    EXPIRED = "Expired"  # nobody answered in time; the contact's data is gone
    INFORMATION = "Information"  # a call to action: nothing is asked of anybody
    ARCHIVED = "Archived"  # a call to action after its time; the contact's data is gone


class LeadEnvironment(StrEnum):
    """Which copy of the offer the customer saw."""

    LIVE = "live"
    PREVIEW = "preview"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Details:
    """Who the customer is. All fields may be empty."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    company: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """A customer's interest in an offer. `event_id` names it wherever it goes, so that a receiver knows it again."""

    event_id: str
    publisher_id: str
    offer_id: str
    plan_id: str
    offer_title: str
    kind: LeadKind
    environment: LeadEnvironment
    source: str  # AzureMarketplace
    action: str  # INS: accepted, PLT: contact me
    details: Details
    description: str
    customer_tenant_id: str
    occurred_at: datetime
    state: LeadState
    changed_at: datetime
    changed_by: str = ""
    note: str = ""

    @property
    def source_text(self) -> str:
        """Return the one text that CRM systems get: `<source>-<action>|<publisher>.<offer>`."""
        return f"{self.source}-{self.action}|{self.publisher_id}.{self.offer_id}"


class Channel(StrEnum):
    """By which kind of carrier something leaves."""

    LEAD = "lead"  # a lead, to the destination of its offer
    MAIL = "mail"
    WEBHOOK = "webhook"
    CALLBACK = "callback"  # a report was run, to the address its schedule names


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"  # an attempt is asked for
    SENDING = "sending"  # an attempt is under way
    WAITING = "waiting"  # an attempt failed; the next one has its time
    DELIVERED = "delivered"  # the receiver took it
    DEAD = "dead"  # every attempt failed; somebody may replay it


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that is to reach a receiver.

    `payload` holds what is sent (never the secrets it is sent with), `target` names the receiver for people.
    `owner` says whose log it is in: `publisher:fabrikam` or `subscription:<id>`.
    """

    id: str
    channel: Channel
    owner: str
    event_id: str
    target: str
    payload: Mapping[str, Any]
    created_at: datetime
    state: DeliveryState = DeliveryState.QUEUED
    attempts: int = 0
    next_at: datetime | None = None
    ended_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, and how it went."""

    number: int
    at: datetime
    delivered: bool
    note: str


class NoticeKind(StrEnum):
    """What people are told."""

    PREVIEW_READY = "previewReady"
    CERTIFICATION_FAILED = "certificationFailed"
    ACTION_REQUIRED = "actionRequired"
    OFFER_LIVE = "offerLive"
    LEAD_RECEIVED = "leadReceived"
    UPDATE_AVAILABLE = "updateAvailable"
    DELEGATION_ADDED = "delegationAdded"
    DELEGATION_REMOVED = "delegationRemoved"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something people should know. `owner` as in `Delivery`; `mandatory` asks for an action of theirs."""

    id: str
    owner: str
    kind: NoticeKind
    subject: str
    text: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of notices; no `kinds` means all. `secret` signs what is sent and is shown once."""

    id: str
    owner: str
    url: str
    secret: str
    kinds: tuple[str, ...]
    created_by: str
    created_at: datetime
