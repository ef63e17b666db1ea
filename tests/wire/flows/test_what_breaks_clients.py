"""What has once made a public client fail, wait for half a minute, or print nonsense: each as a fact of its own."""

from typing import Any

from lightkeeper.kernel.ids import new_guid
from tests.house import House
from tests.wire.flows.client import CONTOSO, FABRIKAM, LAB, MANAGED, NOBODY, PROD, READER, TIER1, WEB, Client

GROUPS = "/providers/Microsoft.Management/managementGroups"
EMPTY = {
    "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [],
}


def test_who_polls_a_deployment_is_told_to_come_again_in_a_second(house: House) -> None:
    """azure-core waits 30 seconds when `Retry-After` is absent or 0; once it has ended there is nothing to wait for."""
    client, item = Client(house, "2026-06-01"), f"{PROD}/providers/Microsoft.Resources/deployments/poll"
    house.busy = True
    accepted = client.ask(
        "PUT", item, {"location": "westeurope", "properties": {"mode": "Incremental", "template": EMPTY}}, 201
    )
    link = accepted.headers["azure-asyncoperation"].partition(":8443")[2]
    waiting = house.send("GET", link, by=client.by)
    house.busy = False
    house.work()
    done = house.send("GET", link, by=client.by)

    assert accepted.headers["retry-after"] == waiting.headers["retry-after"] == "1"
    assert (waiting.json["status"], done.json["status"]) == ("Accepted", "Succeeded")
    assert "retry-after" not in done.headers
    client.delete(item)


def test_a_deletion_is_over_at_the_first_look(house: House) -> None:
    """202 with an absolute `Location` and one second; what is there is the end, for a poller that takes 200 or 204."""
    client = Client(house, "2024-11-01")
    client.put(f"{PROD}/resourcegroups/brief", {"location": "westeurope"})

    asked = client.ask("DELETE", f"{PROD}/resourcegroups/brief", None, 202)
    over = house.send("GET", asked.headers["location"].partition(":8443")[2], by=client.by)

    assert asked.headers["location"].startswith("https://localhost:8443/") and asked.headers["retry-after"] == "1"
    assert over.status in (200, 204)


def test_the_body_of_an_az_deployment_is_no_json(house: House) -> None:
    """`template:` without quotes, comments, an address that looks like one, a text over two lines, a byte order mark."""
    client, item = Client(house, "2025-04-01"), f"{PROD}/providers/Microsoft.Resources/deployments/jsonc"
    body = b"""{"location": "eastus", "properties": {"parameters": {}, "mode": "Incremental", template:\xef\xbb\xbf{
      // a comment
      "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
      "contentVersion": "1.0.0.0", /* another */
      "resources": [],
      "outputs": {"o": {"type": "string", "value": "[concat('a',
        'b')]"}}
    }}}"""

    for verb, path in (("POST", f"{item}/validate"), ("POST", f"{item}/whatIf"), ("PUT", item)):
        client.ask(verb, path, body, 200, 201)

    assert client.get(item)["properties"]["outputs"]["o"]["value"] == "ab"
    client.delete(item)


def test_a_management_group_without_a_parent(house: House) -> None:
    """Az and the SDKs send null for every part they leave out; az takes 200 for the deletion as a fault, and 201 too."""
    client, item = Client(house, "2021-04-01"), f"{GROUPS}/nulls"
    for body in (
        {"name": "nulls", "properties": {"displayName": "Nulls", "details": {"parent": {"id": None}}}},
        {"name": "nulls", "properties": {"displayName": None, "details": {"parent": None}}},
        {"properties": {"details": None}},
        {},
    ):
        assert client.put(item, body, 200)["properties"]["details"]["parent"]["id"] == f"{GROUPS}/{CONTOSO}"
    client.ask("PUT", f"{item}/subscriptions/{LAB.rpartition('/')[2]}", None, 200)
    client.ask("DELETE", f"{item}/subscriptions/{LAB.rpartition('/')[2]}", None, 200, 204)
    gone = client.ask("DELETE", item, None, 204)
    assert not gone.raw
    client.ask("DELETE", item, None, 204)


