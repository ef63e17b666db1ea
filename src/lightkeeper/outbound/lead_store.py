"""Leads as rows, and the secrets that sign them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Index,
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
