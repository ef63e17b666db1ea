"""Where deny assignments are kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
)

from lightkeeper.access.model import DenyAssignment
from lightkeeper.kernel.database import Json, UtcTime, metadata

deny_assignments = Table(
    "deny_assignments",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("tenant_id", String(36), nullable=False),
    Column("name", String(36), nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_key", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("actions", Json, nullable=False),
    Column("not_actions", Json, nullable=False),
    Column("principals", Json, nullable=False),
    Column("excluded", Json, nullable=False),
    Column("not_below", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Index("ix_deny_assignments_tenant_id_scope_key", "tenant_id", "scope_key"),
)

_LISTS = ("actions", "not_actions")
_PAIRS = ("principals", "excluded")


def all_of(connection: Connection) -> Iterator[DenyAssignment]:
    """Yield every deny assignment there is."""
    for row in connection.execute(select(deny_assignments)):
        yield _denial(row)


def find(connection: Connection, key: str) -> DenyAssignment | None:
    """Return the deny assignment with this key, or None."""
    row = connection.execute(select(deny_assignments).where(deny_assignments.c.key == key)).first()
    return _denial(row) if row else None


def list_around(
    connection: Connection, tenant_id: str, chain: Sequence[str], below: str | None
) -> list[DenyAssignment]:
    """Return the tenant's deny assignments at one of the scopes of `chain`, or below `below`."""
    table = deny_assignments
    places: list[ColumnElement[bool]] = [table.c.scope_key.in_(chain)]
    if below is not None:
        places.append(table.c.scope_key.startswith(f"{below}/", autoescape=True))
    query = select(table).where(table.c.tenant_id == tenant_id, or_(*places)).order_by(table.c.key)
    return [_denial(row) for row in connection.execute(query)]


def list_at_or_below(connection: Connection, scope_key: str) -> list[DenyAssignment]:
    """Return the deny assignments at a scope and below it."""
    table = deny_assignments
    below = table.c.scope_key.startswith(f"{scope_key}/", autoescape=True)
    return [_denial(r) for r in connection.execute(select(table).where(or_(table.c.scope_key == scope_key, below)))]


def save(connection: Connection, denial: DenyAssignment) -> None:
    """Write a deny assignment, over one of the same key."""
    remove(connection, denial.key)
    values: dict[str, Any] = {name: getattr(denial, name) for name in DenyAssignment.__dataclass_fields__}
    connection.execute(insert(deny_assignments).values(key=denial.key, **values))


def remove(connection: Connection, key: str) -> None:
    """Delete a deny assignment; one that is not there is fine."""
    connection.execute(delete(deny_assignments).where(deny_assignments.c.key == key))


def document_of(denial: DenyAssignment) -> Mapping[str, Any]:
    """Return what the log and the index need of a deny assignment."""
    return {
        "key": denial.key,
        "name": denial.name,
        "scope": denial.scope,
        "scope_key": denial.scope_key,
        "actions": list(denial.actions),
        "not_actions": list(denial.not_actions),
        "principals": [list(pair) for pair in denial.principals],
        "excluded": [list(pair) for pair in denial.excluded],
        "not_below": denial.not_below,
    }


def _denial(row: Row[Any]) -> DenyAssignment:
    values = dict(row._mapping)
    del values["key"]
    values |= {name: tuple(values[name]) for name in _LISTS}
    values |= {name: tuple((one[0], one[1]) for one in values[name]) for name in _PAIRS}
    return DenyAssignment(**values)
