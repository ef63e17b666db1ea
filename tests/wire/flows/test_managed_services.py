"""Definitions, assignments and the marketplace's definitions, as the tests of az, PowerShell and the Python SDKs walk through them."""

from typing import Any

import pytest

from lightkeeper.kernel.ids import new_guid
from tests.house import House
from tests.wire.flows.client import (
    CONTOSO,
    CONTRIBUTOR,
    FABRIKAM,
    MANAGED,
    OWNER,
    PROD,
    READER,
    TIER1,
    WEB,
    Client,
    published_plan,
)

DEFINITIONS, ASSIGNMENTS = f"{PROD}/{MANAGED}/registrationDefinitions", f"{MANAGED}/registrationAssignments"
VERSIONS = {
    "powershell-of-2019": "2018-06-01-preview",
    "az": "2019-06-01",
    "templates": "2019-09-01",
    "python-6": "2020-02-01-preview",
    "python-7": "2022-10-01",
}


def offer(name: str, role: str = READER, **more: Any) -> dict[str, Any]:
    rows = [{"principalId": TIER1, "principalIdDisplayName": "Tier 1", "roleDefinitionId": role}]
    return {
        "properties": {
            "registrationDefinitionName": name,
            "description": "A test",
            "managedByTenantId": FABRIKAM,
            "authorizations": rows,
            **more,
        }
    }


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_definition_and_its_assignments(house: House, version: str) -> None:
    """Create, read, list, change, assign at both scopes, read with the definition in it, delete, and it is gone."""
    client, name = Client(house, version), new_guid()
    item = f"{DEFINITIONS}/{name}"
    assert client.gone(item)
    made = client.put(item, offer(f"Flow {version}"), 201)
    assert (made["id"], made["name"]) == (item, name)
    assert made["type"] == "Microsoft.ManagedServices/registrationDefinitions"
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert name in client.names(DEFINITIONS)
    changed = client.put(item, offer(f"Flow {version}", CONTRIBUTOR), 200)
    assert [one["roleDefinitionId"] for one in changed["properties"]["authorizations"]] == [CONTRIBUTOR]

    link = {"properties": {"registrationDefinitionId": item}}
    for scope in (WEB, PROD):
        place = f"{scope}/{ASSIGNMENTS}/{new_guid()}"
        given = client.put(place, link, 201)
        assert (given["id"], given["properties"]["registrationDefinitionId"]) == (place, item)
        whole = client.get(f"{place}?$expandRegistrationDefinition=true")["properties"]["registrationDefinition"]
        assert (whole["id"], whole["name"], whole["properties"]["managedByTenantId"]) == (item, name, FABRIKAM)
        listed = client.names(f"{PROD}/{ASSIGNMENTS}?$expandRegistrationDefinition=true")
        assert given["name"] in listed, "a subscription's list holds those of its groups"
        assert client.ask("DELETE", item).status == 409, "it is in use"
        client.delete(place, 200)
        assert client.gone(place)
        client.delete(place, 204)
    client.delete(item, 200)
    assert client.gone(item)
    client.delete(item, 204)


def test_eligible_authorizations_and_filters(house: House) -> None:
    """The newest SDK: `$filter` with eq and in, roles to activate."""
    client, name = Client(house, "2022-10-01"), new_guid()
    policy = {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT4H"}
    row = {"principalId": TIER1, "roleDefinitionId": CONTRIBUTOR, "justInTimeAccessPolicy": policy}
    made = client.put(f"{DEFINITIONS}/{name}", offer("Eligible", eligibleAuthorizations=[row]))
    assert made["properties"]["eligibleAuthorizations"][0]["roleDefinitionId"] == CONTRIBUTOR
    assert (made["properties"]["manageeTenantId"], made["properties"]["managedByTenantName"]) == (CONTOSO, "Fabrikam")
    for text, there in (
        (f"managedByTenantId eq '{FABRIKAM}'", True),
        (f"managedByTenantId in ('{FABRIKAM}', '{CONTOSO}')", True),
        (f"managedByTenantId eq '{CONTOSO}'", False),
    ):
        assert (name in client.names(f"{DEFINITIONS}?$filter={text.replace(' ', '%20')}")) is there
    client.delete(f"{DEFINITIONS}/{name}")


def test_the_marketplaces_definitions(house: House) -> None:
    """Listed at a subscription and at the root, filtered by plan, and found by every form of identifier."""
    plan = published_plan(house)
    whole = f"{plan['publisher']}.{plan['product']}.{plan['name']}.{plan['version']}"
    for scope in ("", PROD):
        client = Client(house, "2022-10-01")
        found = f"{scope}/{MANAGED}/marketplaceRegistrationDefinitions"
        [listed] = client.get(f"{found}?$filter=planIdentifier%20eq%20'{whole}'")["value"]
        assert listed["name"] == whole and listed["plan"] == plan
        properties = client.get(f"{found}/{whole}")["properties"]
        assert properties["managedByTenantId"] == FABRIKAM
        assert properties["offerDisplayName"] and properties["publisherDisplayName"] and properties["planDisplayName"]
        for shorter in (whole.rpartition(".0.0")[0].rpartition(".")[0], f"{plan['publisher']}.{plan['product']}"):
            assert client.get(f"{found}/{shorter}")["plan"]["publisher"] == plan["publisher"]


def test_operations(house: House) -> None:
    """One object with all operations, at the root and at a subscription."""
    for scope in ("", PROD):
        listed = Client(house, "2022-10-01", OWNER).get(f"{scope}/{MANAGED}/operations")["value"]
        assert f"{MANAGED.partition('/')[2]}/registrationAssignments/write" in [one["name"] for one in listed]
