"""The Azure CLI as it is shipped: what it prints, and what it asked the server for, with not one request too many."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.server import REPOSITORY

from clients.conftest import CONTOSO, FABRIKAM, PIPELINE, PRODUCTION, READER, TECHNICIANS, TEST, Az, run

S = "/subscriptions/PROD"
MANAGED = f"{S}/providers/Microsoft.ManagedServices"
VM = f"/subscriptions/{PRODUCTION}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
TEMPLATE = str(REPOSITORY / "examples" / "templates" / "subscription.json")


def test_it_signs_in_as_a_program(new_az: Callable[[], Az]) -> None:
    """Two subscriptions are seen with one request."""
    az = new_az()

    found = az.line(f"login --service-principal -u {PIPELINE} -p s3cret-of-the-pipeline --tenant {CONTOSO}")

    assert [(one["name"], one["homeTenantId"]) for one in found] == [
        ("contoso-prod", CONTOSO), ("contoso-test", CONTOSO),
    ]  # fmt: skip
    assert az.asked == ["GET /subscriptions 200"]


def test_a_wrong_secret_is_refused(new_az: Callable[[], Az]) -> None:
    """The message of the sign-in is printed verbatim."""
    answer = new_az().fails(f"login --service-principal -u {PIPELINE} -p wrong --tenant {CONTOSO}")

    assert answer.returncode == 1
    assert "AADSTS7000215" in answer.stderr


def test_a_person_signs_in_with_a_browser(new_az: Callable[[], Az]) -> None:
    """The program listens, the page posts back to it, and each tenant is asked for its subscriptions."""
    az = new_az()

    found = az("login", LK_USER="owner@contoso.example", LK_PASSWORD="battery staple")

    assert [(one["name"], one["user"]["name"]) for one in found] == [
        ("contoso-prod", "owner@contoso.example"), ("contoso-test", "owner@contoso.example"),
    ]  # fmt: skip
    assert az.asked == ["GET /tenants 200", "GET /subscriptions 200"]
    assert az.line("ad signed-in-user show")["userPrincipalName"] == "owner@contoso.example"


def test_a_person_signs_in_with_a_code(new_az: Callable[[], Az], tmp_path: Path) -> None:
    """The code is typed on the page of another device."""
    az, said = new_az(), tmp_path / "said"
    with said.open("w") as errors:
        waiting = subprocess.Popen(
            [str(REPOSITORY / ".clients/az/bin/az"), "login", "--use-device-code"],
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)} | az.environment,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    for _ in range(600):
        if "enter the code" in said.read_text():
            break
        time.sleep(0.1)
    code = said.read_text().partition("enter the code ")[2].split()[0]
    who = {"LK_USER": "owner@contoso.example", "LK_PASSWORD": "battery staple"}
    python, browser = str(REPOSITORY / ".clients/az/bin/python"), str(REPOSITORY / "clients/browser.py")
    page = run([python, browser, f"{az.server.ready['login']}/devicelogin", code], az.environment | who)

    output, _ = waiting.communicate(timeout=60)

    assert page.returncode == 0, page.stderr
    assert [one["name"] for one in json.loads(output)] == ["contoso-prod", "contoso-test"]


def test_accounts_and_tokens(az: Az) -> None:
    """Plain `show` is offline, `--refresh` asks once."""
    assert az.line("account show")["name"] == "contoso-prod"
    assert az.asked == []
    assert len(az.line("account list --refresh")) == 2
    assert az.asked == ["GET /subscriptions 200"]
    az.line(f"account set --subscription {PRODUCTION}")
    assert len(az.line("account list-locations")) > 30
    assert az.line("account get-access-token --resource-type ms-graph")["tenant"] == CONTOSO


def test_resource_groups(az: Az) -> None:
    """Create, look, ask, list and delete: the deletion is over at the first look."""
    group = f"{S}/resourcegroups/from-az"
    assert az.line("group create -n from-az -l westeurope --tags a=b")["tags"] == {"a": "b"}
    assert az.asked == [f"PUT {group} 201"]
    assert az.line("group show -n from-az")["location"] == "westeurope"
    assert az.line("group exists -n from-az") is True
    assert az.asked == [f"HEAD {group} 204"]
    assert az.line("group exists -n nowhere") is False
    assert "from-az" in az.line("group list --query [].name")
    az.line("group delete -n from-az --yes")
    assert az.asked == [f"DELETE {group} 202", f"GET {S}/operationresults/* 200"]
    assert az.line("group exists -n from-az") is False


def test_resources(az: Az) -> None:
    """The newest api-version of a type is read from its provider."""
    assert VM in az.line("resource list --query [].id")
    assert az.asked == [f"GET {S}/resources 200"]
    assert az.line(f"resource show --ids {VM}")["name"] == "vm1"
    assert az.line(f"resource tag --ids {VM} --tags k=v")["tags"] == {"k": "v"}
    assert az.line(f"resource update --ids {VM} --set tags.z=1")["tags"] == {"k": "v", "z": "1"}
    az.line(f"resource invoke-action --action restart --ids {VM}")
    account = "resource create -g web -n fromaz1 --resource-type Microsoft.Storage/storageAccounts -l westeurope"
    made = az(*account.split(), "--properties", '{"accessTier": "Hot"}')
    az.line(f"resource delete --ids {made['id']}")
    assert not [one for one in az.line("resource list --query [].name") if one == "fromaz1"]


def test_providers(az: Az) -> None:
    """Registering is done when it is answered, so `--wait` does not wait."""
    shown = az.line("provider show -n Microsoft.ManagedServices")
    assert "registrationDefinitions" in [one["resourceType"] for one in shown["resourceTypes"]]
    az.line("provider register -n Microsoft.Network --wait")
    assert az.asked == [f"POST {S}/providers/Microsoft.Network/register 200"]
    az.line("provider unregister -n Microsoft.Network --wait")


def test_roles(az: Az) -> None:
    """Names of principals and of roles are found, whichever scope gave them."""
    at = f"/subscriptions/{PRODUCTION}/resourceGroups/web"
    assert [one["roleName"] for one in az.line("role definition list --name Reader")] == ["Reader"]
    made = az.line(f"role assignment create --assignee reader@contoso.example --role Contributor --scope {at}")
    assert made["principalType"] == "User"
    listed = az.line("role assignment list --all")
    assert all(one["roleDefinitionName"] and one["principalName"] for one in listed)
    assert {"Contributor", "Reader", "Owner"} <= {one["roleDefinitionName"] for one in listed}
    az.line(f"role assignment delete --ids {made['id']}")
    assert [line.split()[0] for line in az.asked] == ["DELETE"]


def test_managed_services(az: Az) -> None:
    """Every answer is final, so nothing is polled; the delegation shows in the account."""
    definition, assignment = "6b1e5f2a-0000-4000-8000-000000000001", "6b1e5f2a-0000-4000-8000-000000000002"
    who = f"--tenant-id {FABRIKAM} --principal-id {TECHNICIANS} --role-definition-id {READER}"
    made = az.line(f"managedservices definition create --name Care {who} --definition-id {definition}")
    assert az.asked == [f"PUT {MANAGED}/registrationDefinitions/* 201"]
    assert az.line(f"managedservices definition show --definition {definition}")["id"] == made["id"]
    az.line(f"managedservices assignment create --definition {made['id']} --assignment-id {assignment}")
    assert az.asked == [f"PUT {MANAGED}/registrationAssignments/* 201"]
    [listed] = az.line("managedservices assignment list --include-definition true")
    assert listed["properties"]["registrationDefinition"]["name"] == definition
    seen = {one["name"]: one["managedByTenants"] for one in az.line("account list --refresh")}
    assert seen == {"contoso-prod": [{"tenantId": FABRIKAM}], "contoso-test": []}
    az.line(f"account set --subscription {PRODUCTION}")
    az.line(f"managedservices assignment delete --assignment {assignment} --yes")
    assert az.asked == [f"DELETE {MANAGED}/registrationAssignments/* 200"]
    az.line(f"managedservices definition delete --definition {definition} --yes")
    assert az.line("managedservices definition list") == []


def test_a_provider_is_registered_on_the_way(az: Az) -> None:
    """On MissingSubscriptionRegistration the program registers by itself and repeats its request."""
    managed = "/subscriptions/TEST/providers/Microsoft.ManagedServices"
    who = f"--tenant-id {FABRIKAM} --principal-id {TECHNICIANS} --role-definition-id {READER}"
    az.line(f"managedservices definition create --name Care {who} --subscription {TEST}")

    assert az.asked == [
        f"PUT {managed}/registrationDefinitions/* 409",
        f"POST {managed}/register 200",
        f"GET {managed} 200",
        f"PUT {managed}/registrationDefinitions/* 201",
    ]


def test_deployments(az: Az, tmp_path: Path) -> None:
    """Validate, create twice, compare, look, delete; a running deployment is asked for once a second."""
    given = {
        "offerName": {"value": "Onboarding"},
        "managedByTenantId": {"value": FABRIKAM},
        "authorizations": {"value": [{"principalId": TECHNICIANS, "roleDefinitionId": READER}]},
    }
    parameters = tmp_path / "parameters.json"
    parameters.write_text(json.dumps({"contentVersion": "1.0.0.0", "parameters": given}))
    what = f"-l westeurope -f {TEMPLATE} -p @{parameters}"
    item = f"{S}/providers/Microsoft.Resources/deployments/d1"
    assert az.line(f"deployment sub validate -n d1 {what}")["properties"]["provisioningState"] == "Succeeded"
    for _ in range(2):
        before = time.monotonic()
        made = az.line(f"deployment sub create -n d1 {what}")
        assert made["properties"]["provisioningState"] == "Succeeded"
        assert time.monotonic() - before < 25, "a poller that is told nothing waits for half a minute"
        first, put, *polls, last = az.asked
        assert first == f"POST {item}/validate 200"
        assert put.startswith(f"PUT {item} 20")
        assert set(polls) == {f"GET {item}/operationStatuses/* 200"}
        assert len(polls) <= 8
        assert last == f"GET {item} 200"
    assert "d1" in az.line("deployment sub list --query [].name")
    assert az.line("deployment operation sub list -n d1")
    az.line("deployment sub delete -n d1")
    parameters.write_text(parameters.read_text().replace(FABRIKAM, "short"))
    assert "InvalidTemplate" in az.fails(f"deployment sub create -n d2 {what}").stderr
    for one in az.line("managedservices assignment list"):
        az.line(f"managedservices assignment delete --assignment {one['name']} --yes")


def test_the_activity_log(az: Az) -> None:
    """The filter as the program writes it: naive times, a namespace."""
    az.line("group create -n noted -l westeurope")
    found = az.line(
        "monitor activity-log list --offset 1h --namespace Microsoft.Resources --query [].operationName.value"
    )

    assert "Microsoft.Resources/subscriptions/resourceGroups/write" in found
    assert az.asked == [f"GET {S}/providers/Microsoft.Insights/eventtypes/management/values 200"]


def test_rest_and_directory(az: Az) -> None:
    """`az rest` fills the subscription in; `az ad` reads people, groups and programs."""
    found = az("rest", "--url", "/subscriptions/{subscriptionId}/resourcegroups?api-version=2022-09-01")
    assert "web" in [one["name"] for one in found["value"]]
    assert az.line(f"ad sp show --id {PIPELINE}")["displayName"] == "Contoso Pipeline"
    assert az.line("ad user show --id owner@contoso.example")["displayName"] == "Olga Owner"
    assert az.line("ad group show -g Administrators")["displayName"] == "Administrators"
    members = az.line("ad group member list -g Administrators")
    assert [one["userPrincipalName"] for one in members] == ["owner@contoso.example"]


def test_management_groups(az: Az) -> None:
    """Every change is done when it is answered."""
    at = "/providers/Microsoft.Management/managementGroups/from-az"
    az.line("account management-group create -n from-az --display-name One --no-register")
    assert az.asked == [f"PUT {at} 200"]
    assert az.line("account management-group update -n from-az --display-name Two")["displayName"] == "Two"
    az.line(f"account management-group subscription add -n from-az -s {TEST}")
    assert az.asked == [f"PUT {at}/subscriptions/TEST 200"]
    shown = az.line("account management-group show -n from-az -e --no-register")
    assert [one["name"] for one in shown["children"]] == [TEST]
    az.line(f"account management-group subscription remove -n from-az -s {TEST}")
    az.line("account management-group delete -n from-az --no-register")
    assert az.asked == [f"DELETE {at} 204"]


def test_provider_and_customer_at_once(az: Az, new_az: Callable[[], Az]) -> None:
    """Grant, use, revoke: each sees the other's change with the next command."""
    technician, who = new_az(), {"LK_USER": "technician@fabrikam.example", "LK_PASSWORD": "correct horse staple"}
    parties = f"--tenant-id {FABRIKAM} --principal-id {TECHNICIANS} --role-definition-id {READER}"
    made = az.line(f"managedservices definition create --name Scene {parties}")
    given = az.line(f"managedservices assignment create --definition {made['id']}")

    [seen] = technician("login", **who)
    assert (seen["tenantId"], seen["homeTenantId"]) == (FABRIKAM, CONTOSO)
    assert technician.line("group show -n web")["name"] == "web"
    technician.fails("group create -n mine -l westeurope")
    az.line(f"managedservices assignment delete --assignment {given['name']} --yes")
    refused = technician.fails("group show -n web")

    assert "InvalidAuthenticationTokenTenant" in refused.stderr or "AuthorizationFailed" in refused.stderr
    az.line(f"managedservices definition delete --definition {made['name']} --yes")
