"""Principals as rows; rows become model values here.

Users, groups and service principals share one table, because a role assignment's principal id may be any of them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    select,
)

from lightkeeper.directory import rows
from lightkeeper.directory.model import (
    DirectoryRole,
    Group,
    ObjectId,
    Principal,
    PrincipalType,
    ServicePrincipal,
    ServicePrincipalKind,
    TenantId,
    User,
    UserType,
)
from lightkeeper.kernel.database import Json, UtcTime, metadata

_P = TypeVar("_P", bound=Principal)

principals = Table(
    "principals",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", String(36), ForeignKey("tenants.id"), nullable=False),
    Column("type", String(16), nullable=False),
    Column("display_name", String(256), nullable=False),
    Column("display_name_key", String(256), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("upn", String(512)),
    Column("upn_key", String(512)),
    Column("user_type", String(8)),
    Column("home_tenant_id", String(36)),
    Column("home_object_id", String(36)),
    Column("mail", String(512)),
    Column("security_enabled", Boolean),
    Column("mail_enabled", Boolean),
    Column("mail_nickname", String(256)),
    Column("description", String(1024)),
    Column("app_id", String(36)),
    Column("kind", String(16)),
    Column("directory_roles", Json, nullable=False, server_default="[]"),
    Column("profile", Json, nullable=False, server_default="{}"),
    Column("created_at", UtcTime),
    UniqueConstraint("tenant_id", "upn_key"),
    UniqueConstraint("tenant_id", "app_id"),
    Index("ix_principals_tenant_id_type_display_name_key", "tenant_id", "type", "display_name_key"),
    Index("ix_principals_home_object_id", "home_object_id"),
    Index("ix_principals_upn_key", "upn_key"),
)


def principal_by_id(connection: Connection, object_id: str) -> Principal | None:
    """Return the principal or None."""
    row = connection.execute(select(principals).where(principals.c.id == object_id.lower())).first()
    return principal_of(row) if row else None


def principals_by_ids(connection: Connection, object_ids: Iterable[str]) -> dict[ObjectId, Principal]:
    """Return those of the principals that exist."""
    return {ObjectId(row.id): principal_of(row) for row in rows.among(connection, principals.c.id, object_ids)}


def user_by_upn(connection: Connection, tenant_id: str, upn: str) -> User | None:
    """Return the user with this sign-in name in a tenant, or None."""
    return _one(connection, User, principals.c.tenant_id == tenant_id, principals.c.upn_key == upn.lower())


def guest_of(connection: Connection, tenant_id: str, home_object_id: str) -> User | None:
    """Return the object, member or guest, through which an account is present in a tenant; None when it is not."""
    return _one(connection, User, principals.c.tenant_id == tenant_id, principals.c.home_object_id == home_object_id)


def presences_of(connection: Connection, home_object_id: str) -> list[User]:
    """Return every object of an account: itself and its guests."""
    query = select(principals).where(principals.c.home_object_id == home_object_id)
    return [user for row in connection.execute(query) if isinstance(user := principal_of(row), User)]


def service_principal_of(connection: Connection, tenant_id: str, app_id: str) -> ServicePrincipal | None:
    """Return an application's service principal in a tenant, or None."""
    return _one(
        connection, ServicePrincipal, principals.c.tenant_id == tenant_id, principals.c.app_id == app_id.lower()
    )


def list_principals(
    connection: Connection,
    tenant_id: str,
    type: PrincipalType,
    *,
    after: str = "",
    limit: int = 100,
    name: str | None = None,
    name_prefix: str | None = None,
    upn: str | None = None,
    mail_nickname: str | None = None,
    app_id: str | None = None,
    id: str | None = None,
) -> list[Principal]:
    """Return principals of one type in a tenant by id, beginning behind `after`, narrowed by what is not None."""
    query = select(principals).where(
        principals.c.tenant_id == tenant_id, principals.c.type == type.value, principals.c.id > after
    )
    if name is not None:
        query = query.where(principals.c.display_name_key == name.lower())
    if name_prefix is not None:
        query = query.where(principals.c.display_name_key.startswith(name_prefix.lower(), autoescape=True))
    if upn is not None:
        query = query.where(principals.c.upn_key == upn.lower())
    if mail_nickname is not None:
        query = query.where(principals.c.mail_nickname == mail_nickname)
    if app_id is not None:
        query = query.where(principals.c.app_id == app_id.lower())
    if id is not None:
        query = query.where(principals.c.id == id.lower())
    return [principal_of(row) for row in connection.execute(query.order_by(principals.c.id).limit(limit))]


def holders_of_roles(connection: Connection, tenant_id: str) -> list[Principal]:
    """Return the principals of a tenant that hold any directory role, by id."""
    query = select(principals).where(principals.c.tenant_id == tenant_id, principals.c.directory_roles != [])
    return [principal_of(row) for row in connection.execute(query.order_by(principals.c.id))]


def save_principal(connection: Connection, principal: Principal, now: datetime) -> None:
    """Write a principal, new or changed; a new one is made now unless it says otherwise, and that never changes."""
    values: dict[str, Any] = {"enabled": True}
    values |= {name: getattr(principal, name) for name in type(principal).__dataclass_fields__}
    values["created_at"] = principal.created_at or now
    values["type"] = principal.type.value
    values["display_name_key"] = principal.display_name.lower()
    values["directory_roles"] = sorted(getattr(principal, "directory_roles", ()))
    if isinstance(principal, User):
        values["upn_key"] = principal.upn.lower()
    rows.save(connection, principals, {"id": principal.id}, values)


def remove_principal(connection: Connection, object_id: str) -> None:
    """Delete a principal."""
    connection.execute(delete(principals).where(principals.c.id == object_id))


def living(connection: Connection) -> Iterator[str]:
    """Yield the id of every principal that exists and is not disabled."""
    yield from connection.execute(select(principals.c.id).where(principals.c.enabled.is_(True))).scalars()


def _one(connection: Connection, kind: type[_P], *conditions: Any) -> _P | None:
    row = connection.execute(select(principals).where(*conditions)).first()
    found = principal_of(row) if row else None
    return found if isinstance(found, kind) else None


def principal_of(row: Row[Any]) -> Principal:
    """Return a row of `principals` as what it is."""
    base = {
        "id": ObjectId(row.id),
        "tenant_id": TenantId(row.tenant_id),
        "display_name": row.display_name,
        "profile": row.profile,
        "created_at": row.created_at,
    }
    roles = frozenset(DirectoryRole(each) for each in row.directory_roles)
    if row.type == PrincipalType.USER:
        return User(
            **base,
            upn=row.upn,
            user_type=UserType(row.user_type),
            home_tenant_id=TenantId(row.home_tenant_id),
            home_object_id=ObjectId(row.home_object_id),
            enabled=row.enabled,
            mail=row.mail or "",
            mail_nickname=row.mail_nickname or "",
            directory_roles=roles,
        )
    if row.type == PrincipalType.GROUP:
        return Group(
            **base,
            security_enabled=row.security_enabled,
            mail_enabled=row.mail_enabled,
            mail_nickname=row.mail_nickname or "",
            description=row.description or "",
        )
    return ServicePrincipal(
        **base, app_id=row.app_id, kind=ServicePrincipalKind(row.kind), enabled=row.enabled, directory_roles=roles
    )
