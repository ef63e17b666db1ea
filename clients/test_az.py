"""The Azure CLI as it is shipped: what it prints, and what it asked the server for, with not one request too many."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.server import PATIENCE, REPOSITORY, surroundings, until

from clients.conftest import CONTOSO, FABRIKAM, PIPELINE, PRODUCTION, READER, TECHNICIANS, Az, run
from lightkeeper.world import names

S = "/subscriptions/PROD"
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
            env=surroundings(**az.environment),
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    code = until(lambda: re.search(r"enter the code (\w+) ", said.read_text()), said.read_text)[1]
    who = {"LK_USER": "owner@contoso.example", "LK_PASSWORD": "battery staple"}
    python, browser = str(REPOSITORY / ".clients/az/bin/python"), str(REPOSITORY / "clients/browser.py")
    page = run([python, browser, f"{az.server.ready['login']}/devicelogin", code], az.environment | who)

    output, _ = waiting.communicate(timeout=PATIENCE)

    assert page.returncode == 0, page.stderr
    assert [one["name"] for one in json.loads(output)] == ["contoso-prod", "contoso-test"]


def test_a_guest_signs_in_to_every_tenant(new_az: Callable[[], Az]) -> None:
    """The home tenant comes first; each tenant is asked for its subscriptions with a token of its own."""
    az = new_az()

    found = az("login", LK_USER="owner@northwind.example", LK_PASSWORD="north wind blows")

    assert [(one["name"], one["tenantId"]) for one in found] == [
        ("northwind-main", names.tenant_id("northwind")), ("contoso-prod", CONTOSO),
    ]  # fmt: skip
    assert az.asked == ["GET /tenants 200", "GET /subscriptions 200", "GET /subscriptions 200"]
    az.line(f"account set --subscription {PRODUCTION}")
    assert az.line("group list --query [].name") == ["web"]
    assert az.line("account list --all --query length(@)") == 2
    stranger = az.fails(f"account get-access-token --tenant {FABRIKAM}")
    assert "AADSTS50020" in stranger.stderr
    az.line("logout")
    assert "az login" in az.fails("account show").stderr


def test_deployments(az: Az, tmp_path: Path) -> None:
    """Validate, create twice, look, delete; a running deployment is asked for until it has ended, and read once."""
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
        made = az.line(f"deployment sub create -n d1 {what}")
        assert made["properties"]["provisioningState"] == "Succeeded"
        first, put, *polls, last = az.asked
        assert first == f"POST {item}/validate 200"
        assert put.startswith(f"PUT {item} 20")
        assert set(polls) == {f"GET {item}/operationStatuses/* 200"}
        assert last == f"GET {item} 200"
    assert "d1" in az.line("deployment sub list --query [].name")
    assert az.line("deployment operation sub list -n d1")
    az.line("deployment sub delete -n d1")
    parameters.write_text(parameters.read_text().replace(FABRIKAM, "short"))
    assert "InvalidTemplate" in az.fails(f"deployment sub create -n d2 {what}").stderr
    for one in az.line("managedservices assignment list"):
        az.line(f"managedservices assignment delete --assignment {one['name']} --yes")


def test_the_directory(az: Az) -> None:
    """`az ad` reads people, groups and programs."""
    assert az.line(f"ad sp show --id {PIPELINE}")["displayName"] == "Contoso Pipeline"
    assert az.line("ad user show --id owner@contoso.example")["displayName"] == "Olga Owner"
    assert az.line("ad group show -g Administrators")["displayName"] == "Administrators"
    members = az.line("ad group member list -g Administrators")
    assert [one["userPrincipalName"] for one in members] == ["owner@contoso.example"]
