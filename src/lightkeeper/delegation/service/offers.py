"""Definitions seen as offers: the same plan, or the same hand-written offer, in every subscription of a customer.

Templates derive a definition's GUID from the offer's name, so equal GUIDs of one managing tenant are one offer (L62).
"""

from lightkeeper.delegation import actions, store
from lightkeeper.delegation.model import Delegation, RegistrationDefinition
from lightkeeper.kernel.call import Call
from lightkeeper.resources import service as resources


def offer_key(definition: RegistrationDefinition) -> str:
    """Return what all definitions of one offer share: `publisher.product.plan`, or `managing tenant.guid`."""
    if definition.plan is not None:
        return definition.plan.offering_key
    return f"{definition.managed_by_tenant_id}.{definition.id}"


def find_definitions_of(call: Call, tenant_id: str, key: str) -> list[RegistrationDefinition]:
    """Return the definitions of an offer in all subscriptions of a customer. Authorizes nobody: each change asks."""
    owner, _, rest = key.partition(".")
    if "." in rest:
        found = store.definitions_of_offering(call.connection, key)
    else:
        found = [one for one in store.definitions_named(call.connection, owner, rest) if one.plan is None]
    return [
        one
        for one in found
        if (at := resources.find_subscription(call, one.subscription_id)) is not None and at.tenant_id == tenant_id
    ]


def find_delegations_of(call: Call, definitions: list[RegistrationDefinition]) -> list[Delegation]:
    """Return every delegation of these definitions. Authorizes nobody."""
    return [
        Delegation(assignment, definition)
        for definition in definitions
        for assignment in store.assignments_of(call.connection, definition.key)
    ]


def list_held(call: Call, tenant_id: str) -> list[tuple[RegistrationDefinition, list[Delegation]]]:
    """Return the definitions of a customer's subscriptions that the caller may read, each with its delegations (L83)."""
    readable = [
        subscription.id
        for subscription in resources.list_subscriptions_in(call, tenant_id)
        if call.allows(actions.READ_DEFINITIONS, subscription.scope)
    ]
    given: dict[str, list[Delegation]] = {}
    definitions = store.definitions_in(call.connection, readable)
    known = {one.key: one for one in definitions}
    for assignment in store.assignments_in(call.connection, readable):
        definition = known[assignment.definition_key]
        given.setdefault(definition.key, []).append(Delegation(assignment, definition))
    return [(one, given.get(one.key, [])) for one in definitions]
