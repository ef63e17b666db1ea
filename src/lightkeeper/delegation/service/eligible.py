"""Eligible roles as the people of the managing tenant see them; a customer sees them in its definitions."""

from dataclasses import replace

from lightkeeper.access.gate import index_of
from lightkeeper.delegation import store
from lightkeeper.delegation.model import Delegation
from lightkeeper.delegation.schedules import Eligibility, is_around
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.resource_id import parse

_MYSELF = "everybody may ask which roles they could activate themselves"


def list_eligible(
    call: Call,
    scope: str,
    action: str,
    *,
    at_scope: bool = False,
    principal_id: str | None = None,
    target_id: str | None = None,
) -> list[Eligibility]:
    """Return the eligible entries around a scope that belong to the caller's tenant, by scope, role and principal.

    `at_scope` leaves out what is below the scope. `principal_id` asks for entries that name this principal, `target_id`
    also for those of its groups. About themselves everybody may ask; otherwise it takes `action` at the scope.
    """
    if target_id is not None and target_id.lower() == call.caller.object_id:
        call.open_to_all(_MYSELF)
    else:
        call.authorize(action, scope)
    principals: frozenset[str] | None = None
    if target_id is not None:
        principals = frozenset(index_of(call).view.principals(target_id.lower()))
    elif principal_id is not None:
        principals = frozenset({principal_id.lower()})
    found = [
        Eligibility(one, entry)
        for one in _delegations(call, scope)
        if is_around(scope, one.assignment.scope, below=not at_scope)
        for entry in one.definition.eligible_authorizations
        if principals is None or entry.principal_id in principals
    ]
    if target_id is not None:
        found = [replace(one, through_group=one.entry.principal_id != target_id.lower()) for one in found]
    return sorted(found, key=lambda one: (one.scope.lower(), one.entry.role_id, one.entry.principal_id))


def _delegations(call: Call, scope: str) -> list[Delegation]:
    subscription_id = parse(scope).subscription_id
    if subscription_id is None:
        return store.delegations_by(call.connection, call.caller.tenant_id)
    known = {one.key: one for one in store.definitions_in(call.connection, [subscription_id.lower()])}
    return [
        Delegation(one, known[one.definition_key])
        for one in store.assignments_in(call.connection, [subscription_id.lower()])
        if call.caller.unrestricted or one.managed_by_tenant_id == call.caller.tenant_id
    ]
