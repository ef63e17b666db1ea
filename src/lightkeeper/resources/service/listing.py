"""Lists of resources: by type, by group, by subscription, below a parent."""

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound
from lightkeeper.kernel.resource_id import ResourceId
from lightkeeper.resources import actions, filters
from lightkeeper.resources.model import Page, Resource, group_scope, subscription_scope
from lightkeeper.resources.paging import key_of, size_of, token_of
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.lookup import require_resource
from lightkeeper.resources.service.providers import type_of
from lightkeeper.resources.service.resource_groups import require_resource_group
from lightkeeper.resources.service.subscriptions import require_subscription
from lightkeeper.resources.store import items
from lightkeeper.resources.store.items import Where

_BATCH = 500


def list_resources(
    call: Call,
    subscription_id: str,
    *,
    group: str | None = None,
    filter: str = "",
    top: int | None = None,
    skip: str | None = None,
) -> Page[Resource]:
    """Return the resources of the subscription, or of one group in it, that the caller may read, by id."""
    if group is None:
        scope, action = subscription_scope(subscription_id), actions.READ_RESOURCES
    else:
        scope, action = group_scope(subscription_id, group), actions.READ_GROUP_RESOURCES
    _enter(call, action, scope, subscription_id)
    subscription = require_subscription(call, subscription_id)
    if group is not None:
        require_resource_group(call, subscription.id, group)
    return _readable(call, Where(subscription.id, group=group), filter, top, skip)


def list_resources_of_type(
    call: Call,
    id_: ResourceId,
    *,
    api_version: str = "",
    filter: str = "",
    top: int | None = None,
    skip: str | None = None,
) -> Page[Resource]:
    """Return the resources of one type that the caller may read, by id.

    `id_` is the collection: its last type has no name. At a subscription or group all resources of the type in it are
    meant; below a resource only that one's children or extensions.
    """
    type_ = type_of(id_.namespace, (*id_.types, id_.trailing or ""), api_version)
    if id_.subscription_id is None:
        raise NotFound(
            "MissingSubscription",
            "The request did not have a subscription or a valid tenant level resource provider.",
        )
    _enter(
        call,
        actions.read(type_),
        id_.scope if not id_.names else id_.text.rpartition("/")[0],
        id_.subscription_id or "",
    )
    subscription = require_subscription(call, id_.subscription_id or "")
    if id_.resource_group is not None:
        require_resource_group(call, subscription.id, id_.resource_group)
    where = Where(subscription.id, group=id_.resource_group, type=type_)
    if id_.names:
        where = Where(subscription.id, type=type_, under=id_.key)
    elif id_.parent is not None and id_.parent.namespace:
        require_resource(call, id_.parent)
        where = Where(subscription.id, type=type_, scope_key=id_.parent.key)
    return _readable(call, where, filter, top, skip)


def facts_of(resource: Resource) -> filters.Facts:
    """Return what a `$filter` may ask of the resource."""
    identity = resource.identity if isinstance(resource.identity, dict) else {}
    plan = resource.plan if isinstance(resource.plan, dict) else {}
    return filters.Facts(
        name=resource.name,
        type=resource.type,
        location=resource.location or "",
        resource_group=resource.resource_group or "",
        tags=resource.tags,
        kind=resource.kind if isinstance(resource.kind, str) else "",
        identity=str(identity.get("principalId", "")),
        plan={name: value for name, value in plan.items() if isinstance(value, str)},
    )


def _enter(call: Call, action: str, scope: str, subscription_id: str) -> None:
    """Let in whoever may list here, and whoever holds a right somewhere in the subscription: each item is asked for."""
    if not call.allows(action, scope) and not seams.may_see(call, subscription_id.lower()):
        call.authorize(action, scope)


def _readable(call: Call, where: Where, filter: str, top: int | None, skip: str | None) -> Page[Resource]:
    wanted, after, size = filters.parse(filter), key_of(skip), size_of(top)
    found: list[Resource] = []
    while batch := items.some(call.connection, where, after=after, limit=_BATCH):
        for resource in batch:
            if not wanted(facts_of(resource)) or not call.allows(actions.read(resource.type), resource.id):
                continue
            if len(found) == size:
                return Page(found, token_of(found[-1].key))
            found.append(resource)
        after = batch[-1].key
        if len(batch) < _BATCH:
            break
    return Page(found)
