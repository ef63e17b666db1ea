"""Bringing back what was deleted, for as long as it is kept."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lightkeeper.directory import (
    application_store,
    deleted_store,
    membership_store,
    owner_store,
    store,
    user_rules,
    writing,
)
from lightkeeper.directory.authority import insist, not_found, read_all
from lightkeeper.directory.deleted_store import KEPT_FOR, Deleted
from lightkeeper.directory.entitlement_rules import Deed, is_administrator
from lightkeeper.directory.model import (
    Application,
    Audience,
    DirectoryRole,
    Group,
    Principal,
    PrincipalType,
    ServicePrincipal,
    ServicePrincipalKind,
    TenantId,
    User,
    UserType,
)
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import refuse_if

_DEEDS = {
    PrincipalType.USER.value: Deed.DELETE_USER,
    PrincipalType.GROUP.value: Deed.DELETE_GROUP,
    PrincipalType.SERVICE_PRINCIPAL.value: Deed.CHANGE_SERVICE_PRINCIPAL,
    writing.APPLICATION: Deed.CHANGE_APPLICATION,
}


def list_deleted(call: Call, tenant_id: TenantId, type: str) -> list[tuple[Principal | Application, datetime]]:
    """Return what was deleted of a type and when, to those who may list the directory."""
    read_all(call, tenant_id)
    found = deleted_store.list_deleted(call.connection, tenant_id, type)
    return [(object_of(one), one.deleted_at) for one in found if one.deleted_at + KEPT_FOR > call.now]


def read_deleted(call: Call, tenant_id: TenantId, object_id: str) -> tuple[Principal | Application, datetime]:
    """Return a deleted object and when it was deleted; raise `NotFound` when none is kept."""
    read_all(call, tenant_id)
    one = _kept(call, tenant_id, object_id)
    return object_of(one), one.deleted_at


def restore(call: Call, tenant_id: TenantId, object_id: str) -> Principal | Application:
    """Bring an object back with its groups, members and owners, as far as those are still there, and its credentials.

    Raises `NotFound` when none is kept, `Invalid` when its sign-in name or application is somebody else's by now.
    """
    one = _settle_rights(call, tenant_id, object_id)
    found = object_of(one)
    call.hold(f"principals:{tenant_id}", f"applications:{tenant_id}", f"memberships:{tenant_id}")
    if isinstance(found, User) and store.user_by_upn(call.connection, tenant_id, found.upn) is not None:
        refuse_if([user_rules.taken("userPrincipalName")])
    if (
        isinstance(found, ServicePrincipal)
        and store.service_principal_of(call.connection, tenant_id, found.app_id) is not None
    ):
        refuse_if([user_rules.taken("appId")])
    for uri in found.identifier_uris if isinstance(found, Application) else ():
        if application_store.application_with_uri(call.connection, tenant_id, uri) is not None:
            refuse_if([user_rules.taken("identifierUris")])
    deleted_store.forget(call.connection, one.id)
    if isinstance(found, Application):
        writing.write_application(call, found)
        _restore_own_principal(call, found)
    else:
        writing.write(call, found)
    _reconnect(call, one)
    return found


def purge(call: Call, tenant_id: TenantId, object_id: str) -> None:
    """Delete a deleted object for good. Raises `NotFound` when none is kept."""
    writing.forget_deleted(call, _settle_rights(call, tenant_id, object_id))


def object_of(one: Deleted) -> Principal | Application:
    """Return a deleted object as it was."""
    return _MADE[one.type](_fields(one))


def _fields(one: Deleted) -> dict[str, Any]:
    fields = dict(one.body["fields"])
    made_at = fields.get("created_at")
    return fields | {"created_at": datetime.fromisoformat(made_at) if made_at else None}


def _user(fields: Mapping[str, Any]) -> User:
    roles = frozenset(DirectoryRole(each) for each in fields["directory_roles"])
    typed = {"type": PrincipalType.USER, "user_type": UserType(fields["user_type"]), "directory_roles": roles}
    return User(**{**fields, **typed})


def _group(fields: Mapping[str, Any]) -> Group:
    return Group(**{**fields, "type": PrincipalType.GROUP})


def _service_principal(fields: Mapping[str, Any]) -> ServicePrincipal:
    roles = frozenset(DirectoryRole(each) for each in fields["directory_roles"])
    kind = ServicePrincipalKind(fields["kind"])
    return ServicePrincipal(
        **{**fields, "type": PrincipalType.SERVICE_PRINCIPAL, "kind": kind, "directory_roles": roles}
    )


def _application(fields: Mapping[str, Any]) -> Application:
    lists = {name: tuple(fields[name]) for name in ("redirect_uris", "identifier_uris")}
    return Application(**{**fields, **lists, "audience": Audience(fields["audience"])})


_MADE: Mapping[str, Callable[[Mapping[str, Any]], Principal | Application]] = {
    PrincipalType.USER.value: _user,
    PrincipalType.GROUP.value: _group,
    PrincipalType.SERVICE_PRINCIPAL.value: _service_principal,
    writing.APPLICATION: _application,
}


def _kept(call: Call, tenant_id: TenantId, object_id: str) -> Deleted:
    one = deleted_store.find(call.connection, object_id)
    if one is None or one.tenant_id != tenant_id or one.deleted_at + KEPT_FOR <= call.now:
        raise not_found(object_id)
    return one


def _settle_rights(call: Call, tenant_id: TenantId, object_id: str) -> Deleted:
    """Return a deleted object to one who could have deleted it by a role; owners own nothing that is deleted."""
    read_all(call, tenant_id)
    one = _kept(call, tenant_id, object_id)
    insist(call, tenant_id, _DEEDS[one.type])
    found = object_of(one)
    if isinstance(found, Principal) and is_administrator(found):
        insist(call, tenant_id, Deed.CHANGE_ADMINISTRATOR)
    return one


def _restore_own_principal(call: Call, application: Application) -> None:
    """Bring the service principal of a registration back, which was deleted with it."""
    kind = PrincipalType.SERVICE_PRINCIPAL.value
    if store.service_principal_of(call.connection, application.tenant_id, application.app_id) is not None:
        return
    for one in deleted_store.list_deleted(call.connection, application.tenant_id, kind):
        if one.body["fields"]["app_id"] == application.app_id:
            deleted_store.forget(call.connection, one.id)
            writing.write(call, _service_principal(_fields(one)))
            _reconnect(call, one)
            return


def _reconnect(call: Call, one: Deleted) -> None:
    for group_id, member_id in one.body["memberships"]:
        group = store.principal_by_id(call.connection, group_id)
        member = store.principal_by_id(call.connection, member_id)
        if group is not None and member is not None and not _would_circle(call, group_id, member_id):
            writing.join(call, group, member_id)
    for owned_id, owner_id in one.body["ownerships"]:
        collection = _collection_of(call, owned_id)
        there = bool(collection) and store.principal_by_id(call.connection, owner_id) is not None
        if there and not owner_store.owns(call.connection, owner_id, owned_id):
            writing.own(call, one.tenant_id, collection, owned_id, owner_id)


def _would_circle(call: Call, group_id: str, member_id: str) -> bool:
    inside = membership_store.is_member(call.connection, group_id, member_id)
    return inside or member_id == group_id or member_id in membership_store.groups_of(call.connection, group_id)


def _collection_of(call: Call, owned_id: str) -> str:
    principal = store.principal_by_id(call.connection, owned_id)
    if principal is not None:
        return writing.COLLECTION[principal.type]
    found = application_store.application_by_object_id(call.connection, owned_id)
    return "applications" if found is not None else ""
