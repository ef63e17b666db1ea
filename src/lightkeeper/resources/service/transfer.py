"""A subscription that changes hands: it becomes another tenant's, and what belonged to the old one's people goes.

Source: the documentation "Transfer an Azure subscription to a different Microsoft Entra directory": role assignments and
managed identities are lost; resources, locks and the delegations to third parties stay (L130).
"""

from dataclasses import replace

from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict
from lightkeeper.kernel.resource_id import ROOT
from lightkeeper.resources import actions
from lightkeeper.resources.identity import carried_by
from lightkeeper.resources.model import Subscription
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service import identities
from lightkeeper.resources.service.management_groups import ensure_root
from lightkeeper.resources.service.subscriptions import require_subscription, save
from lightkeeper.resources.store import items, tree
from lightkeeper.resources.store.items import Where


def transfer_subscription(call: Call, subscription_id: str, tenant_id: str) -> Subscription:
    """Give a subscription to another tenant; the operator's verb.

    Raises `NotFound` for an unknown subscription or tenant, `Conflict` when the tenant has it already.
    """
    call.authorize(actions.TRANSFER_SUBSCRIPTION, ROOT)
    tenant = directory.get_tenant(call, tenant_id)
    call.hold(f"subscription:{subscription_id.lower()}")
    stored = require_subscription(call, subscription_id)
    if stored.tenant_id == tenant.id:
        raise Conflict("SubscriptionAlreadyInTenant", f"The subscription '{stored.id}' belongs to that tenant already.")
    root = ensure_root(call, tenant.id)
    _forget_identities(call, stored)
    tree.forget_aliases(call.connection, stored.id)
    moved = replace(stored, tenant_id=tenant.id, management_group=root.name)
    save(call, moved, actions.TRANSFER_SUBSCRIPTION)
    for hook in seams.on_subscription_moved:
        hook(call, moved.id, tenant.id)
    return moved


def _forget_identities(call: Call, subscription: Subscription) -> None:
    after = ""
    while batch := items.some(call.connection, Where(subscription.id), after=after):
        for resource in batch:
            if carried_by(resource) or resource.identity is not None:
                items.save(call.connection, identities.forget(call, resource))
        after = batch[-1].key
