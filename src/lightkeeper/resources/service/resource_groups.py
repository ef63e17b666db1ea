"""Resource groups: made, tagged, emptied and taken away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, NotFound, refuse_if
from lightkeeper.resources import actions, filters, regions, rules
from lightkeeper.resources.model import Page, ResourceGroup, Subscription, Written, group_scope, subscription_scope
from lightkeeper.resources.paging import cut
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.removal import remove_with_children
from lightkeeper.resources.service.subscriptions import require_active, require_subscription
from lightkeeper.resources.store import groups, items
from lightkeeper.resources.store.items import Where

GROUP_TYPE = "Microsoft.Resources/resourceGroups"


def find_resource_group(call: Call, subscription_id: str, name: str) -> ResourceGroup | None:
    """Return the group whoever asks; None when there is none. Authorizes nobody."""
    return groups.find_group(call.connection, subscription_id, name)


def require_resource_group(call: Call, subscription_id: str, name: str) -> ResourceGroup:
    """Return the group whoever asks; raise `NotFound` when there is none. Authorizes nobody."""
    found = find_resource_group(call, subscription_id, name)
    if found is None:
        raise NotFound("ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
    return found


def get_resource_group(call: Call, subscription_id: str, name: str) -> ResourceGroup:
    """Return the group. Raises `NotFound` when there is none."""
    call.authorize(actions.READ_GROUP, group_scope(subscription_id, name))
    return require_resource_group(call, subscription_id, name)


def resource_group_exists(call: Call, subscription_id: str, name: str) -> bool:
    """Return whether there is such a group."""
    call.authorize(actions.READ_GROUP, group_scope(subscription_id, name))
    return find_resource_group(call, subscription_id, name) is not None


def list_resource_groups(
    call: Call, subscription_id: str, *, filter: str = "", top: int | None = None, skip: str | None = None
) -> Page[ResourceGroup]:
    """Return the groups the caller may read, by name (L108)."""
    scope = subscription_scope(subscription_id)
    if not call.allows(actions.READ_GROUP, scope) and not seams.may_see(call, subscription_id.lower()):
        call.authorize(actions.READ_GROUP, scope)
    require_subscription(call, subscription_id)
    wanted = filters.parse(filter)
    found: Sequence[ResourceGroup] = [
        group
        for group in groups.groups_of(call.connection, subscription_id)
        if wanted(filters.Facts(group.name, GROUP_TYPE, group.location, group.name, group.tags))
        and call.allows(actions.READ_GROUP, group.id)
    ]
    return cut(found, lambda group: group.name.lower(), top, skip)


def put_resource_group(
    call: Call,
    subscription_id: str,
    name: str,
    location: str | None,
    *,
    tags: Mapping[str, str] | None = None,
    managed_by: str | None = None,
) -> Written[ResourceGroup]:
    """Create a group, or replace its tags; the same again changes nothing.

    Raises `Invalid` with every fault of name, location and tags; `Conflict` when it exists elsewhere, for a group never
    moves.
    """
    call.authorize(actions.WRITE_GROUP, group_scope(subscription_id, name))
    refuse_if(
        [*rules.check_group_name(name), *rules.check_group_location(location), *rules.check_tags(tags)],
    )
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    stored = find_resource_group(call, subscription.id, name)
    place = regions.normal(location or "")
    if stored is not None and stored.location != place:
        raise Conflict(
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{stored.location}'.",
        )
    group = ResourceGroup(
        subscription_id=subscription.id,
        name=stored.name if stored else name,
        location=place,
        tags=dict(tags or {}),
        managed_by=stored.managed_by if stored and managed_by is None else managed_by,
        created_at=stored.created_at if stored else call.now,
        changed_at=stored.changed_at if stored else call.now,
    )
    if group != stored:
        _save(call, subscription, replace(group, changed_at=call.now), created=stored is None)
    return Written(group, created=stored is None)


def patch_resource_group(
    call: Call,
    subscription_id: str,
    name: str,
    *,
    tags: Mapping[str, str] | None = None,
    managed_by: str | None = None,
) -> ResourceGroup:
    """Replace the tags, when given, and the manager, when given. Raises `NotFound` when there is no such group."""
    call.authorize(actions.WRITE_GROUP, group_scope(subscription_id, name))
    refuse_if(rules.check_tags(tags))
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    stored = require_resource_group(call, subscription.id, name)
    group = replace(
        stored,
        tags=stored.tags if tags is None else dict(tags),
        managed_by=stored.managed_by if managed_by is None else managed_by,
    )
    if group != stored:
        group = replace(group, changed_at=call.now)
        _save(call, subscription, group, created=False)
    return group


def retag_group(call: Call, subscription: Subscription, group: ResourceGroup, tags: Mapping[str, str]) -> None:
    """Replace the tags of a group, on behalf of the verb that has authorized its caller and checked them."""
    if dict(tags) != dict(group.tags):
        retagged = replace(group, tags=dict(tags), changed_at=call.now)
        _save(call, subscription, retagged, created=False, operation=actions.WRITE_TAGS)


def delete_resource_group(call: Call, subscription_id: str, name: str) -> str:
    """Delete the group with all it holds; return the token under which the result can be asked for.

    What other contexts keep at the group or below goes too (L68). Raises `NotFound` when there is no such group.
    """
    call.authorize(actions.DELETE_GROUP, group_scope(subscription_id, name))
    subscription = require_subscription(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    group = require_resource_group(call, subscription.id, name)
    for hook in seams.on_scope_deleted:
        hook(call, group.id.lower())
    while doomed := items.some(call.connection, Where(subscription.id, group=group.name)):
        for resource in doomed:
            remove_with_children(call, subscription, resource.key)
    groups.remove_group(call.connection, subscription.id, group.name)
    call.record(
        Event(
            kind="ResourceGroupDeleted",
            operation=actions.DELETE_GROUP,
            tenant_id=subscription.tenant_id,
            subscription_id=subscription.id,
            body={"resource_id": group.id, "subscription_id": subscription.id, "name": group.name},
        )
    )
    token = ids.new_guid()
    groups.save_result(call.connection, token, subscription.id, call.caller.object_id, call.now)
    return token


def is_finished(call: Call, subscription_id: str, token: str) -> bool:
    """Return True for the token of an operation the caller started; raise `NotFound` for any other.

    Needs no role: whoever holds the token of their own request may ask how it went, even when the request took away
    the last of their rights.
    """
    call.open_to_all("a token is known only to the one who started the operation, and that is checked")
    actor = groups.actor_of_result(call.connection, token, subscription_id)
    if actor is None or not (call.caller.unrestricted or actor == call.caller.object_id):
        raise NotFound("OperationNotFound", f"The operation '{token}' could not be found.")
    return True


def _save(
    call: Call,
    subscription: Subscription,
    group: ResourceGroup,
    *,
    created: bool,
    operation: str = actions.WRITE_GROUP,
) -> None:
    groups.save_group(call.connection, group)
    call.record(
        Event(
            kind="ResourceGroupWritten",
            operation=operation,
            tenant_id=subscription.tenant_id,
            subscription_id=subscription.id,
            body={
                "resource_id": group.id,
                "subscription_id": subscription.id,
                "name": group.name,
                "location": group.location,
                "tags": dict(group.tags),
                "created": created,
            },
        )
    )
