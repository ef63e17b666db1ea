"""Makes a declared world so: everything through the services, in the transaction of the call, in an order that works.

What is already as declared is left alone and logs nothing; what the world does not mention stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lightkeeper.access import roles
from lightkeeper.directory import application_credentials, credentials
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import (
    Cloud,
    DirectoryRole,
    Group,
    License,
    ObjectId,
    ServicePrincipal,
    ServicePrincipalKind,
    Tenant,
    TenantId,
    User,
    UserType,
)
from lightkeeper.directory.passwords import Hashing
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding, errors_of
from lightkeeper.kernel.problems import Forbidden, Invalid
from lightkeeper.world import apply_accounts, apply_resources, apply_roles, document, store
from lightkeeper.world.beside import Beside, nothing
from lightkeeper.world.model import DeclaredServicePrincipal, DeclaredTenant, DeclaredUser, World
from lightkeeper.world.store import Named


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying did: how many changes it logged, and what was noticed on the way."""

    changed: int
    findings: tuple[Finding, ...] = ()


def role_known(name_or_id: str) -> bool:
    """Return whether a built-in role has this name or id."""
    return roles.role_named(name_or_id) is not None or roles.role_of(name_or_id) is not None


def apply_text(
    call: Call, text: str, file: str, hashing: Hashing | None = None, *, beside: Beside = nothing
) -> Applied:
    """Read a world file and make it so; `beside` gives the files it names.

    Raises `Invalid` with every fault and its line; nothing is changed then.
    """
    _insist_on_operator(call)
    world, findings = document.read(text, file, role_known=role_known, beside=beside)
    errors = errors_of(findings)
    if errors:
        count = "a fault" if len(errors) == 1 else f"{len(errors)} faults"
        raise Invalid("InvalidWorld", f"The world file has {count}; nothing was applied.", target=file, details=errors)
    return replace(apply(call, world, hashing or Hashing()), findings=tuple(findings))


def apply(call: Call, world: World, hashing: Hashing) -> Applied:
    """Make a world so, which was read without an error."""
    _insist_on_operator(call)
    before = len(call.changes)
    _write_principals(call, world, hashing)
    apply_resources.write(call, world)
    apply_roles.write(call, world)
    apply_accounts.write(call, world)
    store.keep_names(call.connection, _names(world))
    return Applied(len(call.changes) - before)


def _insist_on_operator(call: Call) -> None:
    call.open_to_all("only the operator may, checked right here: a world holds everybody's things")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Only the operator may apply a world file.")


def _write_principals(call: Call, world: World, hashing: Hashing) -> None:
    for tenant in world.tenants:
        directory.put_tenant(
            call,
            Tenant(
                TenantId(tenant.id),
                tenant.name,
                tenant.domain,
                tenant.display_name,
                tenant.country_code,
                Cloud(tenant.cloud),
                tuple(License(one) for one in tenant.licenses),
            ),
        )
    for guests in (False, True):
        for tenant in world.tenants:
            for user in tenant.users:
                if user.guest is guests:
                    _write_user(call, tenant, user, hashing)
    for tenant in world.tenants:
        _write_service_principals(call, tenant, hashing)
        _write_groups(call, tenant)
    for tenant in world.tenants:
        for group in tenant.groups:
            for member in group.members:
                directory.add_member(call, group.id, member)
            for owner in group.owners:
                directory.put_owner(call, group.id, owner)


def _write_user(call: Call, tenant: DeclaredTenant, user: DeclaredUser, hashing: Hashing) -> None:
    known = directory.find_principal(call, user.id)
    directory.put_user(
        call,
        User(
            id=ObjectId(user.id),
            tenant_id=TenantId(tenant.id),
            display_name=user.display_name,
            upn=user.upn,
            user_type=UserType.GUEST if user.guest else UserType.MEMBER,
            home_tenant_id=TenantId(user.home_tenant_id),
            home_object_id=ObjectId(user.home_id),
            enabled=not user.disabled,
            mail=user.mail,
            mail_nickname=known.mail_nickname if isinstance(known, User) else "",
            directory_roles=frozenset(DirectoryRole(each) for each in user.directory_roles),
            profile=known.profile if known is not None else {},
        ),
    )
    if user.password is not None:
        credentials.set_password(call, user.id, user.password, hashing)


def _write_service_principals(call: Call, tenant: DeclaredTenant, hashing: Hashing) -> None:
    for one in tenant.service_principals:
        known = directory.find_principal(call, one.id)
        kind = ServicePrincipalKind.MANAGED_IDENTITY if one.managed_identity else ServicePrincipalKind.APPLICATION
        directory.put_service_principal(
            call,
            ServicePrincipal(
                id=ObjectId(one.id),
                tenant_id=TenantId(tenant.id),
                display_name=one.display_name,
                app_id=one.app_id,
                kind=kind,
                enabled=not one.disabled,
                directory_roles=frozenset(DirectoryRole(each) for each in one.directory_roles),
                profile=known.profile if known is not None else {},
            ),
        )
        if one.redirect_uris or one.public_client:
            _write_registration(call, one)
        for n, secret in enumerate(one.secrets):
            credentials.put_secret(call, one.app_id, f"world-{n + 1}", secret, hashing)
        for certificate in one.certificates:
            application_credentials.add_certificate(call, one.app_id, certificate)
        for each in one.federated_credentials:
            application_credentials.put_federated_credential(
                call,
                one.app_id,
                each.name,
                issuer=each.issuer,
                subject=each.subject,
                audiences=(each.audience,),
                description=each.description,
            )


def _write_registration(call: Call, one: DeclaredServicePrincipal) -> None:
    known = directory.find_application(call, one.app_id)
    if known is None:
        return  # a managed identity has no registration
    place = "publicClient" if one.public_client else "web"
    profile = (
        {**known.profile, place: {"redirectUris": list(one.redirect_uris)}} if one.redirect_uris else known.profile
    )
    uris = one.redirect_uris or known.redirect_uris
    directory.put_application(
        call, replace(known, public_client=one.public_client, redirect_uris=uris, profile=profile)
    )


def _write_groups(call: Call, tenant: DeclaredTenant) -> None:
    for group in tenant.groups:
        known = directory.find_principal(call, group.id)
        directory.put_group(
            call,
            Group(
                id=ObjectId(group.id),
                tenant_id=TenantId(tenant.id),
                display_name=group.display_name,
                security_enabled=group.security,
                mail_enabled=not group.security,
                mail_nickname=group.name,
                description=group.description,
                profile=known.profile if known is not None else {},
            ),
        )


def _names(world: World) -> Iterator[Named]:
    for tenant in world.tenants:
        yield Named(store.TENANT, tenant.name, tenant.id)
        for user in tenant.users:
            yield Named(store.USER, f"{tenant.name}/{user.name}", user.id)
        for group in tenant.groups:
            yield Named(store.GROUP, f"{tenant.name}/{group.name}", group.id)
        for one in tenant.service_principals:
            yield Named(store.SERVICE_PRINCIPAL, f"{tenant.name}/{one.name}", one.id)
    for subscription in world.subscriptions:
        yield Named(store.SUBSCRIPTION, subscription.name, subscription.id)
    for above in world.management_groups:
        yield Named(store.MANAGEMENT_GROUP, above.name, f"{above.tenant_id}/{above.name}")
