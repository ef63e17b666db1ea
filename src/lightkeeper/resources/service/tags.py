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
from lightkeeper.resources.service.lookup import require_resource


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
    refuse_if(rules.check_tags(tags))
    return _keep(call, *_held(call, at), dict(tags))


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
    refuse_if(rules.check_tags(tags))
    subscription, found = _held(call, at)
    if how is TagPatch.REPLACE:
        patched = dict(tags)
    elif how is TagPatch.MERGE:
        patched = merged_tags(found.tags, tags)
    else:
        patched = _without(found.tags, tags)
    refuse_if(rules.check_tags(patched))
    return _keep(call, subscription, found, patched)


def delete_tags(call: Call, at: ResourceId) -> None:
    """Take all tags away."""
    call.authorize(actions.DELETE_TAGS, at.text)
    _keep(call, *_held(call, at), {})


def _without(tags: Mapping[str, str], doomed: Mapping[str, str]) -> dict[str, str]:
    """Return the tags less those named in `doomed`, which go whatever their value unless another one is said."""
    said = {name.lower(): value for name, value in doomed.items()}
    return {name: value for name, value in tags.items() if said.get(name.lower()) not in ("", value)}


def _held(call: Call, at: ResourceId) -> tuple[Subscription, Tagged]:
    """Return what carries the tags, after its subscription, and nobody changes it in the meantime."""
    _insist_on_taggable(at)
    subscription = subscriptions.require_active(call, at.subscription_id or "")
    call.hold(f"subscription:{subscription.id}")
    return subscription, _tagged(call, at)


def _keep(call: Call, subscription: Subscription, found: Tagged, tags: Mapping[str, str]) -> Mapping[str, str]:
    if isinstance(found, Subscription):
        if dict(found.tags) != dict(tags):
            subscriptions.save(call, replace(found, tags=dict(tags)), actions.WRITE_TAGS)
    elif isinstance(found, ResourceGroup):
        resource_groups.retag_group(call, subscription, found, tags)
    else:
        items.retag(call, subscription, found, tags)
    return tags


def _insist_on_taggable(at: ResourceId) -> None:
    if at.subscription_id is None:
        raise NotFound("MissingSubscription", f"'{at.text[:300]}' has no tags: name a subscription, group or resource.")


def _tagged(call: Call, at: ResourceId) -> Tagged:
    _insist_on_taggable(at)
    if at.namespace:
        return require_resource(call, at)
    subscription = subscriptions.require_subscription(call, at.subscription_id or "")
    if at.resource_group is not None:
        return resource_groups.require_resource_group(call, subscription.id, at.resource_group)
    return subscription
