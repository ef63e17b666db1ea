"""From a world file's management groups and subscriptions to the declared tree, down to single resources."""

from lightkeeper.world import names as derive
from lightkeeper.world.declared_names import Names, known
from lightkeeper.world.model import (
    DeclaredManagementGroup,
    DeclaredResource,
    DeclaredResourceGroup,
    DeclaredSubscription,
)
from lightkeeper.world.sound import Sound
from lightkeeper.world.sound import free as _free
from lightkeeper.world.sound import maps as _maps
from lightkeeper.world.sound import text as _text
from lightkeeper.world.source import Node

DEFAULT_LOCATION = "westeurope"


def management_group_of(name: str, sound: Sound, names: Names) -> DeclaredManagementGroup:
    """Return a declared management group."""
    at = f"managementGroups.{name}"
    tenant_id = names.tenant(sound, "tenant", at)
    return DeclaredManagementGroup(
        name, tenant_id, _group_named(sound, "parent", at, names), _text(sound, "displayName", name)
    )


def _group_named(sound: Sound, key: str, at: str, names: Names) -> str | None:
    node = sound.get(key)
    if not isinstance(node, Node) or node.scalar is None:
        return None
    found = names.management_groups.get(str(node.scalar).lower())
    if found is None:
        message = f"There is no management group '{node.scalar}'."
        names.note("UnknownName", f"{at}.{key}", message, node.place, known(names.management_groups.values()))
    return found


def parents_first(groups: list[DeclaredManagementGroup]) -> tuple[DeclaredManagementGroup, ...]:
    """Return the groups so that each stands behind its parent; those in a circle come last, in their own order."""
    ordered: list[DeclaredManagementGroup] = []
    placed: set[str] = set()
    waiting = groups
    while waiting:
        ready = [group for group in waiting if group.parent is None or group.parent in placed]
        if not ready:
            return (*ordered, *waiting)
        ordered += ready
        placed |= {group.name for group in ready}
        waiting = [group for group in waiting if group.name not in placed]
    return tuple(ordered)


def subscription_of(name: str, sound: Sound, names: Names) -> DeclaredSubscription:
    """Return a declared subscription with its groups and their resources."""
    at = f"subscriptions.{name}"
    own = names.subscriptions[name.lower()]
    return DeclaredSubscription(
        name=name,
        id=own,
        tenant_id=names.tenant(sound, "tenant", at),
        display_name=_text(sound, "displayName", name),
        state=_text(sound, "state", "Enabled"),
        channel=_text(sound, "channel", "direct"),
        management_group=_group_named(sound, "managementGroup", at, names),
        registered_providers=tuple(str(node.scalar) for node in sound.get("registeredProviders") or ()),
        tags=_free(sound, "tags") or {},
        resource_groups=tuple(
            _resource_group(own, g, inner, f"{at}.resourceGroups.{g}", names)
            for g, inner in _maps(sound, "resourceGroups")
        ),
    )


def _resource_group(subscription_id: str, name: str, sound: Sound, at: str, names: Names) -> DeclaredResourceGroup:
    location = _text(sound, "location", DEFAULT_LOCATION)
    scope = f"{derive.subscription_scope(subscription_id)}/resourceGroups/{name}"
    resources = [
        _resource(scope, location, inner, f"{at}.resources[{n}]", names)
        for n, inner in enumerate(sound.get("resources") or ())
    ]
    return DeclaredResourceGroup(
        name, location, _free(sound, "tags") or {}, tuple(r for r in resources if r is not None)
    )


def _resource(scope: str, location: str, sound: Sound, at: str, names: Names) -> DeclaredResource | None:
    kind, name = _text(sound, "type"), _text(sound, "name")
    if not kind or not name:
        return None
    where = sound["name"].place
    full = derive.resource_scope(scope, kind, name)
    if full is None:
        message = f"The type '{kind}' and the name '{name}' have different numbers of levels."
        names.note("BadValue", f"{at}.name", message, where, "Write the names of the parents before it: parent/child.")
        return None
    plan = sound.get("plan")
    return DeclaredResource(
        id=full,
        type=kind,
        name=name,
        api_version=_text(sound, "apiVersion"),
        location=_text(sound, "location", location),
        properties=_free(sound, "properties") or {},
        tags=_free(sound, "tags") or {},
        kind=_text(sound, "kind") or None,
        sku=_free(sound, "sku"),
        identity=_free(sound, "identity"),
        plan={key: node.scalar for key, node in plan.items()} if isinstance(plan, dict) and plan else None,
        place=where,
    )
