"""Who holds what: asked by those concerned and by those who may read it, and put right when the ground moves.

A customer's assignments are the customer's: a caller from a managing tenant sees only those its own tenant made, and
delegated grants are no role assignments, so nobody sees them here (L105). How roles are given and taken is in giving.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lightkeeper.access import actions, denials, locks, reach, store
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.explain import Explanation, explain
from lightkeeper.access.gate import index_of, subject_of
from lightkeeper.access.giving import (
    assign_role,
    find,
    forget,
    give,
    may_give,
    may_hand_on,
    remove_role,
    shows,
    why_not_assign,
)
from lightkeeper.access.held import permissions_of
from lightkeeper.access.model import OWNER, PermissionBlock, RoleAssignment, Subject
from lightkeeper.access.places import Place, place_of
from lightkeeper.access.scopes import subscription_key
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound

__all__ = [
    "AssignmentFilter",
    "RoleAssignment",
    "assign_role",
    "explain_access",
    "get_assignment",
    "give",
    "list_assignments",
    "list_permissions",
    "list_standing",
    "list_subscription_ids",
    "managing_tenants_of",
    "may_give",
    "may_hand_on",
    "may_see",
    "on_scope_deleted",
    "on_subscription_created",
    "on_subscription_moved",
    "remove_role",
    "why_not_assign",
]


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """Which assignments a list shows; by default those at, above and below the scope."""

    at_scope: bool = False  # at and above only
    principal_id: str | None = None
    assigned_to: str | None = None  # this principal and the groups it is in


def get_assignment(call: Call, scope: str, name: str) -> RoleAssignment:
    """Return the assignment of this name at exactly this scope. Raises `NotFound`."""
    call.authorize(actions.READ_ROLE_ASSIGNMENTS, scope)
    place_of(call, scope, must_exist=True)
    found = find(call, scope, name)
    if found is None:
        raise NotFound("RoleAssignmentNotFound", f"The role assignment '{name}' is not found.")
    return found


def list_assignments(call: Call, scope: str, asked: AssignmentFilter | None = None) -> Sequence[RoleAssignment]:
    """Return the assignments around `scope`: at it, above it in its tenant, and below it. Raises `NotFound`."""
    call.authorize(actions.READ_ROLE_ASSIGNMENTS, scope)
    return _around(call, place_of(call, scope, must_exist=True), asked or AssignmentFilter())


def list_standing(call: Call, scope: str, action: str, asked: AssignmentFilter) -> Sequence[RoleAssignment]:
    """Return the same as schedules that hold now; it takes `action` at the scope, but for asking about oneself."""
    if asked.assigned_to is not None and asked.assigned_to.lower() == call.caller.object_id:
        call.open_to_all("everybody may ask which roles they hold themselves")
    else:
        call.authorize(action, scope)
    return _around(call, place_of(call, scope), asked)


def _around(call: Call, chain: Place, asked: AssignmentFilter) -> Sequence[RoleAssignment]:
    principals: tuple[str, ...] | None = None
    if asked.assigned_to is not None:
        principals = index_of(call).view.principals(asked.assigned_to.lower())
    elif asked.principal_id is not None:
        principals = (asked.principal_id.lower(),)
    if chain.in_subscription or asked.at_scope:
        below = None if asked.at_scope else chain.keys[0]
        found = store.list_around(call.connection, chain.home, chain.keys, below, principals)
    else:
        view = index_of(call).view
        found = [
            assignment
            for assignment in store.list_in(call.connection, chain.home, principals)
            if assignment.scope_key in chain.keys or chain.keys[0] in view.chain(assignment.scope, chain.home).keys
        ]
    return [assignment for assignment in found if shows(call, assignment)]


def list_permissions(call: Call, scope: str) -> Sequence[PermissionBlock]:
    """Return the permission blocks of every role the caller holds at `scope`, its groups' and delegated ones included."""
    call.open_to_all("everybody may ask what they may do themselves")
    return permissions_of(index_of(call).view, subject_of(call), scope, call.now)


def explain_access(call: Call, subject: Subject, action: str, scope: str) -> Explanation:
    """Return the decision about somebody and its reasons.

    Everybody may ask about themselves; about others who may read role assignments at the scope.
    """
    if subject == subject_of(call):
        call.open_to_all("everybody may ask what they may do themselves")
    else:
        call.authorize(actions.READ_ROLE_ASSIGNMENTS, scope)
    return explain(index_of(call).view, subject, action, scope, call.now)


def list_subscription_ids(call: Call) -> Sequence[str]:
    """Return the subscriptions the caller sees in lists (reach.subscriptions_of)."""
    call.open_to_all("everybody may list what they can see")
    if call.caller.unrestricted:
        return sorted(index_of(call).view.tables.subscriptions)
    return reach.subscriptions_of(index_of(call).view, subject_of(call), call.now)


def may_see(call: Call, subscription_id: str) -> bool:
    """Return whether the caller holds any role in, above or below a subscription; authorizes nothing."""
    if call.caller.unrestricted:
        return True
    return subscription_id.lower() in reach.subscriptions_of(index_of(call).view, subject_of(call), call.now)


def managing_tenants_of(call: Call, subscription_id: str) -> Sequence[str]:
    """Return the tenants that manage a subscription or a group in it; a total look-up that authorizes nothing."""
    return reach.managing_tenants_of(index_of(call).view, subscription_id)


def on_scope_deleted(call: Call, scope_key: str) -> None:
    """Take away what is kept at a scope that is gone, and below it. Called by the deletion, which was authorized."""
    for assignment in store.list_at_or_below(call.connection, scope_key):
        forget(call, assignment)
    locks.forget_at(call, scope_key)
    denials.forget_at(call, scope_key)


def on_subscription_created(call: Call, subscription_id: str) -> None:
    """Make the caller Owner of a subscription the caller just made, on that verb's authority."""
    if not call.caller.unrestricted:
        give(call, subscription_key(subscription_id), Asked(ids.new_guid(), call.caller.object_id, OWNER))


def on_subscription_moved(call: Call, subscription_id: str, new_tenant_id: str) -> None:
    """Take away every role given in a subscription that changed tenants: they were the old tenant's people's."""
    for assignment in store.list_at_or_below(call.connection, subscription_key(subscription_id)):
        forget(call, assignment)
    locks.change_tenant(call, subscription_id, new_tenant_id)
