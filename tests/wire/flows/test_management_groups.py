"""Management groups and their hierarchy, as the tests of the management group clients walk through them."""

from typing import Any

import pytest

from tests.house import House
from tests.wire.flows.client import CONTOSO, LAB, Client

GROUPS = "/providers/Microsoft.Management/managementGroups"
LAB_ID = LAB.rpartition("/")[2]


@pytest.mark.parametrize("version", ["2021-04-01", "2023-04-01"])
def test_a_group_from_creation_to_deletion(house: House, version: str) -> None:
    """Create with and without a parent, rename, move, hold a subscription, look at all of it, empty and delete it."""
    client = Client(house, version)
    one, two = f"{GROUPS}/flow-one", f"{GROUPS}/flow-two"
    free = {"name": "flow-one", "type": "Microsoft.Management/managementGroups"}
    assert client.ask("POST", "/providers/Microsoft.Management/checkNameAvailability", free, 200).json["nameAvailable"]
    made = client.put(one, {"name": "flow-one", "properties": {"displayName": "One", "details": {"parent": None}}})
    assert (made["id"], made["properties"]["tenantId"], made["properties"]["displayName"]) == (one, CONTOSO, "One")
    client.put(two, {"properties": {"displayName": "Two", "details": {"parent": {"id": one}}}})
    assert {"flow-one", "flow-two"} <= set(client.names(GROUPS))
    assert client.ask("PATCH", two, {"displayName": "Second"}, 200).json["properties"]["displayName"] == "Second"
    client.ask("PUT", f"{two}/subscriptions/{LAB_ID}", None, 200)
    assert client.get(f"{two}/subscriptions/{LAB_ID}")["name"] == LAB_ID
    assert client.names(f"{two}/subscriptions") == [LAB_ID]
    tree = client.get(f"{one}?$expand=children&$recurse=true")["properties"]["children"]
    assert [(child["name"], [below["name"] for below in child["children"]]) for child in tree] == [
        ("flow-two", [LAB_ID])
    ]
    assert set(client.names(f"{one}/descendants")) == {"flow-two", LAB_ID}
    assert client.ask("DELETE", two).status in (400, 409), "it holds something"
    client.ask("DELETE", f"{two}/subscriptions/{LAB_ID}", None, 200, 204)
    client.put(two, {"properties": {"details": {"parent": {"id": f"{GROUPS}/contoso-root"}}}})
    assert client.get(f"{one}?$expand=children")["properties"]["children"] in (None, [])
    for item in (two, one):
        client.delete(item)
        assert client.gone(item)
        client.delete(item, 204)


def test_settings_of_the_hierarchy(house: House) -> None:
    """Put, read, list, change, delete."""
    client = Client(house, "2021-04-01")
    at = f"{GROUPS}/{CONTOSO}/settings/default"

    def settings(answer: Any) -> Any:
        return answer["properties"]["requireAuthorizationForGroupCreation"]

    assert settings(client.put(at, {"properties": {"requireAuthorizationForGroupCreation": True}})) is True
    changed = client.ask("PATCH", at, {"properties": {"requireAuthorizationForGroupCreation": False}}, 200)
    assert settings(changed.json) is False
    assert [settings(one) for one in client.get(at.rpartition("/")[0])["value"]] == [False]
    client.ask("DELETE", at, None, 200)


def test_entities(house: House) -> None:
    """Every group and subscription the caller sees, in one list."""
    found = (
        Client(house, "2021-04-01").ask("POST", "/providers/Microsoft.Management/getEntities", None, 200).json["value"]
    )

    assert {"contoso-root", LAB_ID} <= {one["name"] for one in found}
