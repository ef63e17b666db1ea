"""Resources of any type: written, merged, tagged, deleted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import Call, CallerKind
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, NotFound, PreconditionFailed, refuse_if
from lightkeeper.kernel.resource_id import ResourceId, child
from lightkeeper.resources import actions, machines, regions, rules
from lightkeeper.resources.concurrency import ALWAYS, Conditions, tag_of, why_not_proceed
from lightkeeper.resources.merge import merged, merged_tags
from lightkeeper.resources.model import Resource, ResourceBody, Stamp, Subscription, Written, subscription_scope
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service import identities
from lightkeeper.resources.service.lookup import (
    find_resource,
    insist_on_kept,
    interleaved,
    known_type,
    not_found,
    require_resource,
)
from lightkeeper.resources.service.providers import require_registered
from lightkeeper.resources.service.removal import remove_with_children
from lightkeeper.resources.service.resource_groups import require_resource_group
from lightkeeper.resources.service.subscriptions import require_active, require_subscription
from lightkeeper.resources.store import items

_PARTS = ("kind", "sku", "identity", "plan", "zones", "managed_by", "extended_location")
_AUTHORS = {CallerKind.USER: "User", CallerKind.APPLICATION: "Application"}


def put_resource(
    call: Call, id_: ResourceId, body: ResourceBody, *, api_version: str, conditions: Conditions = ALWAYS
) -> Written[Resource]:
    """Create the resource or replace it; the same again changes nothing.

    Raises `Invalid` with every fault of name, location and tags; `NotFound` for an unknown type, group or parent;
    `PreconditionFailed` by the entity tag; `Conflict` when it exists in another location or the subscription has not
    registered the provider.
    """
    type_ = known_type(id_, api_version)
    call.authorize(actions.write(type_), id_.text)
    insist_on_kept(id_, api_version)
    stored, subscription = _before_write(call, id_, conditions)
    location = body.location if body.location is not None else stored.location if stored else None
    top_level = len(id_.types) == 1 and id_.parent is not None and not id_.parent.namespace
    refuse_if(
        [
            *rules.check_name(id_.name),
            *rules.check_location(location, type_, top_level=top_level and id_.resource_group is not None),
            *rules.check_tags(body.tags),
        ]
    )
    place = regions.normal(location) if location is not None else None
    _stay_put(stored, place)
    asked = Resource(
        id=stored.id if stored else _public_id(call, id_, type_),
        name=stored.name if stored else id_.name,
        type=type_,
        subscription_id=subscription.id,
        resource_group=id_.resource_group,
        location=place,
        tags={name: value for name, value in (body.tags or {}).items() if value is not None},
        properties=rules.kept_properties(type_, body.properties or {}),
        api_version=api_version,
        etag="",
        stamp=stored.stamp if stored else _stamp(call),
        more=dict(body.more),
        instance=stored.instance if stored else {},
        **{name: getattr(body, name) for name in _PARTS},
    )
    return _keep(call, subscription, _settled(call, subscription, asked, stored), stored)


def patch_resource(
    call: Call, id_: ResourceId, body: ResourceBody, *, api_version: str, conditions: Conditions = ALWAYS
) -> Resource:
    """Merge the body into the resource (RFC 7396): objects merge, null removes, all else replaces.

    Raises `NotFound` when there is no such resource; otherwise like `put_resource`.
    """
    type_ = known_type(id_, api_version)
    call.authorize(actions.write(type_), id_.text)
    stored, subscription = _before_write(call, id_, conditions)
    if stored is None:
        raise not_found(id_)
    if body.location is not None:
        refuse_if(rules.check_location(body.location, type_, top_level=False))
        _stay_put(stored, regions.normal(body.location))
    tags = merged_tags(stored.tags, body.tags or {})
    refuse_if(rules.check_tags(tags))
    given = {name: getattr(body, name) for name in _PARTS if getattr(body, name) is not None}
    patched = replace(
        stored,
        tags=tags,
        properties=rules.kept_properties(type_, merged(stored.properties, body.properties or {})),
        more=merged(stored.more, body.more),
        api_version=api_version,
        **{name: merged(getattr(stored, name), value) for name, value in given.items()},
    )
    return _keep(call, subscription, _settled(call, subscription, patched, stored), stored).value


def delete_resource(call: Call, id_: ResourceId, *, api_version: str = "", conditions: Conditions = ALWAYS) -> bool:
    """Delete the resource with its children and extensions; return whether it was there."""
    call.authorize(actions.delete(known_type(id_, api_version)), id_.text)
    subscription = require_subscription(call, id_.subscription_id or "")
    call.hold(f"subscription:{subscription.id}")
    stored = find_resource(call, id_.key)
    if stored is None:
        return False
    refuse_if(why_not_proceed(conditions, stored.etag), kind=PreconditionFailed)
    for hook in seams.on_scope_deleted:
        hook(call, stored.key)
    remove_with_children(call, subscription, stored.key)
    return True


def _before_write(call: Call, id_: ResourceId, conditions: Conditions) -> tuple[Resource | None, Subscription]:
    """Return the stored copy, if any, after everything the write leans on has been found and held."""
    subscription = require_active(call, id_.subscription_id or "")
    call.hold(f"subscription:{subscription.id}")
    if not call.caller.unrestricted:
        require_registered(call, subscription.id, id_.namespace)
    if id_.resource_group is not None:
        require_resource_group(call, subscription.id, id_.resource_group)
    if id_.parent is not None and id_.parent.namespace and find_resource(call, id_.parent.key) is None:
        raise not_found(id_.parent)
    if len(id_.names) > 1:
        above = child(id_.scope, id_.namespace, *interleaved(id_.types[:-1], id_.names[:-1]))
        if find_resource(call, above) is None:
            raise NotFound(
                "ParentResourceNotFound",
                "Can not perform requested operation on nested resource. "
                f"Parent resource '{'/'.join(id_.names[:-1])}' not found.",
            )
    stored = find_resource(call, id_.key)
    refuse_if(why_not_proceed(conditions, stored.etag if stored else None), kind=PreconditionFailed)
    return stored, subscription


def _settled(call: Call, subscription: Subscription, asked: Resource, stored: Resource | None) -> Resource:
    """Return the resource as its provider would keep it, with its managed identities."""
    return identities.settled(call, subscription, machines.settled(asked, stored, call.now), stored)


def _stay_put(stored: Resource | None, place: str | None) -> None:
    if stored is not None and place != stored.location:
        raise Conflict(
            "InvalidResourceLocation",
            f"The resource '{stored.name}' already exists in location '{stored.location}' in resource group "
            f"'{stored.resource_group}'. A resource with the same name cannot be created in location '{place}'. "
            "Please select a new resource name.",
        )


def retag(call: Call, subscription: Subscription, resource: Resource, tags: Mapping[str, str]) -> None:
    """Replace the tags of a resource, on behalf of the verb that has authorized its caller and checked them."""
    _keep(call, subscription, replace(resource, tags=dict(tags)), resource, actions.WRITE_TAGS)


def _keep(
    call: Call, subscription: Subscription, resource: Resource, stored: Resource | None, operation: str = ""
) -> Written[Resource]:
    tagged = replace(resource, etag=tag_of(encoding.canonical(_content(resource))))
    if stored is not None and stored.etag == tagged.etag:
        return Written(stored, created=False)
    if stored is not None:
        new = _stamp(call)
        stamp = replace(
            stored.stamp, changed_at=new.changed_at, changed_by=new.changed_by, changed_by_type=new.changed_by_type
        )
        tagged = replace(tagged, stamp=stamp)
    items.save(call.connection, tagged)
    call.record(
        Event(
            kind="ResourceWritten",
            operation=operation or actions.write(tagged.type),
            tenant_id=subscription.tenant_id,
            subscription_id=subscription.id,
            body={
                "resource_id": tagged.id,
                "id": tagged.id,
                "type": tagged.type,
                "location": tagged.location,
                "subscription_id": subscription.id,
                "resource_group": tagged.resource_group,
                "created": stored is None,
            },
        )
    )
    return Written(tagged, created=stored is None)


def _content(resource: Resource) -> Mapping[str, Any]:
    names = ("id", "location", "tags", "properties", "more", *_PARTS)
    return {name: getattr(resource, name) for name in names}


def _public_id(call: Call, id_: ResourceId, type_: str) -> str:
    """Return the id in the public spelling of its type, below the spelling its parents were created with."""
    namespace, *types = type_.split("/")
    if id_.parent is not None and id_.parent.namespace:
        scope = require_resource(call, id_.parent).id
    elif id_.resource_group is not None:
        scope = require_resource_group(call, id_.subscription_id or "", id_.resource_group).id
    else:
        scope = subscription_scope((id_.subscription_id or "").lower())
    return child(scope, namespace, *interleaved(tuple(types), id_.names))


def _stamp(call: Call) -> Stamp:
    author, kind = call.caller.name, _AUTHORS.get(call.caller.kind, "Application")
    return Stamp(call.now, author, kind, call.now, author, kind)
