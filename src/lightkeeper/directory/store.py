"""Tenants, principals and memberships as rows; rows become model values here.

Users, groups and service principals share one table, because a role assignment's principal id may be any of them.
"""

from collections.abc import Iterable, Iterator
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
    insert,
    select,
    update,
)

from lightkeeper.directory.model import (
    Application,
    Cloud,
    Group,
    License,
    ObjectId,
    Principal,
    PrincipalType,
    ServicePrincipal,
    ServicePrincipalKind,
    Tenant,
    TenantId,
    User,
    UserType,
)
from lightkeeper.kernel.database import Json, metadata

_P = TypeVar("_P", bound=Principal)

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("domain", String(253), nullable=False, unique=True),
    Column("display_name", String(256), nullable=False),
    Column("country_code", String(2), nullable=False),
    Column("cloud", String(24), nullable=False, server_default="AzureCloud"),
    Column("licenses", Json, nullable=False, server_default='["entraIdP2"]'),
)

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
    Column("global_administrator", Boolean),
    Column("security_enabled", Boolean),
    Column("mail_enabled", Boolean),
    Column("mail_nickname", String(256)),
    Column("description", String(1024)),
    Column("app_id", String(36)),
    Column("kind", String(16)),
    UniqueConstraint("tenant_id", "upn_key"),
    UniqueConstraint("tenant_id", "app_id"),
    Index("ix_principals_tenant_id_type_display_name_key", "tenant_id", "type", "display_name_key"),
    Index("ix_principals_home_object_id", "home_object_id"),
    Index("ix_principals_upn_key", "upn_key"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", String(36), ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", String(36), ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_memberships_member_id", "member_id"),
)

applications = Table(
    "applications",
    metadata,
    Column("app_id", String(36), primary_key=True),
    Column("tenant_id", String(36), ForeignKey("tenants.id"), nullable=False),
    Column("display_name", String(256), nullable=False),
    Column("public_client", Boolean, nullable=False),
    Column("redirect_uris", Json, nullable=False),
)


def tenant_by_id(connection: Connection, tenant_id: str) -> Tenant | None:
    """Return the tenant or None."""
    row = connection.execute(select(tenants).where(tenants.c.id == tenant_id.lower())).first()
    return _tenant(row) if row else None


def tenant_by_domain(connection: Connection, domain: str) -> Tenant | None:
    """Return the tenant that owns a domain, or None."""
    row = connection.execute(select(tenants).where(tenants.c.domain == domain.lower())).first()
    return _tenant(row) if row else None


def all_tenants(connection: Connection) -> list[Tenant]:
    """Return every tenant, by domain."""
    return [_tenant(row) for row in connection.execute(select(tenants).order_by(tenants.c.domain))]


def save_tenant(connection: Connection, tenant: Tenant) -> None:
    """Write a tenant, new or changed."""
    _save(connection, tenants, {"id": tenant.id}, {name: getattr(tenant, name) for name in Tenant.__dataclass_fields__})


def _tenant(row: Row[Any]) -> Tenant:
    licenses = tuple(License(one) for one in row.licenses)
    return Tenant(**{**row._mapping, "cloud": Cloud(row.cloud), "licenses": licenses})


def principal_by_id(connection: Connection, object_id: str) -> Principal | None:
    """Return the principal or None."""
    row = connection.execute(select(principals).where(principals.c.id == object_id.lower())).first()
    return _principal(row) if row else None


def principals_by_ids(connection: Connection, object_ids: Iterable[str]) -> dict[ObjectId, Principal]:
    """Return those of the principals that exist."""
    wanted = sorted({object_id.lower() for object_id in object_ids})
    found: dict[ObjectId, Principal] = {}
    for at in range(0, len(wanted), 500):
        query = select(principals).where(principals.c.id.in_(wanted[at : at + 500]))
        found.update((ObjectId(row.id), _principal(row)) for row in connection.execute(query))
    return found


def user_by_upn(connection: Connection, tenant_id: str, upn: str) -> User | None:
    """Return the user with this sign-in name in a tenant, or None."""
    return _one(connection, User, principals.c.tenant_id == tenant_id, principals.c.upn_key == upn.lower())


def guest_of(connection: Connection, tenant_id: str, home_object_id: str) -> User | None:
    """Return the object, member or guest, through which an account is present in a tenant; None when it is not."""
    return _one(connection, User, principals.c.tenant_id == tenant_id, principals.c.home_object_id == home_object_id)


def presences_of(connection: Connection, home_object_id: str) -> list[User]:
    """Return every object of an account: itself and its guests."""
    query = select(principals).where(principals.c.home_object_id == home_object_id)
    return [user for row in connection.execute(query) if isinstance(user := _principal(row), User)]


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
    return [_principal(row) for row in connection.execute(query.order_by(principals.c.id).limit(limit))]


