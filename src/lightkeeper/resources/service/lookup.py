"""Resources looked up, and whether what an id names is there at all."""

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound, refuse_if
from lightkeeper.kernel.resource_id import ResourceId, child, parse
from lightkeeper.resources import actions, rules
from lightkeeper.resources.model import Resource
from lightkeeper.resources.service.management_groups import require_management_group
from lightkeeper.resources.service.providers import type_of
from lightkeeper.resources.service.resource_groups import require_resource_group
from lightkeeper.resources.service.subscriptions import require_subscription
from lightkeeper.resources.store import items


def find_resource(call: Call, key: str) -> Resource | None:
    """Return the resource with this id, in any case, whoever asks; None when there is none. Authorizes nobody."""
    return items.find(call.connection, key.lower())


def get_resource(call: Call, id_: ResourceId, *, api_version: str = "") -> Resource:
    """Return the resource. Raises `NotFound`, naming what is missing: type, group, or the resource."""
    call.authorize(actions.read(known_type(id_, api_version)), id_.text)
    return require_resource(call, id_)


def resource_exists(call: Call, id_: ResourceId, *, api_version: str = "") -> bool:
    """Return whether there is such a resource."""
    call.authorize(actions.read(known_type(id_, api_version)), id_.text)
    return find_resource(call, id_.key) is not None


def require_resource(call: Call, id_: ResourceId) -> Resource:
    """Return the resource whoever asks; raise `NotFound` with ARM's words otherwise. Authorizes nobody."""
    found = find_resource(call, id_.key)
    if found is None:
        require_subscription(call, id_.subscription_id or "")
        if id_.resource_group is not None:
            require_resource_group(call, id_.subscription_id or "", id_.resource_group)
        raise not_found(id_)
    return found


def require_scope(call: Call, id_: ResourceId, tenant_id: str) -> None:
    """Return quietly when what a scope names exists; raise `NotFound` otherwise. Authorizes nobody.

    Of a resource the topmost one is looked for: what lies in it (a container of a storage account) is its provider's to
    know. So are the things of providers that keep their own, and the root of a tenant is always there.
    """
    top = id_
    while top.parent is not None and top.parent.namespace:
        top = top.parent
    if id_.subscription_id is None:
        if top.namespace.lower() == "microsoft.management" and top.names[0].lower() != tenant_id:
            require_management_group(call, tenant_id, top.names[0])
        return
    if id_.resource_group is not None:
        require_resource_group(call, id_.subscription_id, id_.resource_group)
    if top.namespace and not rules.governs(top.namespace):
        require_resource(call, parse(child(top.scope, top.namespace, top.types[0], top.names[0])))


def insist_on_kept(id_: ResourceId, api_version: str) -> None:
    """Return quietly when a resource of this id's type can be kept; raise `NotFound` or `Invalid`. Authorizes nobody."""
    refuse_if(rules.check_kept(id_.type))  # also where there is no subscription
    known_type(id_, api_version)


def known_type(id_: ResourceId, api_version: str) -> str:
    """Return the id's type in the public spelling. Raises `NotFound` when no provider has it, or it is in no subscription."""
    if id_.subscription_id is None or not id_.namespace:
        raise NotFound(
            "MissingSubscription", "The request did not have a subscription or a valid tenant level resource provider."
        )
    return type_of(id_.namespace, id_.types, api_version)


def not_found(id_: ResourceId) -> NotFound:
    """Return the problem that says, in ARM's words, that there is no such resource."""
    path = "/".join((id_.namespace, *interleaved(id_.types, id_.names)))
    return NotFound(
        "ResourceNotFound",
        f"The Resource '{path}' under resource group '{id_.resource_group or '<null>'}' was not found. For more "
        "details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def interleaved(types: tuple[str, ...], names: tuple[str, ...]) -> list[str]:
    """Return types and names in the order in which an id has them."""
    return [part for pair in zip(types, names, strict=True) for part in pair]
