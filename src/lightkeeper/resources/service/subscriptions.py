"""Subscriptions: who sees them, what state they are in."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call, TenantId
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound, refuse_if
from lightkeeper.kernel.resource_id import ROOT
from lightkeeper.resources import actions, regions, rules
from lightkeeper.resources.model import Subscription, SubscriptionState, subscription_scope
from lightkeeper.resources.regions import Region
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.management_groups import ensure_root, require_management_group
from lightkeeper.resources.store import items, tree
from lightkeeper.resources.store.items import Where

LONGEST_NAME = 64


def find_subscription(call: Call, subscription_id: str) -> Subscription | None:
    """Return the subscription whoever asks, for use by other verbs; None when there is none. Authorizes nobody."""
    return tree.find_subscription(call.connection, subscription_id)


def require_subscription(call: Call, subscription_id: str) -> Subscription:
    """Return the subscription whoever asks; raise `NotFound` when there is none. Authorizes nobody."""
    found = find_subscription(call, subscription_id)
    if found is None:
        raise NotFound("SubscriptionNotFound", f"The subscription '{subscription_id}' could not be found.")
    return found


def require_active(call: Call, subscription_id: str) -> Subscription:
    """Return the subscription; raise `Conflict` when it is read-only (L74). Authorizes nobody."""
    found = require_subscription(call, subscription_id)
    if found.state.read_only:
        raise Conflict(
            "ReadOnlyDisabledSubscription",
            f"The subscription '{found.id}' is disabled and therefore marked as read only. You cannot perform any "
            "write actions on this subscription until it is re-enabled.",
        )
    return found


def get_subscription(call: Call, subscription_id: str) -> Subscription:
    """Return the subscription to whoever may read it or holds a right somewhere in it (L108)."""
    scope = subscription_scope(subscription_id)
    if not call.allows(actions.READ_SUBSCRIPTION, scope) and not seams.may_see(call, subscription_id.lower()):
        call.authorize(actions.READ_SUBSCRIPTION, scope)
    return require_subscription(call, subscription_id)


def get_subscriptions(call: Call, subscription_ids: Collection[str]) -> Sequence[Subscription]:
    """Return those of the named subscriptions that exist; the caller of this function vouches that they may be seen."""
    call.open_to_all("the access index named these ids, and it names only what the caller may see")
    return tree.subscriptions_by_id(call.connection, subscription_ids)


def list_subscriptions_in(call: Call, tenant_id: str) -> Sequence[Subscription]:
    """Return the subscriptions at home in the tenant that the caller may read."""
    found = tree.subscriptions_in(call.connection, tenant_id)
    call.open_to_all("each subscription is asked for below")
    return [one for one in found if call.allows(actions.READ_SUBSCRIPTION, one.scope)]


def list_regions(call: Call, subscription_id: str) -> Sequence[Region]:
    """Return the regions the subscription may use: all of them."""
    scope = subscription_scope(subscription_id)
    if not call.allows(actions.READ_LOCATIONS, scope) and not seams.may_see(call, subscription_id.lower()):
        call.authorize(actions.READ_LOCATIONS, scope)
    require_subscription(call, subscription_id)
    return regions.regions()


def put_subscription(call: Call, subscription: Subscription) -> Subscription:
    """Write a subscription; the same again changes nothing.

    Raises `Invalid` for a malformed id or tags, `NotFound` for an unknown management group, `Conflict` when the
    subscription is at home in another tenant: moving is another verb.
    """
    call.authorize(actions.WRITE_SUBSCRIPTION, ROOT)
    if not ids.is_guid(subscription.id):
        raise Invalid(
            "InvalidSubscriptionId",
            f"The provided subscription identifier '{subscription.id}' is malformed or invalid.",
        )
    refuse_if(rules.check_tags(subscription.tags))
    call.hold(f"subscription:{subscription.id.lower()}")
    root = ensure_root(call, subscription.tenant_id)
    group = (
        require_management_group(call, subscription.tenant_id, subscription.management_group)
        if subscription.management_group
        else root
    )
    asked = replace(
        subscription,
        id=subscription.id.lower(),
        tenant_id=TenantId(subscription.tenant_id.lower()),
        management_group=group.name,
    )
    stored = find_subscription(call, asked.id)
    if stored is not None and stored.tenant_id != asked.tenant_id:
        raise Conflict(
            "SubscriptionInOtherTenant", f"The subscription '{asked.id}' belongs to tenant '{stored.tenant_id}'."
        )
    if stored != asked:
        save(call, asked, actions.WRITE_SUBSCRIPTION)
    return asked


def rename_subscription(call: Call, subscription_id: str, display_name: str) -> Subscription:
    """Give the subscription another display name. Raises `Invalid` when it is empty or over 64 characters."""
    call.authorize(actions.RENAME_SUBSCRIPTION, subscription_scope(subscription_id))
    stored = require_active(call, subscription_id)
    if not 0 < len(display_name.strip()) <= LONGEST_NAME:
        message = f"A subscription name has 1 to {LONGEST_NAME} characters."
        raise Invalid("InvalidSubscriptionName", message, target="displayName")
    renamed = replace(stored, display_name=display_name.strip())
    save(call, renamed, actions.RENAME_SUBSCRIPTION)
    return renamed


def cancel_subscription(call: Call, subscription_id: str, *, ignore_resources: bool = False) -> Subscription:
    """Disable the subscription. Raises `Conflict` while it holds resources, unless these are to be ignored."""
    call.authorize(actions.CANCEL_SUBSCRIPTION, subscription_scope(subscription_id))
    call.hold(f"subscription:{subscription_id.lower()}")
    stored = require_subscription(call, subscription_id)
    if not ignore_resources and items.some(call.connection, Where(stored.id), limit=1):
        raise Conflict(
            "SubscriptionNotEmpty",
            f"The subscription '{stored.id}' still holds resources. Delete them first, or cancel with "
            "ignoreResourceCheck=true.",
        )
    return _become(call, stored, SubscriptionState.DISABLED, actions.CANCEL_SUBSCRIPTION)


def enable_subscription(call: Call, subscription_id: str) -> Subscription:
    """Enable a canceled subscription again. Raises `Conflict` for one that is deleted."""
    call.authorize(actions.ENABLE_SUBSCRIPTION, subscription_scope(subscription_id))
    call.hold(f"subscription:{subscription_id.lower()}")
    stored = require_subscription(call, subscription_id)
    if stored.state not in (SubscriptionState.DISABLED, SubscriptionState.ENABLED):
        message = f"The subscription '{stored.id}' is {stored.state}; only a canceled one can be enabled."
        raise Conflict("SubscriptionNotCanceled", message)
    return _become(call, stored, SubscriptionState.ENABLED, actions.ENABLE_SUBSCRIPTION)


def _become(call: Call, stored: Subscription, state: SubscriptionState, operation: str) -> Subscription:
    changed = replace(stored, state=state)
    if changed != stored:
        save(call, changed, operation)
    return changed


def set_subscription_state(call: Call, subscription_id: str, state: SubscriptionState) -> Subscription:
    """Enable, warn or disable the subscription; the marketplace operator's verb."""
    call.authorize(actions.WRITE_SUBSCRIPTION, ROOT)
    changed = replace(require_subscription(call, subscription_id), state=state)
    save(call, changed, actions.WRITE_SUBSCRIPTION)
    return changed


def save(call: Call, subscription: Subscription, operation: str) -> None:
    """Store the subscription and log where it stands; for the verbs of this context."""
    tree.save_subscription(call.connection, subscription)
    written = asdict(subscription)
    del written["id"]
    call.record(
        Event(
            kind="SubscriptionWritten",
            operation=operation,
            tenant_id=subscription.tenant_id,
            subscription_id=subscription.id,
            body={"resource_id": subscription.scope, "subscription_id": subscription.id, **written},
        )
    )
