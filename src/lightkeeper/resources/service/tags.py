"""Tags as a resource of their own, `tags/default`: whoever may tag need not be able to change what is tagged."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, NotFound, refuse_if
from lightkeeper.kernel.resource_id import ResourceId
from lightkeeper.resources import actions, rules
from lightkeeper.resources.merge import merged_tags
from lightkeeper.resources.model import Resource, ResourceGroup, Subscription
from lightkeeper.resources.service import items, resource_groups, subscriptions


class TagPatch(StrEnum):
    """What a PATCH does with the tags it names."""

    MERGE = "Merge"
    REPLACE = "Replace"
    DELETE = "Delete"


Tagged = Subscription | ResourceGroup | Resource


def get_tags(call: Call, at: ResourceId) -> Mapping[str, str]:
    """Return the tags of a subscription, group or resource. Raises `NotFound` when there is no such thing."""
    call.authorize(actions.READ_TAGS, at.text)
    return _tagged(call, at).tags


def put_tags(call: Call, at: ResourceId, tags: Mapping[str, str]) -> Mapping[str, str]:
    """Give these tags and no others. Raises `Invalid` with every fault, `NotFound` when there is no such thing."""
    call.authorize(actions.WRITE_TAGS, at.text)
    return _write(call, at, dict(tags))


def patch_tags(call: Call, at: ResourceId, operation: str, tags: Mapping[str, str]) -> Mapping[str, str]:
    """Merge the tags in, put them in place of the old ones, or take them away: those of the name, and value if one is said."""
    call.authorize(actions.WRITE_TAGS, at.text)
    how = next((known for known in TagPatch if known.lower() == operation.lower()), None)
    if how is None:
        raise Invalid(
            "InvalidTagsPatchOperation",
            f"The operation '{operation[:64]}' is not one of Merge, Replace, Delete.",
            target="operation",
        )
    if how is TagPatch.REPLACE:
        return _write(call, at, dict(tags))
    had = _tagged(call, at).tags
    if how is TagPatch.MERGE:
        refuse_if(rules.check_tags(tags))
        return _write(call, at, merged_tags(had, tags))
    doomed = {name.lower(): value for name, value in tags.items()}
    return _write(
        call, at, {name: value for name, value in had.items() if doomed.get(name.lower()) not in ("", None, value)}
        | {name: value for name, value in had.items() if name.lower() not in doomed},
    )  # fmt: skip


def delete_tags(call: Call, at: ResourceId) -> None:
    """Take all tags away."""
    call.authorize(actions.DELETE_TAGS, at.text)
    _write(call, at, {})


def _write(call: Call, at: ResourceId, tags: Mapping[str, str]) -> Mapping[str, str]:
    refuse_if(rules.check_tags(tags))
    subscription = subscriptions.require_active(call, at.subscription_id or "")
    call.hold(f"subscription:{subscription.id}")
    found = _tagged(call, at)
    if isinstance(found, Subscription):
        if dict(found.tags) != dict(tags):
            subscriptions.save(call, replace(found, tags=dict(tags)), actions.WRITE_TAGS)
    elif isinstance(found, ResourceGroup):
        resource_groups.retag_group(call, subscription, found, tags)
    else:
        items.retag(call, subscription, found, tags)
    return tags


def _tagged(call: Call, at: ResourceId) -> Tagged:
    if at.subscription_id is None:
        raise NotFound("MissingSubscription", f"'{at.text[:300]}' has no tags: name a subscription, group or resource.")
    if at.namespace:
        return items.require_resource(call, at)
    if at.resource_group is not None:
        subscriptions.require_subscription(call, at.subscription_id)
        return resource_groups.require_resource_group(call, at.subscription_id, at.resource_group)
    return subscriptions.require_subscription(call, at.subscription_id)