def test_a_role_is_named_by_the_subscription_it_is_seen_from(house: House) -> None:
    """Az looks the name of a role up among the definitions it lists at the subscription, by the id in the assignment."""
    client, given = (
        Client(house, "2022-04-01"),
        f"{GROUPS}/contoso-root/providers/Microsoft.Authorization/roleAssignments",
    )
    name = new_guid()
    role = f"/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    client.ask("PUT", f"{given}/{name}", {"properties": {"roleDefinitionId": role, "principalId": NOBODY}}, 201)

    seen = {one["name"]: one for one in client.listed(f"{PROD}/providers/Microsoft.Authorization/roleAssignments")}
    known = [one["id"] for one in client.listed(f"{PROD}/providers/Microsoft.Authorization/roleDefinitions")]

    assert seen[name]["properties"]["roleDefinitionId"] == f"{PROD}{role}"
    assert seen[name]["properties"]["roleDefinitionId"] in known
    client.delete(f"{given}/{name}")


def test_paths_and_queries_as_clients_write_them(house: House) -> None:
    """`resourcegroups`, a slash at the end or twice, an empty filter, encoded signs, the version first or last."""
    by = "contoso/owner"
    for path in (
        f"{PROD}/resourcegroups?api-version=2024-11-01",
        f"/{PROD}/resourceGroups/?api-version=2024-11-01",
        f"{PROD.upper().replace('SUBSCRIPTIONS', 'Subscriptions')}/RESOURCEGROUPS?$filter=&api-version=2024-11-01",
        f"{PROD}/resources?$filter=&$expand=createdTime%2CchangedTime%2CprovisioningState&api-version=2024-11-01",
        f"{PROD}/resources?api-version=2024-11-01&%24filter=resourceType%20eq%20%27Microsoft.Compute%2FvirtualMachines%27",
        f"{PROD}/providers/Microsoft.Resources/deployments/?api-version=2025-04-01",
    ):
        assert house.send("GET", path, by=by).status == 200, path
    missing = house.send("GET", f"{PROD}/resourcegroups", by=by)
    assert (missing.status, missing.code) == (400, "MissingApiVersionParameter")


def test_requests_without_a_body_that_say_they_are_json(house: House) -> None:
    """`Content-Length: 0` with a content type: registering, linking a partner, putting a subscription into a group."""
    headers = {"content-type": "application/json", "content-length": "0"}

    answer = house.send(
        "POST",
        f"{PROD}/providers/Microsoft.Network/register?api-version=2016-02-01",
        b"",
        by="contoso/owner",
        headers=headers,
    )

    assert (answer.status, answer.json["registrationState"]) == (200, "Registered")


def test_a_provider_that_is_not_registered_is_named_in_the_last_quotes(house: House) -> None:
    """Az registers what stands in the last single quotes of the message, and sends its request again."""
    offer: dict[str, Any] = {
        "registrationDefinitionName": "Care",
        "managedByTenantId": FABRIKAM,
        "authorizations": [{"principalId": TIER1, "roleDefinitionId": READER}],
    }

    refused = Client(house, "2019-06-01").ask(
        "PUT", f"{LAB}/{MANAGED}/registrationDefinitions/{new_guid()}", {"properties": offer}, 409
    )

    assert refused.code == "MissingSubscriptionRegistration"
    assert refused.json["error"]["message"].split("'")[-2] == "Microsoft.ManagedServices"


def test_existence_is_204_or_404(house: House) -> None:
    """A HEAD of a group, a resource or a deployment is nothing else."""
    there = {"2024-11-01": WEB, "2024-07-01": f"{WEB}/providers/Microsoft.Compute/virtualMachines/vm1"}
    for version, path in there.items():
        for item, status in ((path, 204), (f"{path}x", 404)):
            assert Client(house, version).ask("HEAD", item, None, status).raw == b""


def test_a_subscription_says_who_manages_it(house: House) -> None:
    """Az shows `managedByTenants` as it is given: always a list, empty without a delegation."""
    client = Client(house, "2022-12-01")

    [shown] = [one for one in client.listed("/subscriptions") if one["id"] == PROD]

    assert shown["managedByTenants"] == []
    assert {"authorizationSource", "subscriptionPolicies", "tenantId", "state"} <= shown.keys()
