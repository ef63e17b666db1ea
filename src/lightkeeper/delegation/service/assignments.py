"""Registration assignments: delegations made, read, listed and ended."""

from collections.abc import Collection
from dataclasses import replace

from lightkeeper.access import roles
from lightkeeper.delegation import actions, events, store
from lightkeeper.delegation.assignment_rules import (
    MULTIPLE,
    DelegationFacts,
    check_assignment_target,
    why_not_assign,
)
from lightkeeper.delegation.model import (
    ASSIGNMENTS,
    DEFINITIONS,
    NAMESPACE,
    Delegation,
    RegistrationAssignment,
    RegistrationDefinition,
)
from lightkeeper.delegation.objections import findings_of
from lightkeeper.delegation.service import places, rights, surroundings
from lightkeeper.delegation.service.stamps import stamp
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, Invalid, refuse_if
from lightkeeper.kernel.resource_id import MalformedId, ResourceId, parse
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription, Written


def put_assignment(call: Call, scope: str, name: str, definition_id: str) -> Written[RegistrationAssignment]:
    """Delegate `scope`: from now on the definition's principals hold their roles there and below.

    Writing the same name again is an update, and writes nothing when it says the same; a change of what is delegated is
    told by the definition, which is written first (L111). Raises `Invalid` with every objection,
    `Conflict` when the definition is assigned there already (L60), `NotFound` for a missing group, `Forbidden` when the
    caller may not (L70).
    """
    call.authorize(actions.WRITE_ASSIGNMENTS, scope)
    place = places.place_of(scope)
    subscription = resources.require_subscription(call, place.subscription_id)
    rights.demand_onboarding(call, subscription)
    resources.require_active(call, subscription.id)
    places.insist_on_registration(call, subscription.id)
    call.hold(f"subscription:{subscription.id}")
    place = places.as_it_is_spelled(call, place)
    wanted = _definition_named(definition_id)
    subscription_named = (wanted.subscription_id or "").lower() if wanted else None
    refuse_if(findings_of(check_assignment_target(name, place.subscription_id, subscription_named)))
    assert wanted is not None, "check_assignment_target objects to what is no id"
    definition = store.definition(call.connection, wanted.key)
    existing = store.assignment(call.connection, _key(place.scope, name))
    _refuse(place.scope, _facts(call, place.scope, definition, existing))
    assert definition is not None, "why_not_assign objects to a missing definition"
    written = RegistrationAssignment(
        id=name.lower(),
        scope=place.scope,
        subscription_id=place.subscription_id,
        resource_group=place.resource_group,
        definition_id=wanted.text,
        managed_by_tenant_id=definition.managed_by_tenant_id,
        stamp=stamp(call, existing.stamp if existing else None),
    )
    if existing is not None and replace(written, stamp=existing.stamp) == existing:
        return Written(existing, created=False)
    store.save_assignment(call.connection, written, new=existing is None)
    call.record(events.assignment_written(written, subscription.tenant_id, created=existing is None))
    call.record(events.delegation_added(written, subscription.tenant_id))
    return Written(written, existing is None)


def _facts(
    call: Call, scope: str, definition: RegistrationDefinition | None, existing: RegistrationAssignment | None
) -> DelegationFacts:
    if definition is None:
        return DelegationFacts(definition=None, existing=existing)
    given = store.assignments_of(call.connection, definition.key)
    return DelegationFacts(
        definition=definition,
        others=[one for one in given if existing is None or one.key != existing.key],
        beside=surroundings.definitions_at(call, scope),
        existing=existing,
        named=surroundings.named_in(call, definition),
    )


def _refuse(scope: str, facts: DelegationFacts) -> None:
    findings = findings_of(why_not_assign(scope, facts, roles.role_of))
    clash = [finding for finding in findings if finding.code == MULTIPLE]
    refuse_if(clash or findings, kind=Conflict if clash else Invalid)


def get_assignment(call: Call, scope: str, name: str) -> Delegation:
    """Return the delegation of this name at exactly this scope; raise `NotFound` when there is none."""
    call.authorize(actions.READ_ASSIGNMENTS, scope)
    place = places.place_of(scope)
    found = store.assignment(call.connection, _key(place.scope, name))
    if found is None:
        raise places.not_found(ASSIGNMENTS, name, place.resource_group)
    return _with_definitions(call, [found])[0]


def list_assignments(call: Call, scope: str, managed_by: Collection[str] | None = None) -> list[Delegation]:
    """Return the delegations at a group, or at a subscription and in its groups; oldest first.

    Who may read only some of the groups gets those; who may read none is refused. With `managed_by` only delegations to
    these tenants come back.
    """
    place = places.place_of(scope)
    found = store.assignments_in(call.connection, [place.subscription_id])
    if place.resource_group is not None:
        found = [one for one in found if one.scope_key == place.scope.lower()]
    readable = found
    if not call.allows(actions.READ_ASSIGNMENTS, place.scope):
        readable = [one for one in found if call.allows(actions.READ_ASSIGNMENTS, one.scope)]
        if not readable:
            call.authorize(actions.READ_ASSIGNMENTS, place.scope)
    return _with_definitions(
        call, [one for one in readable if managed_by is None or one.managed_by_tenant_id in managed_by]
    )


def list_managed(call: Call, managing_tenant_id: str) -> list[Delegation]:
    """Return every delegation to a managing tenant that the caller may read, by scope (L108, L121)."""
    call.open_to_all("each delegation is shown only to those who may read it")
    return [
        one
        for one in store.delegations_by(call.connection, managing_tenant_id)
        if call.allows(actions.READ_ASSIGNMENTS, one.assignment.scope)
    ]


def delete_assignment(call: Call, scope: str, name: str) -> bool:
    """End the delegation and return whether there was one; the very next request of the provider is refused.

    Raises `Forbidden` when the caller may not: the customer's side by L70, the provider's by the delete role (L95).
    """
    place = places.place_of(scope)
    call.hold(f"subscription:{place.subscription_id}")
    found = store.assignment(call.connection, _key(place.scope, name))
    if found is None:
        call.authorize(actions.DELETE_ASSIGNMENTS, place.scope)
        return False
    subscription = resources.require_subscription(call, place.subscription_id)
    rights.demand_removal(call, found, subscription)
    end(call, found, subscription)
    return True


def end(call: Call, assignment: RegistrationAssignment, subscription: Subscription) -> None:
    """Take the delegation away and tell both sides' logs; the caller has been found entitled."""
    store.remove_assignment(call.connection, assignment.key)
    call.record(events.assignment_deleted(assignment, subscription.tenant_id))
    call.record(events.delegation_removed(assignment, subscription.tenant_id))


def _with_definitions(call: Call, assignments: list[RegistrationAssignment]) -> list[Delegation]:
    known: dict[str, RegistrationDefinition] = {}
    for one in store.definitions_in(call.connection, {one.subscription_id for one in assignments}):
        known[one.key] = one
    return [Delegation(one, known[one.definition_key]) for one in assignments]


def _key(scope: str, name: str) -> str:
    return f"{scope}/providers/{NAMESPACE}/{ASSIGNMENTS}/{name}"


def _definition_named(definition_id: str) -> ResourceId | None:
    """Return a definition's full id, read as every id is (a slash at its end is none); None for any other text."""
    try:
        parsed = parse(definition_id)
    except MalformedId:
        return None
    if parsed.type.lower() != f"{NAMESPACE}/{DEFINITIONS}".lower() or len(parsed.names) != 1:
        return None
    if parsed.subscription_id is None or parsed.scope.lower() != f"/subscriptions/{parsed.subscription_id}".lower():
        return None
    return parsed
