"""What happens to delegations when the ground moves: a group is deleted, a subscription changes hands."""

from lightkeeper.delegation import events, store
from lightkeeper.delegation.service import assignments, places
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources import service as resources


def on_scope_deleted(call: Call, scope_key: str) -> None:
    """End the delegations of a deleted group, or of a deleted subscription with its definitions (L68).

    Called by whoever deletes the scope, within the same transaction and on that caller's authority.
    """
    parsed = parse(scope_key)
    if parsed.subscription_id is None or parsed.namespace:
        return  # a single resource cannot be delegated
    place = places.place_of(scope_key)
    subscription = resources.find_subscription(call, place.subscription_id)
    if subscription is None:
        return
    gone = store.assignments_in(call.connection, [place.subscription_id])
    for assignment in gone:
        if place.resource_group is None or assignment.scope_key == scope_key.lower():
            assignments.end(call, assignment, subscription)
    if place.resource_group is None:
        for definition in store.definitions_in(call.connection, [place.subscription_id]):
            store.remove_definition(call.connection, definition.key)
            call.record(events.definition_deleted(definition, subscription.tenant_id))


def on_subscription_moved(call: Call, subscription_id: str, new_tenant_id: str) -> None:
    """End what was delegated to the tenant that the subscription now belongs to; the others stay (L130).

    Called by whoever moves the subscription, after the move, within the same transaction and on that caller's authority.
    """
    subscription = resources.require_subscription(call, subscription_id)
    for assignment in store.assignments_in(call.connection, [subscription.id]):
        if assignment.managed_by_tenant_id == new_tenant_id:
            assignments.end(call, assignment, subscription)
    for definition in store.definitions_in(call.connection, [subscription.id]):
        if definition.managed_by_tenant_id == new_tenant_id:
            store.remove_definition(call.connection, definition.key)
            call.record(events.definition_deleted(definition, subscription.tenant_id))
