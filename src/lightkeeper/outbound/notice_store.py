"""Notices, preferences and webhooks as rows."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Index, Row, String, Table, Text, delete, insert, select, update

from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.kernel.sealing import Sealed
from lightkeeper.outbound.model import Notice, NoticeKind, Webhook

notices = Table(
    "notices",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("data", Json, nullable=False),
    Column("mandatory", Boolean, nullable=False),
    Index("ix_notices_owner_at", "owner", "at"),
)

notice_preferences = Table(
    "notice_preferences",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("kind", String(24), primary_key=True),
    Column("wanted", Boolean, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("url", Sealed, nullable=False),  # the key of many a receiver stands in its query
    Column("secret", Sealed, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)


def add_notice(connection: Connection, notice: Notice) -> bool:
    """Store a notice; return False when it is there already."""
    if connection.execute(select(notices.c.id).where(notices.c.id == notice.id)).first() is not None:
        return False
    values = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    connection.execute(insert(notices).values(**{**values, "kind": str(notice.kind), "data": dict(notice.data)}))
    return True


def notices_of(connection: Connection, owner: str, limit: int = 200) -> list[Notice]:
    """Return an owner's notices, newest first."""
    query = select(notices).where(notices.c.owner == owner).order_by(notices.c.at.desc(), notices.c.id).limit(limit)
    return [Notice(**{**row._mapping, "kind": NoticeKind(row.kind)}) for row in connection.execute(query)]


def preferences_of(connection: Connection, owner: str) -> dict[str, dict[str, bool]]:
    """Return what everybody said about an owner's notices, by object id and kind."""
    table = notice_preferences
    found: dict[str, dict[str, bool]] = {}
    for row in connection.execute(select(table).where(table.c.owner == owner)):
        found.setdefault(row.object_id, {})[row.kind] = row.wanted
    return found


def put_preferences(connection: Connection, owner: str, object_id: str, said: dict[str, bool]) -> None:
    """Keep what somebody said; kinds not named stay as they are."""
    table = notice_preferences
    for kind, wanted in said.items():
        mine = (table.c.owner == owner, table.c.object_id == object_id, table.c.kind == kind)
        if connection.execute(update(table).where(*mine).values(wanted=wanted)).rowcount == 0:
            connection.execute(insert(table).values(owner=owner, object_id=object_id, kind=kind, wanted=wanted))


def webhooks_of(connection: Connection, owner: str) -> list[Webhook]:
    """Return an owner's webhooks, oldest first."""
    query = select(webhooks).where(webhooks.c.owner == owner).order_by(webhooks.c.created_at, webhooks.c.id)
    return [_webhook(row) for row in connection.execute(query)]


def find_webhook(connection: Connection, webhook_id: str) -> Webhook | None:
    """Return a webhook, or None."""
    row = connection.execute(select(webhooks).where(webhooks.c.id == webhook_id.lower())).first()
    return _webhook(row) if row else None


def add_webhook(connection: Connection, webhook: Webhook) -> None:
    """Store a new webhook."""
    values = {name: getattr(webhook, name) for name in Webhook.__dataclass_fields__}
    connection.execute(insert(webhooks).values(**{**values, "kinds": _kinds(webhook.kinds)}))


def remove_webhook(connection: Connection, webhook_id: str) -> None:
    """Forget a webhook."""
    connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))


def _kinds(kinds: Iterable[str]) -> list[str]:
    return sorted(set(kinds))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(**{**row._mapping, "kinds": tuple(row.kinds)})
