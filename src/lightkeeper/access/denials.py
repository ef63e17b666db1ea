"""Deny assignments: anybody who may read rights can look; only the platform and the operator make them (L103)."""

from collections.abc import Sequence

from lightkeeper.access import actions, deny_store
from lightkeeper.access.model import DenyAssignment, key_of
from lightkeeper.access.places import place_of
from lightkeeper.access.scopes import subscription_in
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Forbidden, NotFound


def list_denials(
    call: Call, scope: str, *, at_scope: bool = False, principal_id: str | None = None
) -> Sequence[DenyAssignment]:
    """Return the deny assignments at and above `scope`, and unless `at_scope` below it; of one principal when named."""
    call.authorize(actions.READ_DENY_ASSIGNMENTS, scope)
    place = place_of(call, scope)
    found = deny_store.list_around(call.connection, place.home, place.keys, None if at_scope else place.keys[0])
    if principal_id is None:
        return found
    return [one for one in found if principal_id.lower() in {principal for principal, _ in one.principals}]


def get_denial(call: Call, scope: str, name: str) -> DenyAssignment:
    """Return the deny assignment of this name at exactly this scope. Raises `NotFound`."""
    call.authorize(actions.READ_DENY_ASSIGNMENTS, scope)
    place = place_of(call, scope)
    found = deny_store.find(call.connection, key_of(place.home, name))
    if found is None or found.scope_key != place.keys[0]:
        raise NotFound("DenyAssignmentNotFound", f"The deny assignment '{name}' is not found.")
    return found


def put_denial(call: Call, denial: DenyAssignment) -> DenyAssignment:
    """Forbid something, whatever anybody holds. Raises `Forbidden` for whoever is not the platform or the operator."""
    _insist_on_platform(call)
    deny_store.save(call.connection, denial)
    call.record(_event("DenyAssignmentWritten", actions.WRITE_DENY_ASSIGNMENTS, denial))
    return denial


def lift_denial(call: Call, tenant_id: str, name: str) -> None:
    """Take a deny assignment away; nothing happens when there is none."""
    _insist_on_platform(call)
    found = deny_store.find(call.connection, key_of(tenant_id, name))
    if found is not None:
        _remove(call, found)


def forget_at(call: Call, scope_key: str) -> None:
    """Take away the deny assignments at a scope that is gone, and below it; the deletion was authorized."""
    for denial in deny_store.list_at_or_below(call.connection, scope_key):
        _remove(call, denial)


def _insist_on_platform(call: Call) -> None:
    call.open_to_all("only the platform and the operator may, checked right here")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Deny assignments are made by the platform; nobody else can make them.")


def _remove(call: Call, denial: DenyAssignment) -> None:
    deny_store.remove(call.connection, denial.key)
    call.record(_event("DenyAssignmentDeleted", actions.DELETE_DENY_ASSIGNMENTS, denial))


def _event(kind: str, operation: str, denial: DenyAssignment) -> Event:
    at = denial.scope if denial.scope != "/" else ""
    return Event(
        kind,
        operation,
        tenant_id=denial.tenant_id,
        subscription_id=subscription_in(denial.scope_key),
        body={
            "resource_id": f"{at}/providers/Microsoft.Authorization/denyAssignments/{denial.name}",
            **deny_store.document_of(denial),
        },
    )
