"""Reading a directory, for those who may: the operator, the tenant's members, and whoever holds a role of the directory.

Guests see what they can name, and of others only what everybody may know; they get no lists (`entitlement_rules.Sight`).
`get_*` are look-ups for other use cases, which have authorized themselves.
"""

from collections.abc import Iterable

from lightkeeper.directory import (
    application_store,
    membership_store,
    owner_store,
    resource_applications,
    store,
    tenant_store,
)
from lightkeeper.directory.authority import actor_of, administer, denied, not_found, read, read_all
from lightkeeper.directory.entitlement_rules import Sight
from lightkeeper.directory.model import Application, Group, ObjectId, Principal, PrincipalType, Tenant, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call


def list_tenants(call: Call) -> list[Tenant]:
    """Return every tenant; for the operator."""
    administer(call)
    return tenant_store.all_tenants(call.connection)


def see(call: Call, tenant_id: str) -> None:
    """Return quietly when the caller may know the tenant itself: whoever sees anything of it. Raises `Forbidden`."""
    read(call, tenant_id)


def shows_all_of(call: Call, tenant_id: str, object_id: str) -> bool:
    """Return whether the caller sees every property of an object: a guest does of itself only."""
    return read(call, tenant_id) is Sight.ALL or _is_caller(call, object_id)


def read_object(call: Call, tenant_id: str, object_id: str, type: PrincipalType | None = None) -> Principal:
    """Return an object of a tenant to one who may read it; an object of another tenant or type is `NotFound`."""
    read(call, tenant_id)
    found = store.principal_by_id(call.connection, object_id)
    found = found or resource_applications.service_principal_by_id(tenant_id, object_id)
    if found is None or found.tenant_id != tenant_id or (type is not None and found.type is not type):
        raise not_found(object_id)
    return found


def read_user(call: Call, tenant_id: str, id_or_upn: str) -> User:
    """Return a user by object id or sign-in name; raise `NotFound` otherwise."""
    read(call, tenant_id)
    return get_user(call, tenant_id, id_or_upn)


def get_user(call: Call, tenant_id: str, id_or_upn: str) -> User:
    """Return a user of a tenant by object id or sign-in name; raise `NotFound` otherwise."""
    found = find_in(call, tenant_id, id_or_upn)
    if not isinstance(found, User):
        raise not_found(id_or_upn)
    return found


def find_in(call: Call, tenant_id: str, id_or_upn: str) -> Principal | None:
    """Return the principal of a tenant with this object id or, for users, sign-in name; None for any other."""
    if ids.is_guid(id_or_upn):
        found = store.principal_by_id(call.connection, id_or_upn)
    else:
        found = store.user_by_upn(call.connection, tenant_id, id_or_upn)
    return found if found is not None and found.tenant_id == tenant_id else None


def get_group(call: Call, tenant_id: str, group_id: str) -> Group:
    """Return a group of a tenant; raise `NotFound` otherwise."""
    found = store.principal_by_id(call.connection, group_id)
    if not isinstance(found, Group) or found.tenant_id != tenant_id:
        raise not_found(group_id)
    return found


def list_objects(
    call: Call, tenant_id: str, type: PrincipalType, *, after: str = "", limit: int = 100, **narrowed: str | None
) -> list[Principal]:
    """Return a page of a tenant's objects by id, behind the id `after`, narrowed by `store.list_principals`' keywords."""
    read_all(call, tenant_id)
    return store.list_principals(call.connection, tenant_id, type, after=after, limit=limit, **narrowed)


def list_members(
    call: Call, tenant_id: str, group_id: str, *, after: str = "", limit: int | None = None, transitive: bool = False
) -> list[Principal]:
    """Return a page of a group's members by id: the direct ones, unless `transitive`."""
    group = read_object(call, tenant_id, group_id, PrincipalType.GROUP)
    return membership_store.members_of(call.connection, group.id, after=after, limit=limit, transitive=transitive)


def list_groups_of(call: Call, tenant_id: str, object_id: str, *, transitive: bool = False) -> list[Group]:
    """Return the groups an object is in, by id; a guest hears of its own only."""
    found = read_object(call, tenant_id, object_id)
    if not shows_all_of(call, tenant_id, found.id):
        raise denied()
    look = membership_store.groups_of if transitive else membership_store.direct_groups_of
    groups = store.principals_by_ids(call.connection, look(call.connection, found.id)).values()
    return sorted((each for each in groups if isinstance(each, Group)), key=lambda each: each.id)


def list_owners(call: Call, tenant_id: str, owned_id: str) -> list[Principal]:
    """Return the owners of an object of the tenant, by id."""
    read(call, tenant_id)
    return [each for each in owner_store.owners_of(call.connection, owned_id.lower()) if each.tenant_id == tenant_id]


def list_owned(call: Call, tenant_id: str, owner_id: str) -> list[Principal | Application]:
    """Return what somebody owns in the tenant, by id; a guest hears of its own only."""
    if not shows_all_of(call, tenant_id, owner_id):
        raise denied()
    owned = owner_store.owned_by(call.connection, owner_id)
    principals = store.principals_by_ids(call.connection, owned).values()
    return _in_order(tenant_id, [*principals, *application_store.applications_by_object_ids(call.connection, owned)])


def list_by_ids(call: Call, tenant_id: str, object_ids: Iterable[str]) -> list[Principal]:
    """Return those of the principals that exist in the tenant, by id."""
    read(call, tenant_id)
    wanted = {each.lower() for each in object_ids}
    found = [*store.principals_by_ids(call.connection, wanted).values()]
    found += [each for each in resource_applications.service_principals_of(tenant_id) if each.id in wanted]
    return sorted((each for each in found if each.tenant_id == tenant_id), key=lambda each: each.id)


def list_applications_by_ids(call: Call, tenant_id: str, object_ids: Iterable[str]) -> list[Application]:
    """Return those of the registrations that exist in the tenant, by object id."""
    read(call, tenant_id)
    found = application_store.applications_by_object_ids(call.connection, object_ids)
    return [each for each in found if each.tenant_id == tenant_id]


def _is_caller(call: Call, object_id: str) -> bool:
    principal = actor_of(call, call.caller.tenant_id).principal
    return principal is not None and principal.id == object_id


def _in_order(tenant_id: str, found: list[Principal | Application]) -> list[Principal | Application]:
    def id_of(one: Principal | Application) -> ObjectId:
        return one.object_id if isinstance(one, Application) else one.id

    return sorted((each for each in found if each.tenant_id == tenant_id), key=id_of)
