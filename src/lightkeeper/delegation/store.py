"""Registration definitions and assignments as rows.

A definition's key is its full ARM id in lower case, because the same GUID may stand in several subscriptions. The
unique pair (scope, definition) is the backstop of L60 against two writers at once.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from lightkeeper.delegation import documents
from lightkeeper.delegation.model import Delegation, Plan, RegistrationAssignment, RegistrationDefinition, Stamp
from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.kernel.lookup import Lookup, Record


def _stamped() -> list[Column[Any]]:
    return [
        Column("created_by", String(256), nullable=False),
        Column("created_by_type", String(32), nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("changed_by", String(256), nullable=False),
        Column("changed_by_type", String(32), nullable=False),
        Column("changed_at", UtcTime, nullable=False),
    ]


definitions = Table(
    "registration_definitions",
    metadata,
    Column("key", String(256), primary_key=True),
    Column("id", String(36), nullable=False),
    Column("subscription_id", String(36), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("managed_by_tenant_id", String(36), nullable=False, index=True),
    Column("authorizations", Json, nullable=False),
    Column("eligible_authorizations", Json, nullable=False),
    Column("offering_key", String(256), index=True),  # publisher.product.plan in lower case, without the version
    Column("plan", Json),
    *_stamped(),
)

assignments = Table(
    "registration_assignments",
    metadata,
    Column("key", String(512), primary_key=True),
    Column("id", String(36), nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_key", String(256), nullable=False),
    Column("subscription_id", String(36), nullable=False, index=True),
    Column("resource_group", String(90)),
    Column("definition_key", String(256), ForeignKey("registration_definitions.key"), nullable=False),
    Column("definition_id", Text, nullable=False),
    Column("managed_by_tenant_id", String(36), nullable=False, index=True),
    *_stamped(),
    UniqueConstraint("scope_key", "definition_key"),
    Index("ix_registration_assignments_definition_key", "definition_key"),
)

_DEFINITION = Lookup(select(definitions).where(definitions.c.key == bindparam("key")))
_DEFINITIONS_IN = Lookup(
    select(definitions).where(definitions.c.subscription_id.in_(bindparam("subscription_ids", expanding=True)))
)
_ASSIGNMENT = Lookup(select(assignments).where(assignments.c.key == bindparam("key")))
_ASSIGNMENTS_IN = Lookup(
    select(assignments).where(assignments.c.subscription_id.in_(bindparam("subscription_ids", expanding=True)))
)


def definition(connection: Connection, key: str) -> RegistrationDefinition | None:
    """Return the definition with this key (any case), or None."""
    row = _DEFINITION.first(connection, key=key.lower())
    return _definition(row) if row else None


def definitions_in(
    connection: Connection, subscription_ids: Iterable[str], *, offering: str | None = None
) -> list[RegistrationDefinition]:
    """Return the definitions of these subscriptions, oldest first; with `offering` only those of that plan."""
    found: list[RegistrationDefinition] = []
    for some in _slices(subscription_ids):
        rows = _DEFINITIONS_IN.all(connection, subscription_ids=some)
        found += [_definition(row) for row in rows if offering is None or row.offering_key == offering.lower()]
    return sorted(found, key=lambda one: (one.stamp.created_at, one.key))


def definitions_of_offering(connection: Connection, offering_key: str) -> list[RegistrationDefinition]:
    """Return the definitions of a published plan, whatever the version, of every customer."""
    query = select(definitions).where(definitions.c.offering_key == offering_key.lower()).order_by(definitions.c.key)
    return [_definition(row) for row in connection.execute(query)]


def definitions_named(connection: Connection, managing_tenant_id: str, guid: str) -> list[RegistrationDefinition]:
    """Return the definitions of this GUID and managing tenant, in whatever subscription."""
    query = select(definitions).where(
        definitions.c.managed_by_tenant_id == managing_tenant_id.lower(), definitions.c.id == guid.lower()
    )
    return [_definition(row) for row in connection.execute(query.order_by(definitions.c.key))]


def every_definition(connection: Connection) -> Iterable[RegistrationDefinition]:
    """Yield every definition there is; for the projection."""
    for row in connection.execute(select(definitions).order_by(definitions.c.key)):
        yield _definition(row)


def save_definition(connection: Connection, value: RegistrationDefinition, *, new: bool) -> None:
    """Write a definition, new or in place of the one with its key."""
    values = _definition_row(value)
    if new:
        connection.execute(insert(definitions).values(**values))
    else:
        connection.execute(update(definitions).where(definitions.c.key == value.key).values(**values))


def remove_definition(connection: Connection, key: str) -> None:
    """Delete a definition."""
    connection.execute(delete(definitions).where(definitions.c.key == key.lower()))


def assignment(connection: Connection, key: str) -> RegistrationAssignment | None:
    """Return the assignment with this key (any case), or None."""
    row = _ASSIGNMENT.first(connection, key=key.lower())
    return _assignment(row) if row else None


def assignments_in(connection: Connection, subscription_ids: Iterable[str]) -> list[RegistrationAssignment]:
    """Return the assignments at these subscriptions and in their groups, oldest first."""
    found: list[RegistrationAssignment] = []
    for some in _slices(subscription_ids):
        found += [_assignment(row) for row in _ASSIGNMENTS_IN.all(connection, subscription_ids=some)]
    return sorted(found, key=lambda one: (one.stamp.created_at, one.key))


def assignments_at(connection: Connection, scope_key: str) -> list[RegistrationAssignment]:
    """Return the assignments at exactly this scope."""
    return _assignments(connection, select(assignments).where(assignments.c.scope_key == scope_key))


def assignments_of(connection: Connection, definition_key: str) -> list[RegistrationAssignment]:
    """Return the assignments of a definition."""
    return _assignments(connection, select(assignments).where(assignments.c.definition_key == definition_key))


def every_assignment(connection: Connection) -> Iterable[RegistrationAssignment]:
    """Yield every assignment there is; for the projection."""
    for row in connection.execute(select(assignments).order_by(assignments.c.key)):
        yield _assignment(row)


def delegations_by(connection: Connection, managing_tenant_id: str) -> list[Delegation]:
    """Return every delegation to a managing tenant, with its definition, by scope."""
    held = connection.execute(
        select(assignments)
        .where(assignments.c.managed_by_tenant_id == managing_tenant_id)
        .order_by(assignments.c.scope_key)
    )
    pairs = [_assignment(row) for row in held]
    known: dict[str, RegistrationDefinition] = {}
    for some in _slices({pair.definition_key for pair in pairs}):
        rows = connection.execute(select(definitions).where(definitions.c.key.in_(some)))
        known |= {row.key: _definition(row) for row in rows}
    return [Delegation(pair, known[pair.definition_key]) for pair in pairs]


def save_assignment(connection: Connection, value: RegistrationAssignment, *, new: bool) -> None:
    """Write an assignment, new or in place of the one with its key."""
    values = _assignment_row(value)
    if new:
        connection.execute(insert(assignments).values(**values))
    else:
        connection.execute(update(assignments).where(assignments.c.key == value.key).values(**values))


def remove_assignment(connection: Connection, key: str) -> None:
    """Delete an assignment."""
    connection.execute(delete(assignments).where(assignments.c.key == key.lower()))


def _slices(ids: Iterable[str]) -> Iterable[Sequence[str]]:
    """Cut a long list of ids into what one statement may carry on every database."""
    distinct = sorted(set(ids))
    return (distinct[at : at + 500] for at in range(0, len(distinct), 500))


def _assignments(connection: Connection, query: Select[Any]) -> list[RegistrationAssignment]:
    return [_assignment(row) for row in connection.execute(query.order_by(assignments.c.key))]


def _stamp_row(stamp: Stamp) -> dict[str, Any]:
    return {name: getattr(stamp, name) for name in Stamp.__dataclass_fields__}


def _stamp(row: Record) -> Stamp:
    return Stamp(**{name: getattr(row, name) for name in Stamp.__dataclass_fields__})


def _definition_row(value: RegistrationDefinition) -> dict[str, Any]:
    return {
        "key": value.key,
        "id": value.id,
        "subscription_id": value.subscription_id,
        "name": value.name,
        "description": value.description,
        "managed_by_tenant_id": value.managed_by_tenant_id,
        "authorizations": documents.authorizations_document(value.authorizations),
        "eligible_authorizations": documents.eligible_document(value.eligible_authorizations),
        "offering_key": value.plan.offering_key if value.plan else None,
        "plan": documents.plan_document(value.plan) if value.plan else None,
        **_stamp_row(value.stamp),
    }


def _definition(row: Record) -> RegistrationDefinition:
    return RegistrationDefinition(
        id=row.id,
        subscription_id=row.subscription_id,
        name=row.name,
        description=row.description,
        managed_by_tenant_id=row.managed_by_tenant_id,
        authorizations=documents.authorizations_of(row.authorizations),
        eligible_authorizations=documents.eligible_of(row.eligible_authorizations),
        plan=Plan(**row.plan) if row.plan else None,
        stamp=_stamp(row),
    )


def _assignment_row(value: RegistrationAssignment) -> dict[str, Any]:
    return {
        "key": value.key,
        "id": value.id,
        "scope": value.scope,
        "scope_key": value.scope_key,
        "subscription_id": value.subscription_id,
        "resource_group": value.resource_group,
        "definition_key": value.definition_key,
        "definition_id": value.definition_id,
        "managed_by_tenant_id": value.managed_by_tenant_id,
        **_stamp_row(value.stamp),
    }


def _assignment(row: Record) -> RegistrationAssignment:
    return RegistrationAssignment(
        id=row.id,
        scope=row.scope,
        subscription_id=row.subscription_id,
        resource_group=row.resource_group,
        definition_id=row.definition_id,
        managed_by_tenant_id=row.managed_by_tenant_id,
        stamp=_stamp(row),
    )
