"""Subscriptions asked for by a name: an alias makes one, or names one there is."""

import re
from collections.abc import Mapping, Sequence

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call, TenantId
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound, refuse_if
from lightkeeper.kernel.resource_id import ROOT
from lightkeeper.resources import actions, rules
from lightkeeper.resources.model import Alias, Subscription, Written, management_group_id, subscription_scope
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.management_groups import ensure_root, require_management_group
from lightkeeper.resources.service.subscriptions import LONGEST_NAME, require_subscription, save
from lightkeeper.resources.store import tree

_NAME = re.compile(r"[-\w.()]{1,63}", re.ASCII)


def put_alias(
    call: Call,
    name: str,
    *,
    display_name: str | None = None,
    subscription_id: str | None = None,
    management_group: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Written[tuple[Alias, Subscription]]:
    """Make a subscription in the caller's tenant under an alias, with the caller as Owner; or name an existing one.

    A new one hangs under `management_group`, or where the tenant's settings say. The same again gives the same
    subscription. Raises `Invalid` for a bad name or tags, `Conflict` when the alias names another subscription, `NotFound`
    for one that is not in the tenant and for a management group that is not there.
    """
    tenant_id = call.caller.tenant_id
    call.authorize(actions.WRITE_SUBSCRIPTION, subscription_scope(subscription_id) if subscription_id else ROOT)
    if _NAME.fullmatch(name) is None:
        raise Invalid(
            "InvalidAliasName", f"'{name[:100]}' is no alias: use 1-63 letters, digits or -_.().", target="name"
        )
    call.hold(f"subscription-aliases:{tenant_id}")
    stored = tree.find_alias(call.connection, tenant_id, name)
    if stored is not None:
        if subscription_id is not None and subscription_id.lower() != stored.subscription_id:
            raise Conflict(
                "AliasInUse", f"The alias '{stored.name}' names the subscription '{stored.subscription_id}'."
            )
        return Written((stored, require_subscription(call, stored.subscription_id)), created=False)
    if subscription_id is not None:
        subscription = require_subscription(call, subscription_id)
        if subscription.tenant_id != tenant_id:
            raise NotFound("SubscriptionNotFound", f"The subscription '{subscription_id}' could not be found.")
    else:
        refuse_if(rules.check_tags(tags, "properties.additionalProperties.tags"))
        if management_group is not None:
            call.authorize(actions.ADD_SUBSCRIPTION, management_group_id(management_group))
            management_group = require_management_group(call, tenant_id, management_group).name
        subscription = _made(call, (display_name or name).strip(), management_group, tags or {})
    alias = Alias(tenant_id, name, subscription.id, call.caller.object_id, call.now)
    tree.save_alias(call.connection, alias)
    call.record(_event("AliasWritten", actions.WRITE_SUBSCRIPTION, alias))
    return Written((alias, subscription), created=True)


def get_alias(call: Call, name: str) -> tuple[Alias, Subscription]:
    """Return an alias of the caller's tenant. Raises `NotFound`."""
    found = tree.find_alias(call.connection, call.caller.tenant_id, name)
    if found is None or found.created_by != call.caller.object_id:
        call.authorize(actions.READ_ALIAS, ROOT)
    call.open_to_all("who made an alias may look at it; others were asked above")
    if found is None:
        raise NotFound("AliasNotFound", f"The alias '{name[:100]}' could not be found.")
    return found, require_subscription(call, found.subscription_id)


def list_aliases(call: Call) -> Sequence[tuple[Alias, Subscription]]:
    """Return the aliases of the caller's tenant that the caller made, or all for who may read them."""
    everything = call.allows(actions.READ_ALIAS, ROOT)
    found = tree.aliases_of(call.connection, call.caller.tenant_id)
    mine = [one for one in found if everything or one.created_by == call.caller.object_id]
    return [(one, require_subscription(call, one.subscription_id)) for one in mine]


def delete_alias(call: Call, name: str) -> bool:
    """Forget an alias; the subscription stays. Return whether there was one."""
    call.authorize(actions.DELETE_ALIAS, ROOT)
    found = tree.find_alias(call.connection, call.caller.tenant_id, name)
    if found is None:
        return False
    tree.remove_alias(call.connection, found)
    call.record(_event("AliasDeleted", actions.DELETE_ALIAS, found))
    return True


def _made(call: Call, display_name: str, management_group: str | None, tags: Mapping[str, str]) -> Subscription:
    if not 0 < len(display_name) <= LONGEST_NAME:
        message = f"A subscription name has 1 to {LONGEST_NAME} characters."
        raise Invalid("InvalidSubscriptionName", message, target="properties.displayName")
    tenant_id = TenantId(call.caller.tenant_id)
    root = ensure_root(call, tenant_id)
    settings = tree.hierarchy_settings_of(call.connection, tenant_id)
    subscription = Subscription(
        id=ids.new_guid(),
        tenant_id=tenant_id,
        display_name=display_name,
        management_group=management_group or (settings.default_group if settings else None) or root.name,
        tags=dict(tags),
    )
    save(call, subscription, actions.WRITE_SUBSCRIPTION)
    for hook in seams.on_subscription_created:
        hook(call, subscription.id)
    return subscription


def _event(kind: str, operation: str, alias: Alias) -> Event:
    return Event(
        kind,
        operation,
        tenant_id=alias.tenant_id,
        body={
            "resource_id": f"/providers/Microsoft.Subscription/aliases/{alias.name}",
            "alias": alias.name,
            "subscription": alias.subscription_id,
        },
    )
