"""Writing principals, memberships and ownerships with the entries they leave in the log.

For the verbs of this context, which have asked whether their caller may and hold what they look at.
"""

from typing import Any, TypeVar

from lightkeeper.directory import (
    application_store,
    browser_store,
    consent_store,
    credential_store,
    deleted_store,
    grant_store,
    membership_store,
    owner_store,
    sign_in_store,
    store,
)
from lightkeeper.directory.deleted_store import Deleted
from lightkeeper.directory.model import Application, Principal, PrincipalType
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict

_P = TypeVar("_P", bound=Principal)

COLLECTION = {
    PrincipalType.USER: "users",
    PrincipalType.GROUP: "groups",
    PrincipalType.SERVICE_PRINCIPAL: "servicePrincipals",
}
APPLICATION = "Application"  # how a deleted registration is told from deleted principals
_WRITTEN = {
    PrincipalType.USER: "UserWritten",
    PrincipalType.GROUP: "GroupWritten",
    PrincipalType.SERVICE_PRINCIPAL: "ServicePrincipalWritten",
}
_UNLOGGED = {"profile", "created_at"}  # the log never forgets, and people's telephone numbers are nothing it needs


def write(call: Call, principal: _P) -> _P:
    """Write a principal; what is already so changes and logs nothing. Raises `Conflict` when the id is another object's."""
    present = store.principal_by_id(call.connection, principal.id)
    if present == principal:
        return principal
    if present is not None and (present.tenant_id, present.type) != (principal.tenant_id, principal.type):
        raise Conflict("ObjectConflict", f"The object id '{principal.id}' belongs to another object.")
    if present is None:
        deleted_store.forget(call.connection, principal.id)
    store.save_principal(call.connection, principal, call.now)
    verb = "create" if present is None else "update"
    operation = f"microsoft.directory/{COLLECTION[principal.type]}/{verb}"
    call.record(Event(_WRITTEN[principal.type], operation, principal.tenant_id, body=body_of(principal)))
    return principal


def join(call: Call, group: Principal, member_id: str) -> None:
    """Put an object into a group it is not in."""
    membership_store.add_membership(call.connection, group.id, member_id)
    call.record(_membership("MemberAdded", group, member_id))


def leave(call: Call, group: Principal, member_id: str) -> None:
    """Take an object out of a group it is in."""
    membership_store.remove_membership(call.connection, group.id, member_id)
    call.record(_membership("MemberRemoved", group, member_id))


def own(call: Call, tenant_id: str, collection: str, owned_id: str, owner_id: str) -> None:
    """Make somebody an owner who is none yet; `collection` says of what kind the object is."""
    owner_store.add_owner(call.connection, owned_id, owner_id)
    call.record(_ownership("OwnerAdded", tenant_id, collection, owned_id, owner_id))


def disown(call: Call, tenant_id: str, collection: str, owned_id: str, owner_id: str) -> None:
    """Let an owner be none any more."""
    owner_store.remove_owner(call.connection, owned_id, owner_id)
    call.record(_ownership("OwnerRemoved", tenant_id, collection, owned_id, owner_id))


def remove(call: Call, found: Principal, *, for_good: bool) -> None:
    """Delete a principal with its memberships and ownerships; unless `for_good` it can be brought back."""
    call.hold(f"memberships:{found.tenant_id}")
    memberships = membership_store.memberships_touching(call.connection, found.id)
    ownerships = owner_store.ownerships_touching(call.connection, found.id)
    for group_id, member_id in memberships:
        group = store.principal_by_id(call.connection, group_id)
        assert group is not None
        call.record(_membership("MemberRemoved", group, member_id))
    membership_store.remove_memberships_of(call.connection, found.id)
    owner_store.remove_ownerships_of(call.connection, found.id)
    store.remove_principal(call.connection, found.id)
    grant_store.revoke_tokens_of(call.connection, found.id, call.now)
    browser_store.sign_out_everywhere(call.connection, found.id)
    if for_good:
        forget_credentials(call, found.id)
    else:
        kept = {"fields": fields_of(found), "memberships": memberships, "ownerships": ownerships}
        _keep(call, Deleted(found.id, found.tenant_id, found.type.value, call.now, kept))
    call.record(
        Event(
            "PrincipalDeleted",
            f"microsoft.directory/{COLLECTION[found.type]}/delete",
            found.tenant_id,
            body={"id": found.id, "type": found.type.value, "displayName": found.display_name},
        )
    )


