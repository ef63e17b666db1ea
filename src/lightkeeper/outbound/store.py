"""Leads, deliveries and attempts as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.kernel.sealing import Sealed
from lightkeeper.outbound.model import (
    Attempt,
    Channel,
    Delivery,
    DeliveryState,
    Details,
    Lead,
    LeadEnvironment,
    LeadKind,
    LeadState,
)

leads = Table(
    "leads",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("publisher_id", String(50), nullable=False),
    Column("offer_id", String(50), nullable=False),
    Column("plan_id", String(50), nullable=False),
    Column("offer_title", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("environment", String(8), nullable=False),
    Column("source", String(32), nullable=False),
    Column("action", String(16), nullable=False),
    Column("details", Json, nullable=False),
    Column("description", Text, nullable=False),
    Column("customer_tenant_id", String(36), nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_leads_publisher_id_occurred_at", "publisher_id", "occurred_at"),
    Index("ix_leads_state_occurred_at", "state", "occurred_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("channel", String(8), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("note", Text, nullable=False),
    Index("ix_deliveries_state_next_at", "state", "next_at"),
    Index("ix_deliveries_owner_created_at", "owner", "created_at"),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery_id", String(36), ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("note", Text, nullable=False),
)

lead_secrets = Table(
    "lead_secrets",
    metadata,
    Column("publisher_id", String(50), primary_key=True),
    Column("secret", Sealed, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)


def find_lead(connection: Connection, event_id: str) -> Lead | None:
    """Return the lead, or None."""
    row = connection.execute(select(leads).where(leads.c.event_id == event_id.lower())).first()
    return _lead(row) if row else None


def leads_of(connection: Connection, publisher_id: str, behind: Lead | None = None) -> Iterator[Lead]:
    """Yield the publisher's leads, newest first; with `behind` those that come after that one in this order."""
    query = select(leads).where(leads.c.publisher_id == publisher_id.lower())
    if behind is not None:
        same_time = (leads.c.occurred_at == behind.occurred_at) & (leads.c.event_id > behind.event_id)
        query = query.where((leads.c.occurred_at < behind.occurred_at) | same_time)
    for row in connection.execute(query.order_by(leads.c.occurred_at.desc(), leads.c.event_id)):
        yield _lead(row)


def leads_older(connection: Connection, state: LeadState, before: datetime, limit: int) -> list[Lead]:
    """Return leads of a state that occurred at or before a time, oldest first."""
    query = select(leads).where(leads.c.state == str(state), leads.c.occurred_at <= before)
    return [_lead(row) for row in connection.execute(query.order_by(leads.c.occurred_at).limit(limit))]


def requests_since(connection: Connection, publisher_id: str, since: datetime, *, by: str = "") -> int:
    """Return how many contact requests a publisher got since a time; with `by` those of one person, unanswered yet."""
    query = select(func.count()).where(
        leads.c.publisher_id == publisher_id, leads.c.kind == str(LeadKind.CONTACT_ME), leads.c.occurred_at >= since
    )
    if by:
        query = query.where(leads.c.changed_by == by)
    return int(connection.execute(query).scalar() or 0)


def add_lead(connection: Connection, lead: Lead) -> None:
    """Store a new lead."""
    connection.execute(insert(leads).values(event_id=lead.event_id, **_lead_row(lead)))


def put_lead(connection: Connection, lead: Lead) -> None:
    """Store a lead that changed."""
    connection.execute(update(leads).where(leads.c.event_id == lead.event_id).values(**_lead_row(lead)))


def _lead_row(lead: Lead) -> dict[str, Any]:
    row = {name: getattr(lead, name) for name in Lead.__dataclass_fields__ if name != "event_id"}
    row |= {name: str(row[name]) for name in ("kind", "environment", "state")}
    return {**row, "details": msgspec.to_builtins(lead.details), "changed_by": lead.changed_by[:200]}


def _lead(row: Row[Any]) -> Lead:
    values = dict(row._mapping)
    values["kind"], values["state"] = LeadKind(row.kind), LeadState(row.state)
    values["environment"] = LeadEnvironment(row.environment)
    values["details"] = msgspec.convert(row.details, Details)
    return Lead(**values)


