"""Where role assignments are kept: one table, rows become model values here."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)

from lightkeeper.access.model import RoleAssignment, key_of
from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.kernel.lookup import Lookup, Record, begins_with

role_assignments = Table(
    "role_assignments",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("tenant_id", String(36), nullable=False),
    Column("name", String(36), nullable=False),
    Column("id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_key", Text, nullable=False),
    Column("subscription_id", String(36)),
    Column("principal_id", String(64), nullable=False),
    Column("principal_type", String(32), nullable=False),
    Column("role_id", String(36), nullable=False),
    Column("description", Text),
    Column("condition", Text),
    Column("condition_version", String(16)),
    Column("delegated_managed_identity_resource_id", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("updated_by", String(64), nullable=False),
    Column("created_by_tenant_id", String(36), nullable=False),
    UniqueConstraint("scope_key", "principal_id", "role_id"),
    Index("ix_role_assignments_tenant_id_scope_key", "tenant_id", "scope_key"),
    Index("ix_role_assignments_principal_id", "principal_id"),
)

_ASSIGNMENT = Lookup(select(role_assignments).where(role_assignments.c.key == bindparam("key")))
_FIELDS = tuple(RoleAssignment.__dataclass_fields__)


def all_of(connection: Connection) -> Iterator[RoleAssignment]:
    """Yield every role assignment there is."""
    for row in connection.execute(select(role_assignments)):
        yield _assignment(row)


def find(connection: Connection, tenant_id: str, name: str) -> RoleAssignment | None:
    """Return the assignment of this name in a tenant, or None."""
    row = _ASSIGNMENT.first(connection, key=key_of(tenant_id, name))
    return _assignment(row) if row else None


def find_same(connection: Connection, scope_key: str, principal_id: str, role_id: str) -> RoleAssignment | None:
    """Return the assignment that gives this role to this principal at exactly this scope, or None."""
    table = role_assignments
    row = connection.execute(
        select(table).where(
            table.c.scope_key == scope_key, table.c.principal_id == principal_id, table.c.role_id == role_id
        )
    ).first()
    return _assignment(row) if row else None


def count_of_role(connection: Connection, tenant_id: str, role_id: str) -> int:
    """Return how many of the tenant's assignments give this role."""
    table = role_assignments
    query = select(func.count()).select_from(table).where(table.c.tenant_id == tenant_id, table.c.role_id == role_id)
    return int(connection.execute(query).scalar() or 0)


def list_around(
    connection: Connection,
    tenant_id: str,
    chain: Sequence[str],
    below: str | None,
    principals: Iterable[str] | None,
) -> list[RoleAssignment]:
    """Return the tenant's assignments at one of the scopes of `chain`, or below `below`, oldest first.

    `principals` limits them to those of these principals.
    """
    given: dict[str, Any] = {"tenant_id": tenant_id, "chain": tuple(chain)}
    if below is not None:
        given["below"] = f"{below}/"
    if principals is not None:
        given["principals"] = tuple(principals)
    rows = _around(below is not None, principals is not None).all(connection, **given)
    return [_assignment(row) for row in rows]


@cache
def _around(below: bool, principals: bool) -> Lookup:
    """Return the look-up of `list_around`, with or without a scope to look below and principals to limit it to."""
    table = role_assignments
    place: ColumnElement[bool] = table.c.scope_key.in_(bindparam("chain", expanding=True))
    if below:
        place = or_(place, begins_with(table.c.scope_key, "below"))
    query = select(table).where(table.c.tenant_id == bindparam("tenant_id"), place)
    if principals:
        query = query.where(table.c.principal_id.in_(bindparam("principals", expanding=True)))
    return Lookup(query.order_by(table.c.created_at, table.c.key))


def list_in(connection: Connection, tenant_id: str, principals: Iterable[str] | None) -> list[RoleAssignment]:
    """Return all assignments of a tenant, oldest first."""
    table = role_assignments
    query = select(table).where(table.c.tenant_id == tenant_id)
    if principals is not None:
        query = query.where(table.c.principal_id.in_(tuple(principals)))
    return [_assignment(row) for row in connection.execute(query.order_by(table.c.created_at, table.c.key))]


def list_at_or_below(connection: Connection, scope_key: str) -> list[RoleAssignment]:
    """Return the assignments at a scope and everywhere below it."""
    table = role_assignments
    below = table.c.scope_key.startswith(f"{scope_key}/", autoescape=True)
    found = connection.execute(select(table).where(or_(table.c.scope_key == scope_key, below)))
    return [_assignment(row) for row in found]


def save(connection: Connection, assignment: RoleAssignment) -> None:
    """Write an assignment, over one of the same name."""
    remove(connection, assignment)
    values: dict[str, Any] = {name: getattr(assignment, name) for name in _FIELDS}
    connection.execute(insert(role_assignments).values(key=assignment.key, **values))


def remove(connection: Connection, assignment: RoleAssignment) -> None:
    """Delete an assignment; one that is not there is fine."""
    connection.execute(delete(role_assignments).where(role_assignments.c.key == assignment.key))


def _assignment(row: Record) -> RoleAssignment:
    return RoleAssignment(**{name: getattr(row, name) for name in _FIELDS})
