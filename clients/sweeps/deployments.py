"""azure-mgmt-resource-deployments: the same thirteen operations at each of four scopes, and at a scope by its id."""

from functools import partial
from typing import Any

SCOPES = {
    "": "/subscriptions/PROD/resourcegroups/web",
    "_at_subscription_scope": "/subscriptions/PROD",
    "_at_management_group_scope": "/providers/Microsoft.Management/managementGroups/contoso-root",
    "_at_tenant_scope": "",
    "_at_scope": "/subscriptions/PROD",
}


def asked_at(where: str) -> list[str]:
    """Return what one scope is asked for, polls apart."""
    on = f"{SCOPES[where]}/providers/Microsoft.Resources/deployments"
    item, steps = f"{on}/swept", f"{on}/swept/operations" if where else f"{SCOPES[where]}/deployments/swept/operations"
    what_if = [f"POST {item}/whatIf 200"] if where != "_at_scope" else []
    return [
        f"POST {item}/validate 200", *what_if, f"PUT {item} 201", f"GET {item} 200",
        f"HEAD {item} 204", f"GET {item} 200", f"GET {on} 200",
        f"POST {item}/exportTemplate 200", f"GET {steps} 200", f"GET {steps}/* 200",
        f"POST {item}/cancel 409", f"DELETE {item} 204", f"HEAD {item} 404",
    ]  # fmt: skip


ASKED = {
    "python": [one for where in SCOPES for one in asked_at(where)]
    + ["POST /providers/Microsoft.Resources/calculateTemplateHash 200"]
}
VERSIONS = {"python": {"2026-06-01"}}


def _template(kind: str) -> dict[str, Any]:
    return {
        "$schema": f"https://schema.management.azure.com/schemas/2019-08-01/{kind}#",
        "contentVersion": "1.0.0.0",
        "parameters": {"word": {"type": "string"}},
        "resources": [],
        "outputs": {"said": {"type": "string", "value": "[concat(parameters('word'), '!')]"}},
    }


async def sweep(way: Any) -> None:
    """Validate, compare, create, look, list, export, delete, at each scope."""
    from way import SUBSCRIPTION

    client = way.client("resource.deployments", "DeploymentsMgmtClient", SUBSCRIPTION)
    made, steps = client.deployments, client.deployment_operations
    kinds = {
        "": ("deploymentTemplate.json", ("web",)),
        "_at_subscription_scope": ("subscriptionDeploymentTemplate.json", ()),
        "_at_management_group_scope": ("managementGroupDeploymentTemplate.json", ("contoso-root",)),
        "_at_tenant_scope": ("tenantDeploymentTemplate.json", ()),
        "_at_scope": ("subscriptionDeploymentTemplate.json", (f"subscriptions/{SUBSCRIPTION}",)),
    }
    for where, (kind, place) in kinds.items():
        properties = {"mode": "Incremental", "template": _template(kind), "parameters": {"word": {"value": way.name}}}
        body = {"properties": properties} | ({"location": "westeurope"} if where else {})
        one = (*place, "swept")
        valid = await way(getattr(made, f"begin_validate{where}")(*one, body))
        assert valid.properties.provisioning_state == "Succeeded"
        if where != "_at_scope":
            compared = await way(getattr(made, f"begin_what_if{where}")(*one, body))
            assert (compared.status, {one.change_type for one in compared.changes or []} - {"Ignore"}) == (
                "Succeeded",
                set(),
            )
        done = await way(getattr(made, f"begin_create_or_update{where}")(*one, body))
        assert done.properties.outputs["said"]["value"] == f"{way.name}!"
        assert await way(getattr(made, f"check_existence{where}")(*one)) is True
        assert (await way(getattr(made, f"get{where}")(*one))).properties.provisioning_state == "Succeeded"
        listing = getattr(made, f"list{where}") if where else made.list_by_resource_group
        assert "swept" in [found.name for found in await way(listing(*place))]
        exported = await way(getattr(made, f"export_template{where}")(*one))
        assert exported.template["outputs"]["said"]["type"] == "string"
        found = await way(getattr(steps, f"list{where}")(*one))
        shown = await way(getattr(steps, f"get{where}")(*one, found[0].operation_id))
        assert shown.operation_id == found[0].operation_id
        await way.fails(
            partial(getattr(made, f"cancel{where}"), *one), "ResourceExistsError", "DeploymentCannotBeCanceled"
        )
        await way(getattr(made, f"begin_delete{where}")(*one))
        assert await way(getattr(made, f"check_existence{where}")(*one)) is False
    hashed = await way(made.calculate_template_hash(_template("deploymentTemplate.json")))
    assert hashed.template_hash
