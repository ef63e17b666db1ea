"""Deliveries and their attempts as rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

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
    insert,
    select,
    update,
)

from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.outbound.model import (
    Attempt,
    Channel,
    Delivery,
    DeliveryState,
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


def deliveries_of(
    connection: Connection,
    owner: str,
    *,
    event_id: str = "",
    state: str = "",
    behind: Delivery | None = None,
    limit: int = 200,
) -> list[Delivery]:
    """Return an owner's deliveries, newest first; with `event_id` those of one lead or notice, with `state` those there.

    With `behind` they are those that come after that one in this order.
    """
    query = select(deliveries).where(deliveries.c.owner == owner)
    if event_id:
        query = query.where(deliveries.c.event_id == event_id)
    if state:
        query = query.where(deliveries.c.state == state)
    if behind is not None:
        same_time = (deliveries.c.created_at == behind.created_at) & (deliveries.c.id > behind.id)
        query = query.where((deliveries.c.created_at < behind.created_at) | same_time)
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
