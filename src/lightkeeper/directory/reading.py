"""Reading a directory, for those who may: the operator, and whoever signed in to the tenant."""

from collections.abc import Iterable

from lightkeeper.directory import store
from lightkeeper.directory.authority import administer, not_found, read
from lightkeeper.directory.model import Principal, PrincipalType, Tenant, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call


def list_tenants(call: Call) -> list[Tenant]:
    """Return every tenant; for the operator."""
    administer(call)
    return store.all_tenants(call.connection)


def read_object(call: Call, tenant_id: str, object_id: str, type: PrincipalType | None = None) -> Principal:
    """Return an object of a tenant to one who may read it; an object of another tenant or type is `NotFound`."""
    read(call, tenant_id)
    found = store.principal_by_id(call.connection, object_id)
    if found is None or found.tenant_id != tenant_id or (type is not None and found.type is not type):
        raise not_found(object_id)
    return found


def read_user(call: Call, tenant_id: str, id_or_upn: str) -> User:
    """Return a user by object id or sign-in name; raise `NotFound` otherwise."""
    read(call, tenant_id)
    if not ids.is_guid(id_or_upn):
        user = store.user_by_upn(call.connection, tenant_id, id_or_upn)
        if user is None:
            raise not_found(id_or_upn)
        return user
    found = read_object(call, tenant_id, id_or_upn, PrincipalType.USER)
    assert isinstance(found, User)
    return found


def list_objects(
    call: Call, tenant_id: str, type: PrincipalType, *, after: str = "", limit: int = 100, **narrowed: str | None
) -> list[Principal]:
    """Return a page of a tenant's objects by id, behind the id `after`, narrowed by `store.list_principals`' keywords."""
    read(call, tenant_id)
    return store.list_principals(call.connection, tenant_id, type, after=after, limit=limit, **narrowed)


def list_members(call: Call, tenant_id: str, group_id: str) -> list[Principal]:
    """Return the direct members of a group."""
    group = read_object(call, tenant_id, group_id, PrincipalType.GROUP)
    return store.members_of(call.connection, group.id)


def list_by_ids(call: Call, tenant_id: str, object_ids: Iterable[str]) -> list[Principal]:
    """Return those of the objects that exist in the tenant, by id."""
    read(call, tenant_id)
    found = store.principals_by_ids(call.connection, object_ids).values()
    return sorted((each for each in found if each.tenant_id == tenant_id), key=lambda each: each.id)
