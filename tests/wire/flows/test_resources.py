"""Resource groups, resources, tags and providers, as the tests of the resource clients walk through them."""

from typing import Any

from tests.house import House
from tests.wire.flows.client import PROD, Client

GROUP = f"{PROD}/resourceGroups/flow"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/flowstore"
ACCOUNT: dict[str, Any] = {
    "location": "westeurope",
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
    "properties": {},
}


def test_a_group(house: House) -> None:
    """Create, exists, read, list with a filter, patch its tags, delete, and it is gone."""
    client = Client(house, "2025-04-01")
    assert client.ask("HEAD", GROUP).status == 404
    made = client.put(GROUP, {"location": "West Europe", "tags": {"a": "b"}}, 201)
    assert (made["id"], made["location"], made["properties"]["provisioningState"]) == (GROUP, "westeurope", "Succeeded")
    client.ask("HEAD", GROUP, None, 204)
    client.put(GROUP, {"location": "westeurope", "tags": {"a": "c"}}, 200)
    assert client.names(f"{PROD}/resourcegroups?$filter=tagName%20eq%20'a'%20and%20tagValue%20eq%20'c'") == ["flow"]
    assert len(client.get(f"{PROD}/resourcegroups?$top=1")["value"]) == 1
    assert client.ask("PATCH", GROUP, {"tags": {"d": "e"}}, 200).json["tags"] == {"d": "e"}
    elsewhere = client.ask("PUT", GROUP, {"location": "eastus"})
    assert (elsewhere.status, elsewhere.code) == (409, "InvalidResourceGroupLocation")
    client.delete(GROUP, 202)
    assert client.gone(GROUP) and client.ask("HEAD", GROUP).status == 404


def test_a_resource_by_its_id(house: House) -> None:
    """Put, exists, read, patch, list by type and by group, delete with its group."""
    groups, client = Client(house, "2025-04-01"), Client(house, "2023-05-01")
    groups.put(GROUP, {"location": "westeurope"})
    assert client.ask("HEAD", STORE).status == 404
    made = client.put(STORE, ACCOUNT, 200, 201)
    assert (made["id"], made["kind"], made["sku"]["name"]) == (STORE, "StorageV2", "Standard_LRS")
    client.ask("HEAD", STORE, None, 204)
    assert client.ask("PATCH", STORE, {"tags": {"k": "v"}}, 200).json["tags"] == {"k": "v"}
    by_type = "$filter=resourceType%20eq%20'Microsoft.Storage/storageAccounts'"
    assert "flowstore" in groups.names(f"{PROD}/resources?{by_type}&$expand=createdTime")
    assert groups.names(f"{GROUP}/resources") == ["flowstore"]
    assert client.names(f"{GROUP}/providers/Microsoft.Storage/storageAccounts") == ["flowstore"]
    exported = groups.ask("POST", f"{GROUP}/exportTemplate", {"resources": ["*"]}, 200, 202)
    assert "flowstore" in str(groups.settle(exported).json)
    client.delete(STORE)
    assert client.gone(STORE)
    client.delete(STORE, 204)
    groups.delete(GROUP)


def test_tags_of_a_scope(house: House) -> None:
    """Replace, merge, take away, read and delete the tags of a group as a resource of their own."""
    groups, client = Client(house, "2025-04-01"), Client(house, "2025-04-01")
    groups.put(GROUP, {"location": "westeurope"})
    at = f"{GROUP}/providers/Microsoft.Resources/tags/default"

    def now() -> Any:
        return client.get(at)["properties"]["tags"]

    client.settle(client.ask("PUT", at, {"properties": {"tags": {"a": "1", "b": "2"}}}, 200, 202))
    assert now() == {"a": "1", "b": "2"} == groups.get(GROUP)["tags"]
    for operation, given, after in (
        ("Merge", {"b": "3", "c": "4"}, {"a": "1", "b": "3", "c": "4"}),
        ("Delete", {"a": "1"}, {"b": "3", "c": "4"}),
        ("Replace", {"z": "9"}, {"z": "9"}),
    ):
        client.settle(client.ask("PATCH", at, {"operation": operation, "properties": {"tags": given}}, 200, 202))
        assert now() == after
    client.settle(client.ask("DELETE", at, None, 200, 202))
    assert now() == {}
    groups.delete(GROUP)


def test_predefined_tags(house: House) -> None:
    """A name, its values, the list, and away with both."""
    client = Client(house, "2025-04-01")
    name = f"{PROD}/tagNames/cost"
    assert client.ask("PUT", name, None, 200, 201).json["tagName"] == "cost"
    assert client.ask("PUT", f"{name}/tagValues/low", None, 200, 201).json["tagValue"] == "low"
    listed = {
        one["tagName"]: [value["tagValue"] for value in one["values"]]
        for one in client.get(f"{PROD}/tagNames")["value"]
    }
    assert listed["cost"] == ["low"]
    client.ask("DELETE", f"{name}/tagValues/low", None, 200)
    client.ask("DELETE", name, None, 200)
    client.ask("DELETE", name, None, 204)


def test_providers(house: House) -> None:
    """List, read with types, register, unregister."""
    client = Client(house, "2025-04-01")
    assert "Microsoft.Compute" in [one["namespace"] for one in client.listed(f"{PROD}/providers")]
    shown = client.get(f"{PROD}/providers/Microsoft.Network")
    assert "virtualNetworks" in [one["resourceType"] for one in shown["resourceTypes"]]
    assert (
        client.ask("POST", f"{PROD}/providers/Microsoft.Network/register", None, 200).json["registrationState"]
        == "Registered"
    )
    gone = client.ask("POST", f"{PROD}/providers/Microsoft.Network/unregister", None, 200).json["registrationState"]
    assert gone in ("Unregistering", "Unregistered")
