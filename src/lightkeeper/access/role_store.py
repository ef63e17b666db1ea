"""Where the roles are kept that tenants make for themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, UniqueConstraint, delete, insert, select

from lightkeeper.access.model import CustomRole, PermissionBlock, Role, RoleId, custom_role_id
from lightkeeper.kernel.database import Json, UtcTime, metadata

role_definitions = Table(
    "role_definitions",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("tenant_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("permissions", Json, nullable=False),
    Column("assignable_scopes", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("updated_by", String(64), nullable=False),
    UniqueConstraint("tenant_id", "name_key"),
)


def all_roles(connection: Connection) -> Iterator[CustomRole]:
    """Yield every custom role there is."""
    for row in connection.execute(select(role_definitions)):
        yield _role(row)


def roles_of(connection: Connection, tenant_id: str) -> Sequence[CustomRole]:
    """Return the tenant's own roles, by name."""
    table = role_definitions
    query = select(table).where(table.c.tenant_id == tenant_id).order_by(table.c.name_key)
    return [_role(row) for row in connection.execute(query)]


def find(connection: Connection, tenant_id: str, guid: str) -> CustomRole | None:
    """Return the tenant's role of this GUID, or None."""
    key = custom_role_id(tenant_id, guid)
    row = connection.execute(select(role_definitions).where(role_definitions.c.key == key)).first()
    return _role(row) if row else None


def find_named(connection: Connection, tenant_id: str, name: str) -> CustomRole | None:
    """Return the tenant's role of this name in any case, or None."""
    table = role_definitions
    query = select(table).where(table.c.tenant_id == tenant_id, table.c.name_key == name.lower())
    row = connection.execute(query).first()
    return _role(row) if row else None


def save(connection: Connection, custom: CustomRole) -> None:
    """Write a role, over one of the same id."""
    remove(connection, custom)
    connection.execute(
        insert(role_definitions).values(
            key=custom.role.id,
            tenant_id=custom.tenant_id,
            name=custom.role.name,
            name_key=custom.role.name.lower(),
            description=custom.description,
            permissions=permissions_document(custom.role),
            assignable_scopes=list(custom.assignable_scopes),
            created_at=custom.created_at,
            updated_at=custom.updated_at,
            created_by=custom.created_by,
            updated_by=custom.updated_by,
        )
    )


def remove(connection: Connection, custom: CustomRole) -> None:
    """Delete a role; one that is not there is fine."""
    connection.execute(delete(role_definitions).where(role_definitions.c.key == custom.role.id))


def permissions_document(role: Role) -> list[dict[str, Any]]:
    """Return a role's permissions as table and log keep them."""
    return [
        {
            "actions": list(block.actions),
            "not_actions": list(block.not_actions),
            "data_actions": list(block.data_actions),
            "not_data_actions": list(block.not_data_actions),
        }
        for block in role.permissions
    ]


def role_from(role_id: str, name: str, permissions: Iterable[Mapping[str, Any]]) -> Role:
    """Return a custom role from what table and log keep of it."""
    blocks = tuple(
        PermissionBlock(
            actions=tuple(block["actions"]),
            not_actions=tuple(block["not_actions"]),
            data_actions=tuple(block["data_actions"]),
            not_data_actions=tuple(block["not_data_actions"]),
        )
        for block in permissions
    )
    return Role(RoleId(role_id), name, "Custom", blocks, built_in=False)


def _role(row: Row[Any]) -> CustomRole:
    return CustomRole(
        tenant_id=row.tenant_id,
        role=role_from(row.key, row.name, row.permissions),
        description=row.description,
        assignable_scopes=tuple(row.assignable_scopes),
        created_at=row.created_at,
        updated_at=row.updated_at,
        created_by=row.created_by,
        updated_by=row.updated_by,
    )
