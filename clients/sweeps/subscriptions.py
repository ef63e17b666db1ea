"""azure-mgmt-resource-subscriptions."""

from typing import Any

ASKED = {
    "python": [
        "GET /subscriptions 200",
        "GET /subscriptions/PROD 200",
        "GET /subscriptions/PROD/locations 200",
        "GET /tenants 200",
        "POST /subscriptions/PROD/providers/Microsoft.Resources/checkZonePeers/ 200",
        "POST /providers/Microsoft.Resources/checkResourceName 200",
        "GET /providers/Microsoft.Resources/operations 200",
        "GET /subscriptions/* 404",
    ]
}
VERSIONS = {"python": {"2022-12-01"}}


async def sweep(way: Any) -> None:
    """Call every operation there is."""
    from way import SUBSCRIPTION, TENANT, new_id

    client = way.client("resource.subscriptions", "SubscriptionClient")
    found = {one.subscription_id: one for one in await way(client.subscriptions.list())}
    assert {one.display_name for one in found.values()} == {"contoso-prod", "contoso-test"}
    assert (found[SUBSCRIPTION].tenant_id, found[SUBSCRIPTION].state) == (TENANT, "Enabled")
    one = await way(client.subscriptions.get(SUBSCRIPTION))
    assert (one.id, one.tags) == (f"/subscriptions/{SUBSCRIPTION}", {"environment": "production"})
    assert one.subscription_policies.spending_limit == "Off"
    places = {place.name: place for place in await way(client.subscriptions.list_locations(SUBSCRIPTION))}
    assert places["westeurope"].display_name == "West Europe"
    [tenant] = await way(client.tenants.list())
    assert (tenant.tenant_id, tenant.display_name, tenant.default_domain) == (TENANT, "Contoso", "contoso.example")
    zones = {"location": "westeurope", "subscriptionIds": [f"subscriptions/{SUBSCRIPTION}"]}
    assert (await way(client.subscriptions.check_zone_peers(SUBSCRIPTION, zones))).location == "westeurope"
    name = {"name": "plain", "type": "Microsoft.Compute/virtualMachines"}
    assert (await way(client.check_resource_name(name))).status == "Allowed"
    assert await way(client.operations.list())
    await way.fails(lambda: client.subscriptions.get(new_id()), "ResourceNotFoundError", "SubscriptionNotFound")