def save_principal(connection: Connection, principal: Principal) -> None:
    """Write a principal, new or changed."""
    values: dict[str, Any] = {"enabled": True}
    values |= {name: getattr(principal, name) for name in type(principal).__dataclass_fields__}
    values["type"] = principal.type.value
    values["display_name_key"] = principal.display_name.lower()
    if isinstance(principal, User):
        values["upn_key"] = principal.upn.lower()
    _save(connection, principals, {"id": principal.id}, values)


def remove_principal(connection: Connection, object_id: str) -> None:
    """Delete a principal; its memberships go with it."""
    connection.execute(
        delete(memberships).where((memberships.c.group_id == object_id) | (memberships.c.member_id == object_id))
    )
    connection.execute(delete(principals).where(principals.c.id == object_id))


def living(connection: Connection) -> Iterator[str]:
    """Yield the id of every principal that exists and is not disabled."""
    yield from connection.execute(select(principals.c.id).where(principals.c.enabled.is_(True))).scalars()


def all_memberships(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield every (group id, member id)."""
    for row in connection.execute(select(memberships.c.group_id, memberships.c.member_id)):
        yield row.group_id, row.member_id


def memberships_touching(connection: Connection, object_id: str) -> list[tuple[str, str]]:
    """Return the (group id, member id) pairs in which an object is either."""
    query = select(memberships.c.group_id, memberships.c.member_id).where(
        (memberships.c.group_id == object_id) | (memberships.c.member_id == object_id)
    )
    return [(row.group_id, row.member_id) for row in connection.execute(query)]


def members_of(connection: Connection, group_id: str) -> list[Principal]:
    """Return the direct members of a group, by id."""
    query = (
        select(principals)
        .join(memberships, memberships.c.member_id == principals.c.id)
        .where(memberships.c.group_id == group_id)
        .order_by(principals.c.id)
    )
    return [_principal(row) for row in connection.execute(query)]


def groups_of(connection: Connection, object_id: str) -> list[ObjectId]:
    """Return every group an object is in, directly or through other groups."""
    above = select(memberships.c.group_id).where(memberships.c.member_id == object_id).cte("above", recursive=True)
    above = above.union(
        select(memberships.c.group_id).join(above, memberships.c.member_id == above.c.group_id)  # UNION ends circles
    )
    return [ObjectId(found) for found in connection.execute(select(above.c.group_id)).scalars()]


def is_member(connection: Connection, group_id: str, member_id: str) -> bool:
    """Return whether an object is a direct member of a group."""
    query = select(memberships.c.group_id).where(
        memberships.c.group_id == group_id, memberships.c.member_id == member_id
    )
    return connection.execute(query).first() is not None


def add_membership(connection: Connection, group_id: str, member_id: str) -> None:
    """Put an object into a group it is not in."""
    connection.execute(insert(memberships).values(group_id=group_id, member_id=member_id))


def remove_membership(connection: Connection, group_id: str, member_id: str) -> None:
    """Take an object out of a group."""
    connection.execute(
        delete(memberships).where(memberships.c.group_id == group_id, memberships.c.member_id == member_id)
    )


def application(connection: Connection, app_id: str) -> Application | None:
    """Return the application or None."""
    row = connection.execute(select(applications).where(applications.c.app_id == app_id.lower())).first()
    return Application(**{**row._mapping, "redirect_uris": tuple(row.redirect_uris)}) if row else None


def save_application(connection: Connection, app: Application) -> None:
    """Write an application, new or changed."""
    values = {name: getattr(app, name) for name in Application.__dataclass_fields__}
    _save(connection, applications, {"app_id": app.app_id}, values)


def remove_application(connection: Connection, app_id: str) -> None:
    """Delete an application."""
    connection.execute(delete(applications).where(applications.c.app_id == app_id))


def _save(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    condition = [table.c[name] == value for name, value in key.items()]
    if connection.execute(update(table).where(*condition).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**values))


def _one(connection: Connection, kind: type[_P], *conditions: Any) -> _P | None:
    row = connection.execute(select(principals).where(*conditions)).first()
    found = _principal(row) if row else None
    return found if isinstance(found, kind) else None


def _principal(row: Row[Any]) -> Principal:
    base = {"id": ObjectId(row.id), "tenant_id": TenantId(row.tenant_id), "display_name": row.display_name}
    if row.type == PrincipalType.USER:
        return User(
            **base,
            upn=row.upn,
            user_type=UserType(row.user_type),
            home_tenant_id=TenantId(row.home_tenant_id),
            home_object_id=ObjectId(row.home_object_id),
            enabled=row.enabled,
            mail=row.mail or "",
            global_administrator=bool(row.global_administrator),
        )
    if row.type == PrincipalType.GROUP:
        return Group(
            **base,
            security_enabled=row.security_enabled,
            mail_enabled=row.mail_enabled,
            mail_nickname=row.mail_nickname or "",
            description=row.description or "",
        )
    return ServicePrincipal(**base, app_id=row.app_id, kind=ServicePrincipalKind(row.kind), enabled=row.enabled)
