"""Putting objects into groups, and giving groups, applications and service principals their owners."""

from collections.abc import Iterable

from lightkeeper.directory import (
    application_store,
    group_rules,
    membership_store,
    owner_store,
    reading,
    rules,
    store,
    writing,
)
from lightkeeper.directory.authority import insist, not_found
from lightkeeper.directory.entitlement_rules import Deed
from lightkeeper.directory.model import Group, Principal, PrincipalType, TenantId
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import refuse_if

MOST_AT_ONCE = 20  # Graph: "up to 20 members in a single request"


def add_member(call: Call, tenant_id: TenantId, group_id: str, member_id: str) -> None:
    """Put an object into a group. Raises `Invalid` when it is in it, `NotFound` when either is missing."""
    insist(call, tenant_id, Deed.CHANGE_GROUP, group_id.lower())
    group = reading.get_group(call, tenant_id, group_id)
    call.hold(f"memberships:{tenant_id}")
    join_all(call, group, [member_id])


def remove_member(call: Call, tenant_id: TenantId, group_id: str, member_id: str) -> None:
    """Take an object out of a group. Raises `NotFound` when it is not in it."""
    insist(call, tenant_id, Deed.CHANGE_GROUP, group_id.lower())
    group = reading.get_group(call, tenant_id, group_id)
    call.hold(f"memberships:{tenant_id}")
    if not membership_store.is_member(call.connection, group.id, member_id.lower()):
        raise not_found(member_id)
    writing.leave(call, group, member_id.lower())


def add_owner(call: Call, tenant_id: TenantId, owned_id: str, owner_id: str) -> None:
    """Let somebody own a group, an application's registration or a service principal.

    Raises `Invalid` when they do, `NotFound` when either is missing.
    """
    collection = _owned(call, tenant_id, owned_id)
    own_all(call, tenant_id, collection, owned_id.lower(), [owner_id])


def remove_owner(call: Call, tenant_id: TenantId, owned_id: str, owner_id: str) -> None:
    """Let somebody own an object no more. Raises `NotFound` when they do not, `Invalid` for a group's last owner."""
    collection = _owned(call, tenant_id, owned_id)
    owners = owner_store.owners_of(call.connection, owned_id.lower())
    if owner_id.lower() not in {each.id for each in owners}:
        raise not_found(owner_id)
    if collection == "groups":
        refuse_if(group_rules.why_not_without_owner(owners, owner_id.lower()))
    writing.disown(call, tenant_id, collection, owned_id.lower(), owner_id.lower())


def join_all(call: Call, group: Group, member_ids: Iterable[str]) -> None:
    """Put objects into a group, for a verb that has asked whether its caller may and holds the memberships."""
    wanted = list(member_ids)
    if not wanted:
        return
    above = set(membership_store.groups_of(call.connection, group.id))
    for member_id in wanted:
        member = _present(call, group.tenant_id, member_id)
        if membership_store.is_member(call.connection, group.id, member.id):
            refuse_if([group_rules.already_there("members")])
        refuse_if([*rules.why_not_member(group, member, above), *group_rules.why_not_member_of_unified(group, member)])
        writing.join(call, group, member.id)


def own_all(call: Call, tenant_id: TenantId, collection: str, owned_id: str, owner_ids: Iterable[str]) -> None:
    """Let several own an object, for a verb that has asked whether its caller may."""
    call.hold(f"owners:{owned_id}")
    for owner_id in owner_ids:
        owner = _present(call, tenant_id, owner_id)
        owners = owner_store.owners_of(call.connection, owned_id)
        if owner.id in {each.id for each in owners}:
            refuse_if([group_rules.already_there("owners")])
        refuse_if(group_rules.why_not_owner(owner, len(owners)))
        writing.own(call, tenant_id, collection, owned_id, owner.id)


def _present(call: Call, tenant_id: TenantId, object_id: str) -> Principal:
    """Return an object of the tenant; one of another tenant is not there."""
    found = store.principal_by_id(call.connection, object_id)
    if found is None or found.tenant_id != tenant_id:
        raise not_found(object_id)
    return found


_DEEDS = {
    PrincipalType.GROUP: ("groups", Deed.CHANGE_GROUP),
    PrincipalType.SERVICE_PRINCIPAL: ("servicePrincipals", Deed.CHANGE_SERVICE_PRINCIPAL),
}


def _owned(call: Call, tenant_id: TenantId, owned_id: str) -> str:
    """Return the collection of an object whose owners the caller may change, and hold them."""
    principal = store.principal_by_id(call.connection, owned_id)
    application = application_store.application_by_object_id(call.connection, owned_id)
    if principal is not None and principal.tenant_id == tenant_id and principal.type in _DEEDS:
        collection, deed = _DEEDS[principal.type]
    elif application is not None and application.tenant_id == tenant_id:
        collection, deed = "applications", Deed.CHANGE_APPLICATION
    else:
        insist(call, tenant_id, Deed.CHANGE_APPLICATION)
        raise not_found(owned_id)
    insist(call, tenant_id, deed, owned_id.lower())
    call.hold(f"owners:{owned_id.lower()}")
    return collection