def write_application(call: Call, application: Application) -> Application:
    """Write an application's registration."""
    present = application_store.application(call.connection, application.app_id)
    if present == application:
        return application
    if present is None:
        deleted_store.forget(call.connection, application.object_id)
    application_store.save_application(call.connection, application, call.now)
    operation = f"microsoft.directory/applications/{'create' if present is None else 'update'}"
    body = {
        "id": application.object_id,
        "appId": application.app_id,
        "displayName": application.display_name,
        "identifierUris": list(application.identifier_uris),
        "redirectUris": list(application.redirect_uris),
    }
    call.record(Event("ApplicationWritten", operation, application.tenant_id, body=body))
    return application


def remove_application(call: Call, application: Application, *, for_good: bool) -> None:
    """Delete a registration with its ownerships; unless `for_good` it can be brought back, with what it signs in with."""
    ownerships = owner_store.ownerships_touching(call.connection, application.object_id)
    owner_store.remove_ownerships_of(call.connection, application.object_id)
    application_store.remove_application(call.connection, application.app_id)
    if for_good:
        forget_credentials(call, application.app_id)
    else:
        kept = {"fields": fields_of(application), "memberships": [], "ownerships": ownerships}
        _keep(call, Deleted(application.object_id, application.tenant_id, APPLICATION, call.now, kept))
    body = {"id": application.object_id, "appId": application.app_id, "displayName": application.display_name}
    operation = "microsoft.directory/applications/delete"
    call.record(Event("ApplicationDeleted", operation, application.tenant_id, body=body))


def _keep(call: Call, one: Deleted) -> None:
    """Keep what is deleted, and forget what has been kept long enough."""
    for old in deleted_store.deleted_before(call.connection, one.tenant_id, call.now - deleted_store.KEPT_FOR):
        forget_deleted(call, old)
    deleted_store.keep(call.connection, one)


def forget_deleted(call: Call, one: Deleted) -> None:
    """Delete a deleted object for good, with what it signed in with."""
    deleted_store.forget(call.connection, one.id)
    forget_credentials(call, one.id)
    if one.type == APPLICATION:
        forget_credentials(call, one.body["fields"]["app_id"])


def forget_credentials(call: Call, owner_id: str) -> None:
    """Forget everything with which somebody could sign in as the owner, and what was agreed to for it.

    The owner is an account's or service principal's object id, or an application's id.
    """
    sign_in_store.forget_secrets(call.connection, owner_id)
    credential_store.forget_application(call.connection, owner_id)
    browser_store.remove_second_factor(call.connection, owner_id)
    consent_store.remove_consents(call.connection, account_id=owner_id)
    consent_store.remove_consents(call.connection, app_id=owner_id)


def fields_of(value: Any) -> dict[str, Any]:
    """Return the fields of a model value in a form that JSON can keep."""
    found = {name: getattr(value, name) for name in type(value).__dataclass_fields__}
    return {name: sorted(each) if isinstance(each, frozenset) else each for name, each in found.items()}


def body_of(value: Any) -> dict[str, Any]:
    """Return what the log says about an object."""
    return {name: each for name, each in fields_of(value).items() if name not in _UNLOGGED}


def _membership(kind: str, group: Principal, member_id: str) -> Event:
    body = {"group_id": group.id, "member_id": member_id}
    return Event(kind, "microsoft.directory/groups/members/update", group.tenant_id, body=body)


def _ownership(kind: str, tenant_id: str, collection: str, owned_id: str, owner_id: str) -> Event:
    body = {"owned_id": owned_id, "owner_id": owner_id}
    return Event(kind, f"microsoft.directory/{collection}/owners/update", tenant_id, body=body)
