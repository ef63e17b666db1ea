"""Giving and taking roles.

A role of the caller that lets it give roles does, and so does one held under a condition that the assignment meets
(constrained.py). A provider hands on what was delegated to it and no more (L106), and touches no assignment that the customer
made.
"""

from collections.abc import Mapping
from dataclasses import replace

from lightkeeper.access import actions, constrained, reach, store
from lightkeeper.access.assignment_rules import (
    Asked,
    AssignmentFacts,
    changes_what_is_fixed,
    check_assignment,
    why_not_hand_on,
)
from lightkeeper.access.condition_language import Attribute
from lightkeeper.access.custom_roles import assignable_role
from lightkeeper.access.gate import index_of, refusal, subject_of
from lightkeeper.access.model import RoleAssignment
from lightkeeper.access.places import Place, place_of
from lightkeeper.access.roles import guid_in
from lightkeeper.access.scopes import subscription_in
from lightkeeper.directory import service as directory
from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding, errors_of
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, refuse_if
from lightkeeper.kernel.resource_id import ROOT, ResourceId
from lightkeeper.resources import service as resources


def assign_role(call: Call, scope: str, asked: Asked) -> tuple[RoleAssignment, bool]:
    """Give a role to a principal at `scope`; return the assignment and whether it is new.

    `/` and management groups exist once per tenant: the caller's.
    Raises `Invalid` for what is malformed or does not exist, `Conflict` (RoleAssignmentExists) when the principal holds
    the role there under another name, and `Forbidden` for who may not, providers included (L106).
    """
    allowed = _may_give(call, scope, asked)
    if allowed:
        constrained.demand(call, actions.WRITE_ROLE_ASSIGNMENTS, scope, _requested(call, asked))  # asks for locks, too
    chain = place_of(call, scope, must_exist=True)
    facts = _facts(call, chain, asked)
    if not allowed:
        _insist_on_handing_on(call, scope, asked, facts)
    return _give(call, scope, chain, asked, facts)


def why_not_assign(call: Call, scope: str, asked: Asked) -> Finding | None:
    """Return why `assign_role` would refuse this assignment, None when it would not; nothing is written.

    Raises `Forbidden` for who may not give it, and `NotFound` or `Invalid` for what is no scope.
    """
    allowed = _may_give(call, scope, asked)
    chain = place_of(call, scope, must_exist=True)
    facts = _facts(call, chain, asked)
    if not allowed:
        _insist_on_handing_on(call, scope, asked, facts)
    faults = errors_of(check_assignment(asked, facts))
    if faults:
        return faults[0]
    try:
        _insist_on_change(call, _assignment(call, scope, chain, asked, facts))
    except (Invalid, Conflict) as problem:
        return Finding(problem.code, "", problem.message)
    return None


def give(call: Call, scope: str, asked: Asked) -> RoleAssignment:
    """Give a role on behalf of another verb that has authorized its caller (elevated access); otherwise `assign_role`."""
    chain = place_of(call, scope, must_exist=True)
    return _give(call, scope, chain, asked, _facts(call, chain, asked))[0]


def _may_give(call: Call, scope: str, asked: Asked) -> bool:
    """Return whether a role of the caller lets it make this assignment; False for who may only hand on (L106).

    Raises `Forbidden` for who may do neither, before it is known whether the scope exists.
    """
    if may_give(call, scope, asked):
        return True
    if not may_hand_on(call, scope, None):
        raise refusal(call.caller, actions.WRITE_ROLE_ASSIGNMENTS, scope)
    return False


def may_give(call: Call, scope: str, asked: Asked) -> bool:
    """Return whether a role of the caller, or one held under a condition that this meets, lets it make the assignment.

    Neither says that the assignment is sound nor that no lock stands in its way.
    """
    return constrained.allows(call, actions.WRITE_ROLE_ASSIGNMENTS, scope, _requested(call, asked))


def _requested(call: Call, asked: Asked) -> Mapping[Attribute, str]:
    principal = directory.find_principal(call, asked.principal_id.lower())
    kind = str(principal.type) if principal is not None else None
    return constrained.of_request(guid_in(asked.role_id), asked.principal_id.lower(), kind)


def _facts(call: Call, chain: Place, asked: Asked) -> AssignmentFacts:
    carrier = asked.delegated_managed_identity_resource_id
    return AssignmentFacts(
        chain.home,
        directory.find_principal(call, asked.principal_id.lower()),
        assignable_role(call, asked.role_id, chain),
        resources.identities_carried_by(call, carrier) if carrier else frozenset(),
    )


def _give(call: Call, scope: str, chain: Place, asked: Asked, facts: AssignmentFacts) -> tuple[RoleAssignment, bool]:
    refuse_if(check_assignment(asked, facts))
    assert facts.principal is not None
    call.hold(f"roles:{chain.home}")
    new = _assignment(call, scope, chain, asked, facts)
    old = _insist_on_change(call, new)
    if old is not None:
        new = replace(
            new, created_at=old.created_at, created_by=old.created_by, created_by_tenant_id=old.created_by_tenant_id
        )
        if replace(new, updated_at=old.updated_at, updated_by=old.updated_by) == old:
            return old, False
    store.save(call.connection, new)
    call.record(_event("RoleAssignmentWritten", actions.WRITE_ROLE_ASSIGNMENTS, new))
    return new, old is None


