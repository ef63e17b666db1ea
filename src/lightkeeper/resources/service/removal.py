"""What goes when a resource goes: its children, its extensions, the identities they carried."""

from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.resources import actions
from lightkeeper.resources.identity import carried_by
from lightkeeper.resources.model import Resource, Subscription
from lightkeeper.resources.store import items


def remove_with_children(call: Call, subscription: Subscription, key: str) -> None:
    """Remove the resource with everything below it, on the authority of the verb that calls."""
    for gone in items.remove_with_children(call.connection, key):
        for principal_id in carried_by(gone):
            directory.remove_managed_identity(call, principal_id)
        call.record(deleted(subscription, gone))


def deleted(subscription: Subscription, resource: Resource) -> Event:
    """Return the log's word for a resource that is gone."""
    return Event(
        kind="ResourceDeleted",
        operation=actions.delete(resource.type),
        tenant_id=subscription.tenant_id,
        subscription_id=subscription.id,
        body={
            "resource_id": resource.id,
            "id": resource.id,
            "type": resource.type,
            "subscription_id": subscription.id,
        },
    )
