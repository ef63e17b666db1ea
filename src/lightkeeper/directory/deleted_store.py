"""What was deleted and can still be brought back, as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Index, String, Table, delete, insert, select

from lightkeeper.directory.model import ObjectId, TenantId
from lightkeeper.kernel.database import Json, UtcTime, metadata

KEPT_FOR = timedelta(days=30)  # "remain available to restore for up to 30 days" (Graph, directory: deleted items)

deleted_objects = Table(
    "deleted_objects",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", String(36), nullable=False),
    Column("type", String(16), nullable=False),
    Column("deleted_at", UtcTime, nullable=False),
    Column("body", Json, nullable=False),
    Index("ix_deleted_objects_tenant_id_type", "tenant_id", "type"),
)


@dataclass(frozen=True, slots=True)
class Deleted:
    """An object as it was: its fields, and the pairs in which it was a group or member (owned or owner)."""

    id: ObjectId
    tenant_id: TenantId
    type: str  # a principal's type, or "Application"
    deleted_at: datetime
    body: Mapping[str, Any]


def keep(connection: Connection, one: Deleted) -> None:
    """Keep what was deleted."""
    connection.execute(insert(deleted_objects).values(**{name: getattr(one, name) for name in _FIELDS}))


def find(connection: Connection, object_id: str) -> Deleted | None:
    """Return a deleted object or None."""
    row = connection.execute(select(deleted_objects).where(deleted_objects.c.id == object_id.lower())).first()
    return Deleted(**row._mapping) if row else None


def list_deleted(connection: Connection, tenant_id: str, type: str) -> list[Deleted]:
    """Return what was deleted of a type in a tenant, by id."""
    query = select(deleted_objects).where(deleted_objects.c.tenant_id == tenant_id, deleted_objects.c.type == type)
    return [Deleted(**row._mapping) for row in connection.execute(query.order_by(deleted_objects.c.id))]


def deleted_before(connection: Connection, tenant_id: str, at: datetime) -> list[Deleted]:
    """Return what was deleted in a tenant up to a moment."""
    query = select(deleted_objects).where(deleted_objects.c.tenant_id == tenant_id, deleted_objects.c.deleted_at <= at)
    return [Deleted(**row._mapping) for row in connection.execute(query)]


def forget(connection: Connection, object_id: str) -> None:
    """Forget a deleted object."""
    connection.execute(delete(deleted_objects).where(deleted_objects.c.id == object_id))


_FIELDS = tuple(Deleted.__dataclass_fields__)
