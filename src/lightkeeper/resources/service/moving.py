"""Resources that change their group, within one subscription or to another of the same tenant.

Source: the documentation "Move Azure resources to a new resource group or subscription". What is kept at a resource by
others, such as role assignments, does not move along.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Invalid, refuse_if
from lightkeeper.kernel.resource_id import MalformedId, ResourceId, parse
from lightkeeper.resources import actions
from lightkeeper.resources.model import Resource, ResourceGroup, Subscription, group_scope
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.providers import require_registered
from lightkeeper.resources.service.resource_groups import require_resource_group
from lightkeeper.resources.service.subscriptions import require_active
from lightkeeper.resources.store import items

MOST = 800
"""Resources moved by one request. Documentation: "you can't move more than 800"."""


def move_resources(call: Call, subscription_id: str, name: str, wanted: Sequence[str], target: str) -> Sequence[str]:
    """Move resources of a group, with their children, to another group; return their new ids.

    Raises `Invalid` with every resource that cannot move, `NotFound` for a missing group, `Conflict` when the other
    subscription has not registered a provider.
    """
    call.authorize(actions.MOVE_RESOURCES, group_scope(subscription_id, name))
    source, group, found = _checked(call, subscription_id, name, wanted, target)
    destination = require_active(call, group.subscription_id)
    moved = []
    for resource in found:
        whole = items.with_children(call.connection, resource.key)
        for old in reversed(whole):
            new = _moved(old, source, group)
            moved.append(new.id)
            items.save(call.connection, new)
            for key, (value, made_at) in items.keys_of(call.connection, old.key).items():
                items.save_key(call.connection, new.key, key, value, made_at)
            call.record(_gone(old, new, destination))
            call.record(_event(old, new, destination))
        for hook in seams.on_scope_deleted:
            hook(call, resource.key)
        items.remove_with_children(call.connection, resource.key)
    return moved


def validate_move(call: Call, subscription_id: str, name: str, wanted: Sequence[str], target: str) -> None:
    """Return quietly when `move_resources` would succeed; raise what it would raise otherwise."""
    call.authorize(actions.VALIDATE_MOVE, group_scope(subscription_id, name))
    _checked(call, subscription_id, name, wanted, target)


def _checked(
    call: Call, subscription_id: str, name: str, wanted: Sequence[str], target: str
) -> tuple[ResourceGroup, ResourceGroup, Sequence[Resource]]:
    """Return the groups and the resources, everything held, once nothing speaks against the move."""
    to = _group_in(target)
    call.authorize(actions.WRITE_GROUP, to.text)
    origin = require_active(call, subscription_id)
    destination = require_active(call, to.subscription_id or "")
    call.hold(f"subscription:{origin.id}", f"subscription:{destination.id}")
    source = require_resource_group(call, origin.id, name)
    group = require_resource_group(call, destination.id, to.resource_group or "")
    if origin.tenant_id != destination.tenant_id:
        raise Invalid(
            "ResourceMoveNotAllowedAcrossTenants",
            "The source and the target subscription are in different tenants. Resources move within one tenant only.",
            target="targetResourceGroup",
        )
    if not wanted or len(wanted) > MOST:
        raise Invalid("InvalidMoveRequest", f"Name 1 to {MOST} resources to move.", target="resources")
    found = [items.find(call.connection, text.rstrip("/").lower()) for text in dict.fromkeys(wanted)]
    refuse_if(
        _why_not_move(call, dict.fromkeys(wanted), found, source, group),
        code="ResourceMoveFailed",
        message="Resource move validation failed. Please see details.",
    )
    resources = [one for one in found if one is not None]
    for resource in resources:
        # Where it was it will be gone, with its locks: who may not delete it there may not take it away either.
        call.authorize(actions.delete(resource.type), resource.id)
    for namespace in sorted({parse(one.id).namespace for one in resources}):
        require_registered(call, destination.id, namespace)
    return source, group, resources


def _why_not_move(
    call: Call, wanted: dict[str, None], found: Sequence[Resource | None], source: ResourceGroup, group: ResourceGroup
) -> Iterator[Finding]:
    if group.id.lower() == source.id.lower():
        yield Finding(
            "ResourceMoveSourceAndTargetMustDiffer", "targetResourceGroup", "That is where the resources are."
        )
        return
    for text, resource in zip(wanted, found, strict=True):
        if resource is None:
            yield Finding("ResourceNotFound", text[:300], f"The resource '{text[:300]}' could not be found.")
            continue
        parsed = parse(resource.id)
        if not resource.key.startswith(f"{source.id.lower()}/"):
            message = f"The resource '{resource.id}' is not in the resource group '{source.name}'."
            yield Finding("ResourceNotInSourceGroup", resource.id, message)
        elif len(parsed.types) > 1 or (parsed.parent is not None and parsed.parent.namespace):
            message = f"The resource '{resource.id}' moves with the one above it only."
            yield Finding("MoveNotSupportedForChildResource", resource.id, message)
        elif items.find(call.connection, _moved(resource, source, group).key) is not None:
            message = f"The resource group '{group.name}' already holds a '{resource.type}' named '{resource.name}'."
            yield Finding("ResourceAlreadyExistsInTarget", resource.id, message)


def _moved(resource: Resource, source: ResourceGroup, group: ResourceGroup) -> Resource:
    return replace(
        resource,
        id=group.id + resource.id[len(source.id) :],
        subscription_id=group.subscription_id,
        resource_group=group.name,
    )


def _group_in(text: str) -> ResourceId:
    try:
        found = parse(text)
    except MalformedId:
        found = parse("/")
    if found.resource_group is None or found.namespace:
        message = f"'{text[:300]}' is not the id of a resource group."
        raise Invalid("InvalidTargetResourceGroup", message, target="targetResourceGroup")
    return found


def _gone(old: Resource, new: Resource, destination: Subscription) -> Event:
    return Event(
        kind="ResourceMoved",
        operation=actions.MOVE_RESOURCES,
        tenant_id=destination.tenant_id,
        subscription_id=old.subscription_id,
        body={"resource_id": old.id, "moved_to": new.id},
    )


def _event(old: Resource, new: Resource, destination: Subscription) -> Event:
    return Event(
        kind="ResourceWritten",
        operation=actions.MOVE_RESOURCES,
        tenant_id=destination.tenant_id,
        subscription_id=destination.id,
        body={
            "resource_id": new.id,
            "id": new.id,
            "type": new.type,
            "location": new.location,
            "subscription_id": destination.id,
            "resource_group": new.resource_group,
            "created": True,
            "moved_from": old.id,
        },
    )