def _insist_on_change(call: Call, new: RoleAssignment) -> RoleAssignment | None:
    """Return the assignment that `new` would replace, None when it is new.

    Raises `Forbidden` when that one is not the caller's to see, `Invalid` or `Conflict` when `new` can be neither.
    """
    old = store.find(call.connection, new.tenant_id, new.name)
    if old is not None and not shows(call, old):
        # A provider would rewrite the customer's own assignment, and with it the condition that stands on it (L105, L106).
        raise refusal(call.caller, actions.WRITE_ROLE_ASSIGNMENTS, new.scope)
    if old is not None and changes_what_is_fixed(old, new):
        raise Invalid(
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        )
    if old is None and store.find_same(call.connection, new.scope_key, new.principal_id, new.role_id) is not None:
        raise Conflict("RoleAssignmentExists", "The role assignment already exists.")
    return old


def remove_role(call: Call, scope: str, name: str) -> RoleAssignment | None:
    """Take an assignment away; return it as it was, or None when there was none."""
    if call.allows(actions.DELETE_ROLE_ASSIGNMENTS, scope):
        call.authorize(actions.DELETE_ROLE_ASSIGNMENTS, scope)  # asks for locks, too
        found = find(call, scope, name)
    else:
        found = find(call, scope, name)
        gone = constrained.of_resource(found.role_id, found.principal_id, found.principal_type) if found else {}
        constrained.demand(call, actions.DELETE_ROLE_ASSIGNMENTS, scope, gone)
    if found is not None:
        forget(call, found)
    return found


def may_hand_on(call: Call, scope: str, role_id: str | None) -> bool:
    """Return whether the caller's delegations let it give a role (any role, for None) to identities at `scope` (L106).

    Authorizes nothing: who asks is told the rest, to whom and for which resource, by `assign_role`.
    """
    here = reach.delegated_roles_of(index_of(call).view, subject_of(call), scope)
    return bool(here) if role_id is None else guid_in(role_id) in here


def _insist_on_handing_on(call: Call, scope: str, asked: Asked, facts: AssignmentFacts) -> None:
    view, subject = index_of(call).view, subject_of(call)
    here = reach.delegated_roles_of(view, subject, scope)
    there = reach.delegated_roles_of(view, subject, asked.delegated_managed_identity_resource_id or ROOT)
    if not here or errors_of(why_not_hand_on(asked, facts, here, there)):
        raise refusal(call.caller, actions.WRITE_ROLE_ASSIGNMENTS, scope)


def find(call: Call, scope: str, name: str) -> RoleAssignment | None:
    """Return the assignment of this name at exactly this scope that the caller may know of; authorizes nothing."""
    chain = place_of(call, scope)
    found = store.find(call.connection, chain.home, name)
    return found if found is not None and found.scope_key == chain.keys[0] and shows(call, found) else None


def shows(call: Call, assignment: RoleAssignment) -> bool:
    """Return whether the assignment is one the caller's tenant knows of: its own, or one it made (L105)."""
    caller = call.caller
    return caller.unrestricted or caller.tenant_id in (assignment.tenant_id, assignment.created_by_tenant_id)


def _assignment(call: Call, scope: str, chain: Place, asked: Asked, facts: AssignmentFacts) -> RoleAssignment:
    assert facts.principal is not None and facts.role is not None
    place: ResourceId = resource_id.parse(scope)
    scope_key = chain.keys[0]
    return RoleAssignment(
        id=resource_id.child(place.text, "Microsoft.Authorization", "roleAssignments", asked.name),
        name=asked.name.lower(),
        scope=place.text,
        scope_key=scope_key,
        tenant_id=facts.tenant_id,
        subscription_id=subscription_in(scope_key),
        principal_id=facts.principal.id,
        principal_type=facts.principal.type,
        role_id=guid_in(asked.role_id),
        created_at=call.now,
        updated_at=call.now,
        created_by=call.caller.object_id,
        updated_by=call.caller.object_id,
        created_by_tenant_id=call.caller.tenant_id,
        description=asked.description,
        condition=asked.condition,
        condition_version=asked.condition_version,
        delegated_managed_identity_resource_id=asked.delegated_managed_identity_resource_id,
    )


def forget(call: Call, assignment: RoleAssignment) -> None:
    """Take an assignment away on behalf of a verb that has authorized its caller."""
    store.remove(call.connection, assignment)
    call.record(_event("RoleAssignmentDeleted", actions.DELETE_ROLE_ASSIGNMENTS, assignment))


def _event(kind: str, operation: str, assignment: RoleAssignment) -> Event:
    return Event(
        kind,
        operation,
        tenant_id=assignment.tenant_id,
        subscription_id=assignment.subscription_id,
        body={
            "key": assignment.key,
            "id": assignment.id,
            "name": assignment.name,
            "scope": assignment.scope,
            "scope_key": assignment.scope_key,
            "principal_id": assignment.principal_id,
            "principal_type": str(assignment.principal_type),
            "role_id": assignment.role_id,
            "condition": assignment.condition,
        },
    )