def find_delivery(connection: Connection, delivery_id: str) -> Delivery | None:
    """Return the delivery, or None."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id.lower())).first()
    return _delivery(row) if row else None


def add_delivery(connection: Connection, delivery: Delivery) -> None:
    """Store a new delivery."""
    connection.execute(
        insert(deliveries).values(
            id=delivery.id,
            channel=str(delivery.channel),
            owner=delivery.owner,
            event_id=delivery.event_id,
            target=delivery.target,
            payload=dict(delivery.payload),
            created_at=delivery.created_at,
            **_progress(delivery),
        )
    )


def put_delivery(connection: Connection, delivery: Delivery, *, was: DeliveryState) -> bool:
    """Store how far a delivery is, when it still stands at `was`; return whether it did."""
    query = update(deliveries).where(deliveries.c.id == delivery.id, deliveries.c.state == str(was))
    return connection.execute(query.values(**_progress(delivery))).rowcount == 1


def erase_payloads(connection: Connection, event_id: str) -> None:
    """Forget what deliveries of an event carried; that they were made is kept."""
    ended = (str(DeliveryState.DELIVERED), str(DeliveryState.DEAD))
    connection.execute(
        update(deliveries).where(deliveries.c.event_id == event_id, deliveries.c.state.in_(ended)).values(payload={})
    )


def due(connection: Connection, now: datetime, limit: int) -> list[Delivery]:
    """Return the deliveries whose next attempt has its time, the longest due first."""
    query = select(deliveries).where(deliveries.c.state == str(DeliveryState.WAITING), deliveries.c.next_at <= now)
    return [_delivery(row) for row in connection.execute(query.order_by(deliveries.c.next_at).limit(limit))]


def left_alone(connection: Connection, before: datetime) -> list[str]:
    """Return the deliveries whose attempt was asked for before a time and has not ended."""
    open_states = (str(DeliveryState.QUEUED), str(DeliveryState.SENDING))
    query = select(deliveries.c.id).where(deliveries.c.state.in_(open_states), deliveries.c.next_at <= before)
    return [row.id for row in connection.execute(query.order_by(deliveries.c.next_at))]


def deliveries_of(connection: Connection, owner: str, *, event_id: str = "", limit: int = 200) -> list[Delivery]:
    """Return an owner's deliveries, newest first; with `event_id` those of one lead or notice."""
    query = select(deliveries).where(deliveries.c.owner == owner)
    if event_id:
        query = query.where(deliveries.c.event_id == event_id)
    rows = connection.execute(query.order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit))
    return [_delivery(row) for row in rows]


def _progress(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "next_at": delivery.next_at,
        "ended_at": delivery.ended_at,
        "note": delivery.note,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return replace(Delivery(**row._mapping), channel=Channel(row.channel), state=DeliveryState(row.state))


def add_attempt(connection: Connection, delivery_id: str, attempt: Attempt) -> None:
    """Write an attempt into the delivery log."""
    outcome = "delivered" if attempt.delivered else "failed"
    connection.execute(
        insert(delivery_attempts).values(
            delivery_id=delivery_id, number=attempt.number, at=attempt.at, outcome=outcome, note=attempt.note
        )
    )


def attempts_of(connection: Connection, delivery_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """Return the attempts of deliveries, each list oldest first."""
    table = delivery_attempts
    found: dict[str, list[Attempt]] = {}
    query = select(table).where(table.c.delivery_id.in_(list(delivery_ids)[:500])).order_by(table.c.number)
    for row in connection.execute(query):
        one = Attempt(row.number, row.at, row.outcome == "delivered", row.note)
        found.setdefault(row.delivery_id, []).append(one)
    return found


def lead_secret(connection: Connection, publisher_id: str) -> str | None:
    """Return the secret that signs the publisher's leads; None when there is none yet."""
    query = select(lead_secrets.c.secret).where(lead_secrets.c.publisher_id == publisher_id)
    return connection.execute(query).scalar()


def put_lead_secret(connection: Connection, publisher_id: str, secret: str, at: datetime) -> None:
    """Let this secret sign the publisher's leads from now on."""
    table = lead_secrets
    changed = connection.execute(
        update(table).where(table.c.publisher_id == publisher_id).values(secret=secret, made_at=at)
    )
    if changed.rowcount == 0:
        connection.execute(insert(table).values(publisher_id=publisher_id, secret=secret, made_at=at))
