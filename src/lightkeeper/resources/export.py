"""A group's resources as a template that would make them anew. Pure.

Names become parameters, as the public export does it; what a provider fills in by itself is left out.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources.identity import type_of
from lightkeeper.resources.model import Resource

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
NO_PARAMETERS = frozenset(("skipallparameterization", "skipresourcenameparameterization"))
FILLED_IN = frozenset(("provisioningState", "vmId", "principalId", "clientId", "tenantId"))


def template_of(resources: Sequence[Resource], options: Collection[str]) -> Mapping[str, Any]:
    """Return the template; `options` are those of the request, in lower case."""
    named = not NO_PARAMETERS & set(options)
    ordered = sorted(resources, key=lambda one: (len(parse(one.id).types), one.key))
    parameters = {
        _parameter_of(one): {"defaultValue": one.name, "type": "String"}
        for one in ordered
        if named and len(parse(one.id).types) == 1
    }
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "variables": {},
        "resources": [_resource(one, named=named) for one in ordered],
    }


def _resource(resource: Resource, *, named: bool) -> Mapping[str, Any]:
    id_ = parse(resource.id)
    shown: dict[str, Any] = {"type": resource.type, "apiVersion": resource.api_version, "name": _name(resource, named)}
    if len(id_.names) > 1:
        shown["dependsOn"] = [_id_of(resource, named)]
    optional = {
        "location": resource.location,
        "tags": dict(resource.tags) or None,
        "kind": resource.kind,
        "sku": resource.sku,
        "plan": resource.plan,
        "zones": resource.zones,
        "extendedLocation": resource.extended_location,
        "identity": _identity(resource),
    }
    shown |= {key: value for key, value in optional.items() if value is not None}
    return {
        **shown,
        **resource.more,
        "properties": {k: v for k, v in resource.properties.items() if k not in FILLED_IN},
    }


def _identity(resource: Resource) -> Mapping[str, Any] | None:
    if not isinstance(resource.identity, Mapping):
        return None
    shown: dict[str, Any] = {"type": str(type_of(resource.identity))}
    if assigned := resource.identity.get("userAssignedIdentities"):
        shown["userAssignedIdentities"] = {key: {} for key in assigned}
    return shown


def _name(resource: Resource, named: bool) -> str:
    names = parse(resource.id).names
    if not named:
        return "/".join(names)
    if len(names) == 1:
        return f"[parameters('{_parameter_of(resource)}')]"
    rest = "/".join(names[1:]).replace("'", "''")
    return f"[concat(parameters('{_parameter_of(resource)}'), '/{rest}')]"


def _id_of(resource: Resource, named: bool) -> str:
    """Return the expression for the id of the resource above."""
    id_ = parse(resource.id)
    words = f"'{id_.namespace}/{'/'.join(id_.types[:-1])}'"
    first = f"parameters('{_parameter_of(resource)}')" if named else f"'{id_.names[0]}'"
    names = ", ".join((first, *(f"'{name}'" for name in id_.names[1:-1])))
    return f"[resourceId({words}, {names})]"


def _parameter_of(resource: Resource) -> str:
    """Return the name of the parameter that holds the top name: `virtualMachines_vm1_name`."""
    id_ = parse(resource.id)
    return re.sub(r"\W", "_", f"{id_.types[0]}_{id_.names[0]}_name")
