"""What people do with a directory: put principals into it, nest groups, look them up. `reading` holds the part that lists them.

`find_*`, `get_tenant`, `principals_by_ids` and `groups_of` are look-ups for other use cases, which have authorized
themselves; they do not count as an authorization. Every `put_*` is idempotent: writing what is already there changes
and logs nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from lightkeeper.directory import browser_store, credential_store, grant_store, rules, sign_in_store, store
from lightkeeper.directory.authority import administer, not_found
from lightkeeper.directory.model import (
    Application,
    Group,
    ObjectId,
    Principal,
    PrincipalType,
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
    "list_tenants",
    "list_tenants_of",
    "principals_by_ids",
    "put_application",
    "put_group",
    "put_managed_identity",
    "put_service_principal",
    "put_tenant",
    "put_user",
    "read_object",
    "read_user",
    "remove_managed_identity",
    "remove_member",
]

_P = TypeVar("_P", bound=Principal)


def find_tenant(call: Call, id_or_domain: str) -> Tenant | None:
    """Return the tenant with this id or verified domain, or None."""
    if ids.is_guid(id_or_domain):
        return store.tenant_by_id(call.connection, id_or_domain)
    if not rules.is_domain(id_or_domain):
        return None
    return store.tenant_by_domain(call.connection, id_or_domain)


def get_tenant(call: Call, tenant_id: str) -> Tenant:
    """Return the tenant; raise `NotFound` when there is none."""
    tenant = store.tenant_by_id(call.connection, tenant_id)
    if tenant is None:
        raise NotFound("TenantNotFound", f"The tenant '{tenant_id}' could not be found.")
    return tenant


def find_principal(call: Call, object_id: str) -> Principal | None:
    """Return the user, group or service principal with this object id, in whatever tenant, or None."""
    return store.principal_by_id(call.connection, object_id)


def find_application(call: Call, app_id: str) -> Application | None:
    """Return the application with this client id, in whatever tenant it is registered, or None."""
    return store.application(call.connection, app_id)


def principals_by_ids(call: Call, object_ids: Iterable[str]) -> dict[ObjectId, Principal]:
    """Return those of the principals that exist, by object id."""
    return store.principals_by_ids(call.connection, object_ids)


def groups_of(call: Call, object_id: str) -> list[ObjectId]:
    """Return every group the object is in, directly or through other groups."""
    return store.groups_of(call.connection, object_id.lower())


def all_memberships(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield every direct (group id, member id); for the access index when it is built."""
    return store.all_memberships(connection)


def list_tenants_of(call: Call) -> list[Tenant]:
    """Return the tenants the caller's account is in, its home first; every tenant for the operator."""
    call.open_to_all("everybody may know the tenants they are in themselves")
    caller = call.caller
    if caller.unrestricted:
        return store.all_tenants(call.connection)
    mine = {user.tenant_id for user in store.presences_of(call.connection, caller.home_object_id) if user.enabled}
    mine |= {caller.tenant_id}
    found = [tenant for tenant in store.all_tenants(call.connection) if tenant.id in mine]
    return sorted(found, key=lambda tenant: tenant.id != caller.home_tenant_id)


def put_tenant(call: Call, tenant: Tenant) -> Tenant:
    """Write a tenant. Raises `Invalid` with every fault, `Conflict` when another tenant has the domain."""
    administer(call)
    tenant = replace(tenant, id=TenantId(tenant.id.lower()), domain=tenant.domain.lower())
    refuse_if(rules.check_tenant(tenant))
    call.hold(f"tenant:{tenant.domain}")
    if store.tenant_by_id(call.connection, tenant.id) == tenant:
        return tenant
    owner = store.tenant_by_domain(call.connection, tenant.domain)
    if owner is not None and owner.id != tenant.id:
        raise Conflict("ObjectConflict", f"The domain '{tenant.domain}' is verified in another tenant.")
    store.save_tenant(call.connection, tenant)
    call.record(
        Event("TenantWritten", "microsoft.directory/organization/update", tenant.id, body=_body(tenant, id=tenant.id))
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
    return _write(call, user, "UserWritten", "microsoft.directory/users/update")


def put_group(call: Call, group: Group) -> Group:
    """Write a group; its members stay as they are. Raises `Invalid` with every fault."""
    _prepare(call, group)
    return _write(call, group, "GroupWritten", "microsoft.directory/groups/update")


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
        and store.application(call.connection, principal.app_id) is None
    ):
        put_application(call, Application(principal.app_id, principal.tenant_id, principal.display_name))
    return _write(call, principal, "ServicePrincipalWritten", "microsoft.directory/servicePrincipals/update")


def put_application(call: Call, application: Application) -> Application:
    """Write an application registration; its service principals are written on their own."""
    administer(call)
    get_tenant(call, application.tenant_id)
    if store.application(call.connection, application.app_id) != application:
        store.save_application(call.connection, application)
        body = {"appId": application.app_id, "displayName": application.display_name}
        operation = "microsoft.directory/applications/update"
        call.record(Event("ApplicationWritten", operation, application.tenant_id, body=body))
    return application


