"""What the operator does with directories, and what other contexts look up in them.

`find_*`, `get_*`, `principals_by_ids` and `groups_of` are look-ups for other use cases, which have authorized themselves;
they do not count as an authorization. Every `put_*` is idempotent: writing what is already there changes and logs nothing.
What people of a tenant do is in `users`, `groups`, `relations`, `registrations`, `service_principals`, `role_giving`,
`invitations` and `deleted`; `reading` lists.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from lightkeeper.directory import (
    application_store,
    group_rules,
    membership_store,
    owner_store,
    rules,
    store,
    tenant_store,
    writing,
)
from lightkeeper.directory.authority import administer, not_found
from lightkeeper.directory.managed_identities import put_managed_identity, remove_managed_identity
from lightkeeper.directory.model import (
    Application,
    Group,
    ObjectId,
    Principal,
    ServicePrincipal,
    ServicePrincipalKind,
    Tenant,
    TenantId,
    User,
)
from lightkeeper.directory.reading import (
    list_by_ids,
    list_members,
    list_objects,
    list_owners,
    list_tenants,
    read_object,
    read_user,
)
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, NotFound, refuse_if

__all__ = [
    "add_member",
    "all_memberships",
    "applications_among",
    "delete_principal",
    "find_application",
    "find_principal",
    "find_tenant",
    "get_principal",
    "get_tenant",
    "groups_of",
    "list_by_ids",
    "list_members",
    "list_objects",
    "list_owners",
    "list_tenants",
    "list_tenants_of",
    "principals_by_ids",
    "put_application",
    "put_group",
    "put_managed_identity",
    "put_owner",
    "put_service_principal",
    "put_tenant",
    "put_user",
    "read_object",
    "read_user",
    "remove_managed_identity",
    "remove_member",
]


def find_tenant(call: Call, id_or_domain: str) -> Tenant | None:
    """Return the tenant with this id or verified domain, or None."""
    if ids.is_guid(id_or_domain):
        return tenant_store.tenant_by_id(call.connection, id_or_domain)
    if not rules.is_domain(id_or_domain):
        return None
    return tenant_store.tenant_by_domain(call.connection, id_or_domain)


def get_tenant(call: Call, tenant_id: str) -> Tenant:
    """Return the tenant; raise `NotFound` when there is none."""
    tenant = tenant_store.tenant_by_id(call.connection, tenant_id)
    if tenant is None:
        raise NotFound("TenantNotFound", f"The tenant '{tenant_id}' could not be found.")
    return tenant


def find_principal(call: Call, object_id: str) -> Principal | None:
    """Return the user, group or service principal with this object id, in whatever tenant, or None."""
    return store.principal_by_id(call.connection, object_id)


def find_application(call: Call, app_id: str) -> Application | None:
    """Return the application with this client id, in whatever tenant it is registered, or None."""
    return application_store.application(call.connection, app_id)


def principals_by_ids(call: Call, object_ids: Iterable[str]) -> dict[ObjectId, Principal]:
    """Return those of the principals that exist, by object id."""
    return store.principals_by_ids(call.connection, object_ids)


def applications_among(call: Call, object_ids: Iterable[str]) -> frozenset[str]:
    """Return those of the object ids that are registrations of applications, which are no principals themselves."""
    return frozenset(
        str(one.object_id) for one in application_store.applications_by_object_ids(call.connection, object_ids)
    )


def groups_of(call: Call, object_id: str) -> list[ObjectId]:
    """Return every group the object is in, directly or through other groups."""
    return membership_store.groups_of(call.connection, object_id.lower())


def all_memberships(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield every direct (group id, member id); for the access index when it is built."""
    return membership_store.all_memberships(connection)


def list_tenants_of(call: Call) -> list[Tenant]:
    """Return the tenants the caller's account is in, its home first; every tenant for the operator."""
    call.open_to_all("everybody may know the tenants they are in themselves")
    caller = call.caller
    if caller.unrestricted:
        return tenant_store.all_tenants(call.connection)
    mine = {user.tenant_id for user in store.presences_of(call.connection, caller.home_object_id) if user.enabled}
    mine |= {caller.tenant_id}
    found = [tenant for tenant in tenant_store.all_tenants(call.connection) if tenant.id in mine]
    return sorted(found, key=lambda tenant: tenant.id != caller.home_tenant_id)


def put_tenant(call: Call, tenant: Tenant) -> Tenant:
    """Write a tenant. Raises `Invalid` with every fault, `Conflict` when another tenant has the domain."""
    administer(call)
    tenant = replace(tenant, id=TenantId(tenant.id.lower()), domain=tenant.domain.lower())
    refuse_if(rules.check_tenant(tenant))
    call.hold(f"tenant:{tenant.domain}")
    if tenant_store.tenant_by_id(call.connection, tenant.id) == tenant:
        return tenant
    owner = tenant_store.tenant_by_domain(call.connection, tenant.domain)
    if owner is not None and owner.id != tenant.id:
        raise Conflict("ObjectConflict", f"The domain '{tenant.domain}' is verified in another tenant.")
    tenant_store.save_tenant(call.connection, tenant)
    call.record(
        Event("TenantWritten", "microsoft.directory/organization/update", tenant.id, body=writing.fields_of(tenant))
    )
    return tenant


