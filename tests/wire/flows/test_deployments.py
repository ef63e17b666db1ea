"""Deployments at every scope, as the tests of the deployment clients walk through them."""

from typing import Any

import pytest

from tests.house import House
from tests.wire.flows.client import CONTOSO, PROD, WEB, Client

SCHEMAS = "https://schema.management.azure.com/schemas"
ROOT = "/providers/Microsoft.Management/managementGroups/contoso-root"
SCOPES = {
    "group": (WEB, "2019-04-01/deploymentTemplate.json#"),
    "subscription": (PROD, "2018-05-01/subscriptionDeploymentTemplate.json#"),
    "management-group": (ROOT, "2019-08-01/managementGroupDeploymentTemplate.json#"),
    "tenant": ("", "2019-08-01/tenantDeploymentTemplate.json#"),
}


def asked(place: str, version: str = "1.0.0.0", **more: Any) -> dict[str, Any]:
    """A deployment that writes nothing and says in which tenant it is."""
    template = {
        "$schema": f"{SCHEMAS}/{SCOPES[place][1]}",
        "contentVersion": version,
        "parameters": {"word": {"type": "string"}},
        "resources": [],
        "outputs": {"said": {"type": "string", "value": "[concat(parameters('word'), tenant().tenantId)]"}},
    }
    properties = {"mode": "Incremental", "template": template, "parameters": {"word": {"value": "in "}}, **more}
    return {"properties": properties} | ({} if place == "group" else {"location": "westeurope"})


@pytest.mark.parametrize("place", SCOPES)
@pytest.mark.parametrize("version", ["2025-04-01", "2026-06-01", "2019-10-01"])
def test_a_deployment_from_validation_to_deletion(house: House, place: str, version: str) -> None:
    """Validate, foresee, create, poll, read, exists, list, operations, export, cancel too late, delete."""
    client, collection = Client(house, version), f"{SCOPES[place][0]}/providers/Microsoft.Resources/deployments"
    item = f"{collection}/flow"
    assert client.ask("HEAD", item).status == 404
    valid = client.settle(client.ask("POST", f"{item}/validate", asked(place), 200, 202)).json
    assert valid["properties"]["provisioningState"] == "Succeeded"
    assert client.settle(client.ask("POST", f"{item}/whatIf", asked(place), 200, 202)).json["status"] == "Succeeded"
    made = client.put(item, asked(place), 201)
    assert (made["id"], made["type"]) == (item, "Microsoft.Resources/deployments")
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert made["properties"]["outputs"] == {"said": {"type": "String", "value": f"in {CONTOSO}"}}
    assert made["properties"]["parameters"] == {"word": {"type": "String", "value": "in "}}
    assert made.get("location") == asked(place).get("location")
    client.ask("HEAD", item, None, 204)
    assert "flow" in client.names(f"{collection}/")
    assert "flow" in client.names(f"{collection}/?$filter=provisioningState%20eq%20'Succeeded'&$top=5")
    [operation] = client.get(f"{item}/operations")["value"]
    assert client.get(f"{item}/operations/{operation['operationId']}") == operation
    assert (
        client.ask("POST", f"{item}/exportTemplate", None, 200).json["template"]
        == asked(place)["properties"]["template"]
    )
    assert client.ask("POST", f"{item}/cancel").status == 409
    client.delete(item)
    assert client.gone(item)
    client.delete(item, 204)


@pytest.mark.parametrize("place", SCOPES)
def test_a_deployment_is_canceled_while_it_is_active(house: House, place: str) -> None:
    """204 at once; the poller reads Canceled and why; the name is free again."""
    client = Client(house, "2025-04-01")
    item = f"{SCOPES[place][0]}/providers/Microsoft.Resources/deployments/stop"
    house.busy = True  # nobody runs it yet
    accepted = client.ask("PUT", item, asked(place), 201)
    taken = client.ask("PUT", item, asked(place))
    client.ask("POST", f"{item}/cancel", None, 204)
    house.busy = False
    house.work()

    status = house.send("GET", accepted.headers["azure-asyncoperation"].partition(":8443")[2], by=client.by)

    assert accepted.json["properties"]["provisioningState"] == "Accepted"
    assert (taken.status, taken.code) == (409, "DeploymentActive")
    assert (status.status, status.json["status"], status.json["error"]["code"]) == (
        200,
        "Canceled",
        "DeploymentCanceled",
    )
    assert client.get(item)["properties"]["provisioningState"] == "Canceled"
    client.put(item, asked(place), 200)
    client.delete(item)


def test_the_hash_of_a_template(house: House) -> None:
    """`calculateTemplateHash` gives what a deployment of the same template shows."""
    client, item = Client(house, "2025-04-01"), f"{WEB}/providers/Microsoft.Resources/deployments/hash"
    template = asked("group")["properties"]["template"]

    told = client.ask("POST", "/providers/Microsoft.Resources/calculateTemplateHash", template, 200).json

    assert client.put(item, asked("group"))["properties"]["templateHash"] == told["templateHash"]
    client.delete(item)


def test_a_fault_that_shows_only_while_deploying_says_where_it_stands(house: House) -> None:
    """Path and line are those of the text that was sent, as for a fault that shows at once."""
    client, item = Client(house, "2025-04-01"), f"{WEB}/providers/Microsoft.Resources/deployments/fault"
    machine = f"{WEB}/providers/Microsoft.Compute/virtualMachines/vm1"
    body = f"""{{
  "properties": {{
    "mode": "Incremental",
    "template": {{
      "$schema": "{SCHEMAS}/{SCOPES["group"][1]}",
      "contentVersion": "1.0.0.0",
      "resources": [
        {{
          "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": "faulty",
          "location": "westeurope", "kind": "StorageV2", "sku": {{"name": "Standard_LRS"}},
          "properties": {{"accessTier": "[reference('{machine}', '2024-07-01').nothing]"}}
        }}
      ]
    }}
  }}
}}"""
    client.ask("PUT", item, body.encode(), 201)

    [failure] = client.get(item)["properties"]["error"]["details"]

    [inner] = failure["details"]
    assert inner["code"] == "InvalidTemplate"
    assert "at line '8' and column '9'" in inner["message"] and "'nothing' doesn't exist" in inner["message"]
    [told] = inner["additionalInfo"]
    assert told["info"]["path"] == "properties.template.resources[0].properties.accessTier"
    assert told["info"]["lineNumber"] == 11, "the line of the expression; the message tells where its resource begins"
    client.delete(item)
