"""Tenants and subscriptions on the wire."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Tenant
from lightkeeper.kernel.call import Call
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription
from lightkeeper.resources.regions import Region
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = (
    "2026-06-01", "2025-04-01", "2025-03-01", "2024-11-01", "2024-07-01", "2024-03-01", "2023-07-01", "2022-12-01", "2022-09-01", "2022-06-01", "2022-05-01", "2022-01-01", "2021-04-01",
    "2021-01-01", "2020-10-01", "2020-09-01", "2020-08-01", "2020-06-01", "2020-05-01", "2020-01-01", "2019-11-01", "2019-10-01",
    "2019-09-01", "2019-08-01", "2019-07-01", "2019-06-01", "2019-05-10", "2019-05-01", "2019-03-01", "2018-11-01", "2018-09-01",
    "2018-08-01", "2018-07-01", "2018-06-01", "2018-05-01", "2018-02-01", "2018-01-01", "2017-12-01", "2017-08-01", "2017-06-01",
    "2017-05-10", "2017-05-01", "2017-03-01", "2016-09-01", "2016-07-01", "2016-06-01", "2016-02-01", "2015-11-01", "2015-01-01",
    "2014-04-01-preview", "2014-04-01", "2014-01-01",
)  # fmt: skip
"""What the front door's own types are served in: the union of what clients send and the public versions."""

MANAGED_BY_SINCE = "2019-06-01"


def _own(call: Call) -> Sequence[tuple[Subscription, Sequence[str]]]:
    return [(one, ()) for one in resources.list_subscriptions_in(call, call.caller.tenant_id)]


@dataclass(slots=True)
class Views:
    """What bootstrap ties in from access: which subscriptions a caller sees, and which tenants manage one.

    Until it does, a caller sees the subscriptions of the own tenant, managed by nobody.
    """

    visible_subscriptions: Callable[[Call], Sequence[tuple[Subscription, Sequence[str]]]] = _own
    managing_tenants_of: Callable[[Call, str], Sequence[str]] = lambda call, subscription_id: ()


views = Views()


def list_tenants(call: Call, request: ArmRequest) -> Answer:
    """Return the tenants the caller's account is in, the home first: az keeps the first tenant a subscription shows in.

    `$includeAllTenantCategories=true` adds the customers whose subscriptions the caller manages; clients would otherwise
    try to sign in there.
    """
    own = directory.list_tenants_of(call)
    shown = [_tenant(tenant, "Home") for tenant in own]
    if request.query.get("$includealltenantcategories", "").lower() == "true" and not call.caller.unrestricted:
        known = {str(tenant.id) for tenant in own}
        managed = {str(one.tenant_id) for one, _ in views.visible_subscriptions(call)} - known
        shown += [_tenant(directory.get_tenant(call, tenant_id), "ManagedBy") for tenant_id in sorted(managed)]
    return Answer(200, {"value": shown})


def _tenant(tenant: Tenant, category: str) -> dict[str, Any]:
    return {
        "id": f"/tenants/{tenant.id}",
        "tenantId": tenant.id,
        "tenantCategory": category,
        "countryCode": tenant.country_code,
        "displayName": tenant.display_name,
        "domains": [tenant.domain],
        "defaultDomain": tenant.domain,
        "tenantType": "AAD",
    }


def list_subscriptions(call: Call, request: ArmRequest) -> Answer:
    """Return the subscriptions the caller sees, delegated ones with their home tenant and managing tenants."""
    seen = views.visible_subscriptions(call)
    return Answer(200, {"value": [project(one, managing, request.api_version) for one, managing in seen]})


def get_subscription(call: Call, request: ArmRequest) -> Answer:
    """Return one subscription."""
    subscription_id = request.id.subscription_id or ""
    found = resources.get_subscription(call, subscription_id)
    return Answer(200, project(found, views.managing_tenants_of(call, found.id), request.api_version))


def list_locations(call: Call, request: ArmRequest) -> Answer:
    """Return the regions."""
    subscription_id = request.id.subscription_id or ""
    found = resources.list_regions(call, subscription_id)
    return Answer(200, {"value": [_region(region, subscription_id) for region in found]})


def project(subscription: Subscription, managing: Sequence[str], api_version: str) -> dict[str, Any]:
    """Return the subscription as clients read it."""
    shown: dict[str, Any] = {
        "id": subscription.scope,
        "subscriptionId": subscription.id,
        "tenantId": subscription.tenant_id,
        "displayName": subscription.display_name,
        "state": subscription.state.value,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
    }
    if api_version >= MANAGED_BY_SINCE:
        shown["managedByTenants"] = [{"tenantId": tenant_id} for tenant_id in managing]
    if subscription.tags:
        shown["tags"] = dict(subscription.tags)
    return shown


def _region(region: Region, subscription_id: str) -> dict[str, Any]:
    base = f"/subscriptions/{subscription_id}/locations"
    pair = [{"name": region.pair, "id": f"{base}/{region.pair}"}] if region.pair else []
    return {
        "id": f"{base}/{region.name}",
        "name": region.name,
        "type": "Region",
        "displayName": region.display_name,
        "regionalDisplayName": f"({region.geography_group}) {region.display_name}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": region.category,
            "geography": region.geography,
            "geographyGroup": region.geography_group,
            "longitude": region.longitude,
            "latitude": region.latitude,
            "physicalLocation": region.place,
            "pairedRegion": pair,
        },
    }


OPERATIONS = [
    Operation("GET", "/tenants", "", (200,), list_tenants, VERSIONS),
    Operation("GET", "/subscriptions", actions.READ_SUBSCRIPTION, (200,), list_subscriptions, VERSIONS),
    Operation("GET", "/subscriptions/{subscriptionId}", actions.READ_SUBSCRIPTION, (200,), get_subscription, VERSIONS),
    Operation(
        "GET", "/subscriptions/{subscriptionId}/locations", actions.READ_LOCATIONS, (200,), list_locations, VERSIONS
    ),
]