def add_member(call: Call, group_id: str, member_id: str) -> None:
    """Put an object into a group; nothing happens when it is in it. Raises `Invalid` when a group would contain itself."""
    administer(call)
    group, member = get_principal(call, group_id), get_principal(call, member_id)
    call.hold(f"memberships:{group.tenant_id}")
    if store.is_member(call.connection, group.id, member.id):
        return
    refuse_if(rules.why_not_member(group, member, groups_of(call, group.id)))
    store.add_membership(call.connection, group.id, member.id)
    call.record(_membership("MemberAdded", group, member.id))


def remove_member(call: Call, group_id: str, member_id: str) -> None:
    """Take an object out of a group; nothing happens when it is not in it."""
    administer(call)
    group = get_principal(call, group_id)
    call.hold(f"memberships:{group.tenant_id}")
    if store.is_member(call.connection, group.id, member_id.lower()):
        store.remove_membership(call.connection, group.id, member_id.lower())
        call.record(_membership("MemberRemoved", group, member_id.lower()))


def delete_principal(call: Call, object_id: str) -> None:
    """Delete a principal with its memberships and secrets; nothing happens when there is none.

    Guests of a deleted account stay as objects, but nobody can sign in through them any more.
    """
    administer(call)
    found = store.principal_by_id(call.connection, object_id)
    if found is not None:
        _delete(call, found)


def put_managed_identity(call: Call, identity: ServicePrincipal) -> ServicePrincipal:
    """Write the identity that a resource carries.

    Called by the verb that writes the resource and has authorized its caller; nobody needs a role in the directory for it.
    Raises `Invalid` for a service principal that is no managed identity.
    """
    refuse_if([*rules.check_principal(identity), *rules.check_managed_identity(identity)])
    call.hold(f"principals:{identity.tenant_id}")
    return _write(call, identity, "ServicePrincipalWritten", "microsoft.directory/servicePrincipals/update")


def remove_managed_identity(call: Call, object_id: str) -> None:
    """Delete the identity that a resource carried; nothing happens when there is none, or it is no managed identity.

    Called by the verb that deletes the resource, on that verb's authority.
    """
    found = store.principal_by_id(call.connection, object_id)
    if isinstance(found, ServicePrincipal) and found.kind is ServicePrincipalKind.MANAGED_IDENTITY:
        _delete(call, found)


def _delete(call: Call, found: Principal) -> None:
    call.hold(f"memberships:{found.tenant_id}")
    for group_id, member_id in store.memberships_touching(call.connection, found.id):
        group = store.principal_by_id(call.connection, group_id)
        assert group is not None
        call.record(_membership("MemberRemoved", group, member_id))
    store.remove_principal(call.connection, found.id)
    sign_in_store.forget_secrets(call.connection, found.id)
    grant_store.revoke_tokens_of(call.connection, found.id, call.now)
    browser_store.sign_out_everywhere(call.connection, found.id)
    browser_store.remove_second_factor(call.connection, found.id)
    browser_store.remove_consents(call.connection, account_id=found.id)
    if isinstance(found, ServicePrincipal):
        application = store.application(call.connection, found.app_id)
        if application is not None and application.tenant_id == found.tenant_id:
            store.remove_application(call.connection, found.app_id)
            sign_in_store.forget_secrets(call.connection, found.app_id)
            credential_store.forget_application(call.connection, found.app_id)
            browser_store.remove_consents(call.connection, app_id=found.app_id)
    call.record(
        Event(
            "PrincipalDeleted",
            f"microsoft.directory/{_COLLECTION[found.type]}/delete",
            found.tenant_id,
            body={"id": found.id, "type": found.type.value, "displayName": found.display_name},
        )
    )


_COLLECTION = {
    PrincipalType.USER: "users",
    PrincipalType.GROUP: "groups",
    PrincipalType.SERVICE_PRINCIPAL: "servicePrincipals",
}


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


def _write(call: Call, principal: _P, kind: str, operation: str) -> _P:
    present = store.principal_by_id(call.connection, principal.id)
    if present == principal:
        return principal
    if present is not None and (present.tenant_id, present.type) != (principal.tenant_id, principal.type):
        raise Conflict("ObjectConflict", f"The object id '{principal.id}' belongs to another object.")
    store.save_principal(call.connection, principal)
    call.record(Event(kind, operation, principal.tenant_id, body=_body(principal, id=principal.id)))
    return principal


def _membership(kind: str, group: Principal, member_id: str) -> Event:
    body = {"group_id": group.id, "member_id": member_id}
    return Event(kind, "microsoft.directory/groups/members/update", group.tenant_id, body=body)


def _body(value: Any, **more: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__} | more
