"""Where locks are kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
)

from lightkeeper.access.model import Lock, LockLevel
from lightkeeper.kernel.database import UtcTime, metadata

locks = Table(
    "locks",
    metadata,
    Column("scope_key", Text, nullable=False),
    Column("name_key", String(90), nullable=False),
    Column("name", String(90), nullable=False),
    Column("scope", Text, nullable=False),
    Column("tenant_id", String(36), nullable=False),
    Column("subscription_id", String(36), nullable=False),
    Column("level", String(16), nullable=False),
    Column("notes", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    PrimaryKeyConstraint("scope_key", "name_key"),
    Index("ix_locks_subscription_id", "subscription_id"),
)


def find(connection: Connection, scope_key: str, name: str) -> Lock | None:
    """Return the lock of this name at exactly this scope, or None."""
    query = select(locks).where(locks.c.scope_key == scope_key, locks.c.name_key == name.lower())
    row = connection.execute(query).first()
    return _lock(row) if row else None


def list_around(connection: Connection, chain: Sequence[str], below: str | None) -> list[Lock]:
    """Return the locks at one of the scopes of `chain`, or below `below`; those of the shortest scope first."""
    places: list[ColumnElement[bool]] = [locks.c.scope_key.in_(chain)]
    if below is not None:
        places.append(locks.c.scope_key.startswith(f"{below}/", autoescape=True))
    query = select(locks).where(or_(*places)).order_by(locks.c.scope_key, locks.c.name_key)
    return [_lock(row) for row in connection.execute(query)]


def save(connection: Connection, lock: Lock) -> None:
    """Write a lock, over one of the same name at the same scope."""
    remove(connection, lock)
    values: dict[str, Any] = {name: getattr(lock, name) for name in Lock.__dataclass_fields__}
    connection.execute(insert(locks).values(**{**values, "level": lock.level.value}, name_key=lock.name.lower()))


def remove(connection: Connection, lock: Lock) -> None:
    """Delete a lock; one that is not there is fine."""
    same = (locks.c.scope_key == lock.scope_key) & (locks.c.name_key == lock.name.lower())
    connection.execute(delete(locks).where(same))


def _lock(row: Row[Any]) -> Lock:
    values = dict(row._mapping)
    del values["name_key"]
    return Lock(**{**values, "level": LockLevel(values["level"])})
