"""How a principal gets an id and a sign-in name when nobody gave it one: the name decides, so every run agrees."""

from lightkeeper.directory.model import (
    Group,
    ObjectId,
    ServicePrincipal,
    ServicePrincipalKind,
    Tenant,
    TenantId,
    User,
    UserType,
)
from lightkeeper.kernel import ids


def tenant(name: str, domain: str, *, id: str = "", display_name: str = "", country_code: str = "US") -> Tenant:
    """Return the tenant `name`; its id follows from the name unless given."""
    return Tenant(
        id=TenantId(id.lower() or ids.named("tenant", name)),
        name=name,
        domain=domain.lower(),
        display_name=display_name or name.replace("-", " ").title(),
        country_code=country_code,
    )


def member(of: Tenant, name: str, *, id: str = "", upn: str = "", display_name: str = "", enabled: bool = True) -> User:
    """Return the member `name` of a tenant; it signs in as `name@domain` unless `upn` is given."""
    upn = upn or f"{name}@{of.domain}"
    return User(
        id=ObjectId(id.lower() or ids.named("user", f"{of.name}/{name}")),
        tenant_id=of.id,
        display_name=display_name or name,
        upn=upn,
        enabled=enabled,
        mail=upn,
    )


def guest(of: Tenant, name: str, home: User, *, id: str = "", display_name: str = "", enabled: bool = True) -> User:
    """Return the guest object that stands in a tenant for an account of another one, named as Entra names it."""
    return User(
        id=ObjectId(id.lower() or ids.named("user", f"{of.name}/{name}")),
        tenant_id=of.id,
        display_name=display_name or home.display_name,
        upn=f"{home.upn.replace('@', '_')}#EXT#@{of.domain}",
        user_type=UserType.GUEST,
        home_tenant_id=home.home_tenant_id,
        home_object_id=home.home_object_id,
        enabled=enabled,
        mail=home.mail or home.upn,
    )


def group(of: Tenant, name: str, *, id: str = "", display_name: str = "", description: str = "") -> Group:
    """Return the security group `name` of a tenant."""
    return Group(
        id=ObjectId(id.lower() or ids.named("group", f"{of.name}/{name}")),
        tenant_id=of.id,
        display_name=display_name or name,
        mail_nickname=name,
        description=description,
    )


def service_principal(
    of: Tenant,
    name: str,
    *,
    id: str = "",
    app_id: str = "",
    display_name: str = "",
    kind: ServicePrincipalKind = ServicePrincipalKind.APPLICATION,
    enabled: bool = True,
) -> ServicePrincipal:
    """Return the service principal `name` of a tenant; object id and application id follow from the name."""
    return ServicePrincipal(
        id=ObjectId(id.lower() or ids.named("servicePrincipal", f"{of.name}/{name}")),
        tenant_id=of.id,
        display_name=display_name or name,
        app_id=app_id.lower() or ids.named("application", f"{of.name}/{name}"),
        kind=kind,
        enabled=enabled,
    )