def put_user(call: Call, user: User) -> User:
    """Write a member or guest. Raises `Invalid` with every fault, `Conflict` when the sign-in name is taken."""
    _prepare(call, user)
    taken = store.user_by_upn(call.connection, user.tenant_id, user.upn)
    if taken is not None and taken.id != user.id:
        raise Conflict(
            "ObjectConflict", f"Another object with the same value for property userPrincipalName exists: '{user.upn}'."
        )
    return writing.write(call, user)


def put_group(call: Call, group: Group) -> Group:
    """Write a group; its members stay as they are. Raises `Invalid` with every fault."""
    _prepare(call, group)
    return writing.write(call, group)


def put_service_principal(call: Call, principal: ServicePrincipal) -> ServicePrincipal:
    """Write a service principal and, when nobody registered its application yet, the application too.

    Raises `Invalid` with every fault, `Conflict` when the application is already present in the tenant as another object.
    """
    _prepare(call, principal)
    present = store.service_principal_of(call.connection, principal.tenant_id, principal.app_id)
    if present is not None and present.id != principal.id:
        raise Conflict(
            "Request_MultipleObjectsWithSameKeyValue",
            f"The application '{principal.app_id}' already has the service principal '{present.id}' in this tenant.",
        )
    if (
        principal.kind is ServicePrincipalKind.APPLICATION
        and application_store.application(call.connection, principal.app_id) is None
    ):
        put_application(call, Application(principal.app_id, principal.tenant_id, principal.display_name))
    return writing.write(call, principal)


def put_application(call: Call, application: Application) -> Application:
    """Write an application registration; its service principals are written on their own."""
    administer(call)
    get_tenant(call, application.tenant_id)
    if application_store.application(call.connection, application.app_id) != application:
        writing.write_application(call, application)
    return application


def add_member(call: Call, group_id: str, member_id: str) -> None:
    """Put an object into a group; nothing happens when it is in it. Raises `Invalid` when a group would contain itself."""
    administer(call)
    group, member = get_principal(call, group_id), get_principal(call, member_id)
    call.hold(f"memberships:{group.tenant_id}")
    if membership_store.is_member(call.connection, group.id, member.id):
        return
    refuse_if(rules.why_not_member(group, member, groups_of(call, group.id)))
    writing.join(call, group, member.id)


def remove_member(call: Call, group_id: str, member_id: str) -> None:
    """Take an object out of a group; nothing happens when it is not in it."""
    administer(call)
    group = get_principal(call, group_id)
    call.hold(f"memberships:{group.tenant_id}")
    if membership_store.is_member(call.connection, group.id, member_id.lower()):
        writing.leave(call, group, member_id.lower())


def put_owner(call: Call, group_id: str, owner_id: str) -> None:
    """Let somebody own a group; nothing happens when they do. Raises `Invalid` for an owner that is a group or elsewhere."""
    administer(call)
    group, owner = get_principal(call, group_id), get_principal(call, owner_id)
    call.hold(f"owners:{group.id}")
    owners = owner_store.owners_of(call.connection, group.id)
    if owner.id not in {each.id for each in owners}:
        refuse_if([*rules.why_not_owner_of(group, owner), *group_rules.why_not_owner(owner, len(owners))])
        writing.own(call, group.tenant_id, writing.COLLECTION[group.type], group.id, owner.id)


def delete_principal(call: Call, object_id: str) -> None:
    """Delete a principal for good, with its memberships and secrets; nothing happens when there is none.

    With the service principal in its own tenant an application goes. Guests of a deleted account stay as objects, but
    nobody can sign in through them any more.
    """
    administer(call)
    found = store.principal_by_id(call.connection, object_id)
    if found is None:
        return
    writing.remove(call, found, for_good=True)
    if isinstance(found, ServicePrincipal):
        application = application_store.application(call.connection, found.app_id)
        if application is not None and application.tenant_id == found.tenant_id:
            writing.remove_application(call, application, for_good=True)


def get_principal(call: Call, object_id: str) -> Principal:
    """Return the principal; raise `NotFound` in Graph's words when there is none. A look-up, not an authorization."""
    found = store.principal_by_id(call.connection, object_id)
    if found is None:
        raise not_found(object_id)
    return found


def _prepare(call: Call, principal: Principal) -> None:
    administer(call)
    refuse_if(rules.check_principal(principal))
    get_tenant(call, principal.tenant_id)
    call.hold(f"principals:{principal.tenant_id}")
