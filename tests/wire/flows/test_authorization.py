"""Roles, their assignments and locks, as the tests of the authorization and locks clients walk through them."""

import pytest

from lightkeeper.kernel.ids import new_guid
from tests.house import House
from tests.wire.flows.client import CONTRIBUTOR, NOBODY, PROD, READER, WEB, Client

VM = f"{WEB}/providers/Microsoft.Compute/virtualMachines/vm1"
ROOT = "/providers/Microsoft.Management/managementGroups/contoso-root"
ROLES, GIVEN = "providers/Microsoft.Authorization/roleDefinitions", "providers/Microsoft.Authorization/roleAssignments"


@pytest.mark.parametrize("scope", [ROOT, PROD, WEB, VM])
def test_an_assignment_at_each_scope(house: House, scope: str) -> None:
    """Create, create again, read, list by scope and by principal, delete: 200 with what was there, then 204."""
    client, name = Client(house, "2022-04-01"), new_guid()
    item = f"{scope}/{GIVEN}/{name}"
    role = f"{'' if scope == ROOT else PROD}/{ROLES}/{READER}"
    body = {"properties": {"roleDefinitionId": role, "principalId": NOBODY, "principalType": "User"}}
    made = client.put(item, body, 201)
    assert (made["id"], made["type"]) == (item, "Microsoft.Authorization/roleAssignments")
    assert made["properties"]["scope"] == scope and made["properties"]["roleDefinitionId"].endswith(READER)
    assert client.put(item, body, 200)["properties"]["createdOn"] == made["properties"]["createdOn"]
    twin = client.ask("PUT", f"{scope}/{GIVEN}/{new_guid()}", body)
    assert (twin.status, twin.code) == (409, "RoleAssignmentExists")
    for asked in (
        "",
        "?$filter=atScope()",
        f"?$filter=principalId%20eq%20'{NOBODY}'",
        f"?$filter=assignedTo('{NOBODY}')",
    ):
        assert name in client.names(f"{scope}/{GIVEN}{asked}"), asked
    assert client.ask("DELETE", item, None, 200).json["name"] == name
    client.delete(item, 204)
    assert client.gone(item)


def test_a_custom_role(house: House) -> None:
    """Create, read by id and by name, change, use, delete; not while it is held."""
    client, name = Client(house, "2022-04-01"), new_guid()
    item = f"{PROD}/{ROLES}/{name}"
    permission = {"actions": ["Microsoft.Compute/virtualMachines/read"], "notActions": []}
    role = {"roleName": "Flow", "description": "", "type": "CustomRole", "permissions": [permission]}
    made = client.put(item, {"properties": role | {"assignableScopes": [PROD]}}, 201)
    assert made["properties"]["type"] == "CustomRole"
    assert client.names(f"{PROD}/{ROLES}?$filter=roleName%20eq%20'Flow'") == [name]
    changed = client.put(item, {"properties": role | {"description": "New", "assignableScopes": [PROD]}})
    assert changed["properties"]["description"] == "New"
    given = f"{WEB}/{GIVEN}/{new_guid()}"
    client.ask("PUT", given, {"properties": {"roleDefinitionId": item, "principalId": NOBODY}}, 201)
    assert client.ask("DELETE", item).code == "RoleDefinitionHasAssignments"
    client.delete(given)
    assert client.ask("DELETE", item, None, 200).json["name"] == name
    client.delete(item, 204)


@pytest.mark.parametrize("scope", [PROD, WEB, VM])
def test_a_lock_at_each_scope(house: House, scope: str) -> None:
    """Create, change its level, read, list at it and above it, delete."""
    client = Client(house, "2020-05-01")
    item = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    assert client.gone(item)
    made = client.put(item, {"properties": {"level": "CanNotDelete", "notes": "why"}}, 201)
    assert (made["id"], made["properties"]) == (item, made["properties"] | {"level": "CanNotDelete", "notes": "why"})
    assert client.put(item, {"properties": {"level": "ReadOnly"}}, 200)["properties"]["level"] == "ReadOnly"
    for above in {scope, PROD}:
        assert "keep" in client.names(f"{above}/providers/Microsoft.Authorization/locks")
    client.delete(item, 200)
    client.delete(item, 204)
    assert client.gone(item)


def test_what_the_caller_may(house: House) -> None:
    """Permissions are asked for at any scope, and built-in roles read at the root."""
    client = Client(house, "2022-04-01")
    for scope in (PROD, WEB, VM):
        assert {"*"} in [
            set(one["actions"]) for one in client.get(f"{scope}/providers/Microsoft.Authorization/permissions")["value"]
        ]
    assert client.get(f"/{ROLES}/{CONTRIBUTOR}")["properties"]["roleName"] == "Contributor"
