"""Deployments at the four kinds of scope, and by the scope's id."""

from typing import Any

from conformance.descriptions import Described
from conformance.knocks import Knock, Way
from conformance.town import PROD, Town

SCHEMA = "https://schema.management.azure.com/schemas"
PLACES = {
    "": (f"/subscriptions/{PROD}/resourceGroups/web", {"subscriptionId": PROD, "resourceGroupName": "web"}),
    "AtSubscriptionScope": (f"/subscriptions/{PROD}", {"subscriptionId": PROD}),
    "AtManagementGroupScope": ("/providers/Microsoft.Management/managementGroups/contoso-root", {"groupId": "contoso-root"}),
    "AtTenantScope": ("", {}),
    "AtScope": (f"/subscriptions/{PROD}", {"scope": f"subscriptions/{PROD}"}),
}  # fmt: skip
_TEMPLATES = {
    "": "2019-04-01/deploymentTemplate.json#",
    "AtSubscriptionScope": "2018-05-01/subscriptionDeploymentTemplate.json#",
    "AtManagementGroupScope": "2019-08-01/managementGroupDeploymentTemplate.json#",
    "AtTenantScope": "2019-08-01/tenantDeploymentTemplate.json#",
    "AtScope": "2018-05-01/subscriptionDeploymentTemplate.json#",
}


def template(kind: str) -> Any:
    """Return a template with a parameter, an output and one nested deployment, which every scope can hold."""
    nested: dict[str, Any] = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {
            "mode": "Incremental",
            "template": {"$schema": f"{SCHEMA}/{_TEMPLATES[kind]}", "contentVersion": "1.0.0.0", "resources": []},
        },
    }
    if kind:
        nested["location"] = "westeurope"
    return {
        "$schema": f"{SCHEMA}/{_TEMPLATES[kind]}",
        "contentVersion": "1.0.0.0",
        "parameters": {"word": {"type": "string", "defaultValue": "hello"}},
        "resources": [nested],
        "outputs": {"said": {"type": "string", "value": "[parameters('word')]"}},
    }


def body(kind: str) -> Any:
    """Return a deployment of that template."""
    said: Any = {
        "properties": {"mode": "Incremental", "template": template(kind), "parameters": {"word": {"value": "hi"}}}
    }
    return said if kind == "" else {"location": "westeurope", **said}


def deployment(town: Town, kind: str, version: str, *, waits: bool = False) -> str:
    """Deploy and return the deployment's name; with `waits` it has not gone on yet."""
    name = town.fresh("deployment")
    town.house.busy = waits
    town.ask("PUT", f"{PLACES[kind][0]}/providers/Microsoft.Resources/deployments/{name}", version, body(kind))
    return name


def kind_of(asked: Described) -> str:
    """Return which kind of scope an operation is for."""
    return next((kind for kind in sorted(PLACES, key=len, reverse=True) if kind and asked.name.endswith(kind)), "")


def _new(town: Town, asked: Described) -> Knock:
    kind = kind_of(asked)
    return Knock({**PLACES[kind][1], "deploymentName": town.fresh("deployment")}, body(kind))


def _there(town: Town, asked: Described) -> Knock:
    kind = kind_of(asked)
    return Knock({**PLACES[kind][1], "deploymentName": deployment(town, kind, asked.version)})


def _waiting(town: Town, asked: Described) -> Knock:
    kind = kind_of(asked)
    return Knock({**PLACES[kind][1], "deploymentName": deployment(town, kind, asked.version, waits=True)})


def _operation(town: Town, asked: Described) -> Knock:
    kind = kind_of(asked)
    name = deployment(town, kind, asked.version)
    listed = town.ask(
        "GET", f"{PLACES[kind][0]}/providers/Microsoft.Resources/deployments/{name}/operations", asked.version
    )
    operation = listed.json["value"][0]["operationId"]
    return Knock({**PLACES[kind][1], "deploymentName": name, "operationId": operation})


def _hash(town: Town, asked: Described) -> Knock:
    return Knock({}, template(""))


_WAYS: dict[str, Way] = {
    "Deployments_CreateOrUpdate": _new,
    "Deployments_Validate": _new,
    "Deployments_WhatIf": _new,
    "Deployments_Delete": _there,
    "Deployments_CheckExistence": _there,
    "Deployments_Get": _there,
    "Deployments_List": _there,
    "Deployments_ExportTemplate": _there,
    "Deployments_Cancel": _waiting,
    "DeploymentOperations_List": _there,
    "DeploymentOperations_Get": _operation,
}
KNOCKS: dict[str, Way] = {
    **{f"{name}{kind}": way for name, way in _WAYS.items() for kind in PLACES},
    "Deployments_ListByResourceGroup": _there,
    "Deployments_CalculateTemplateHash": _hash,
}
