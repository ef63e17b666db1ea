"""Management groups, subscriptions and what lies in them, as a world file says them."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.directory.model import Tenant
from lightkeeper.kernel.call import Call
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import RegistrationState, Resource, Subscription, SubscriptionState


def management_groups(
    call: Call, tenants: list[Tenant], called: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every management group by name, but for the roots, which come with their tenants."""
    for tenant in tenants:
        for group in resources.list_management_groups(call, tenant.id):
            if group.parent is not None:  # the root comes with the tenant
                yield (
                    group.name,
                    {
                        "id": group.id,
                        "tenant": called[tenant.id],
                        "parent": None if group.parent.lower() == tenant.id else group.parent,
                        "displayName": group.display_name,
                    },
                )


def subscription_of(call: Call, one: Subscription, called: Mapping[str, str], name: str) -> dict[str, Any]:
    """Return a subscription with its groups and their resources."""
    above = one.management_group
    found: dict[str, Any] = {
        "id": one.id,
        "tenant": called.get(one.tenant_id, one.tenant_id),
        "channel": str(one.channel),
        "managementGroup": None if above is None or above.lower() == one.tenant_id else above,
        "registeredProviders": [
            provider.namespace
            for provider in resources.list_providers(call, one.id)
            if provider.state is RegistrationState.REGISTERED and not provider.free
        ],
    }
    if one.display_name != name:
        found["displayName"] = one.display_name
    if one.state is not SubscriptionState.ENABLED:
        found["state"] = str(one.state)
    if one.tags:
        found["tags"] = dict(one.tags)
    held: dict[str, list[dict[str, Any]]] = {}
    for resource in _resources(call, one.id):
        held.setdefault((resource.resource_group or "").lower(), []).append(_resource(resource))
    groups: dict[str, Any] = {}
    skip: str | None = None
    while True:
        page = resources.list_resource_groups(call, one.id, skip=skip)
        for group in page.items:
            groups[group.name] = {
                "id": group.id,
                "location": group.location,
                **({"tags": dict(group.tags)} if group.tags else {}),
                "resources": held.get(group.name.lower(), []),
            }
        skip = page.next
        if skip is None:
            break
    return found | {"resourceGroups": groups}


def _resources(call: Call, subscription_id: str) -> Iterator[Resource]:
    skip: str | None = None
    while True:
        page = resources.list_resources(call, subscription_id, skip=skip)
        yield from page.items
        skip = page.next
        if skip is None:
            return


def _resource(one: Resource) -> dict[str, Any]:
    names_in = one.id.split("/providers/")[-1].split("/")[2::2]
    found: dict[str, Any] = {"type": one.type, "name": "/".join(names_in), "id": one.id, "apiVersion": one.api_version}
    parts = {
        "location": one.location,
        "kind": one.kind,
        "sku": one.sku,
        "identity": one.identity,
        "plan": one.plan,
        "tags": dict(one.tags) or None,
        "properties": dict(one.properties) or None,
    }
    return found | {key: value for key, value in parts.items() if value is not None}
