"""What templates may know of the places they are deployed to and of the cloud around them, as our own documents tell it."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.access.roles import role_named
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.resources import service as resources
from lightkeeper.resources.api_versions import GENERIC_VERSIONS
from lightkeeper.resources.seams import seams as resource_seams
from lightkeeper.wire.arm import resource_groups, subscriptions

_NEWEST = "2024-07-01"


class Shelf:
    """What templates may look up without touching a resource."""

    def __init__(self, cloud: Mapping[str, Any]) -> None:
        self._cloud = cloud

    def cloud(self) -> Mapping[str, Any]:
        """Return what `environment()` reports."""
        return self._cloud

    def role_definition(self, name: str) -> str | None:
        """Return the id of the built-in role of this name."""
        role = role_named(name)
        return role.id if role else None

    def provider(self, namespace: str, resource_type: str | None) -> Any:
        """Return what `providers()` reports: one type, or the namespace with all of them."""
        catalogue = resource_seams.catalogue
        known = next((one for one in catalogue.namespaces() if one.lower() == namespace.lower()), None)
        if known is None:
            return None
        types = [
            {"resourceType": one, "locations": [], "apiVersions": list(GENERIC_VERSIONS)}
            for one in catalogue.types_of(known)
        ]
        if resource_type is None:
            return {"namespace": known, "resourceTypes": types}
        return next((one for one in types if str(one["resourceType"]).lower() == resource_type.lower()), None)


def subscription(call: Call, subscription_id: str) -> Mapping[str, Any] | None:
    """Return what `subscription()` reports of a subscription; None when there is none."""
    found = resources.find_subscription(call, subscription_id)
    if found is None:
        return None
    return subscriptions.project(found, subscriptions.views.managing_tenants_of(call, found.id), _NEWEST)


def resource_group(call: Call, subscription_id: str, name: str) -> Mapping[str, Any] | None:
    """Return what `resourceGroup()` reports of a resource group; None when there is none."""
    found = resources.find_resource_group(call, subscription_id, name)
    return resource_groups.project(found) if found else None


def management_group(call: Call, name: str) -> Mapping[str, Any] | None:
    """Return what `managementGroup()` reports of a management group of the caller's tenant; None when there is none."""
    found = resources.find_management_group(call, call.caller.tenant_id, name)
    if found is None:
        return None
    above = resources.find_management_group(call, found.tenant_id, found.parent) if found.parent else None
    details: dict[str, Any] = {
        "version": found.version,
        "updatedTime": iso(found.changed_at),
        "updatedBy": found.changed_by,
    }
    if above is not None:
        details["parent"] = {"id": above.id, "name": above.name, "displayName": above.display_name}
    properties = {"tenantId": found.tenant_id, "displayName": found.display_name, "details": details}
    return {
        "id": found.id,
        "name": found.name,
        "type": "/providers/Microsoft.Management/managementGroups",
        "properties": properties,
    }


def tenant(call: Call, tenant_id: str) -> Mapping[str, Any] | None:
    """Return what `tenant()` reports of a tenant; None when there is none."""
    found = directory.find_tenant(call, tenant_id)
    if found is None:
        return None
    return {
        "tenantId": found.id,
        "displayName": found.display_name,
        "countryCode": found.country_code,
        "defaultDomain": found.domain,
    }
