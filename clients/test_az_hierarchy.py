"""`az account management-group`, and subscriptions that are made, renamed and ended."""

import json

from clients.conftest import CONTOSO, PRODUCTION, TEST, Az

ON = "/providers/Microsoft.Management"
GROUPS = f"{ON}/managementGroups"
VERSION = ["2021-04-01"]


def test_management_groups(az: Az) -> None:
    """Every change is done when it is answered, and no name is asked for twice."""
    assert az.line("account management-group check-name-availability --name from-az")["nameAvailable"] is True
    assert az.asked == [f"POST {ON}/checkNameAvailability 200"]
    az.line("account management-group create -n from-az --display-name One --no-register")
    assert (az.asked, az.versions) == ([f"PUT {GROUPS}/from-az 200"], VERSION)
    taken = az.line("account management-group check-name-availability --name from-az")
    assert (taken["nameAvailable"], taken["reason"]) == (False, "AlreadyExists")
    below = az.line("account management-group create -n below --display-name Below --parent from-az --no-register")
    assert below["details"]["parent"]["name"] == "from-az"
    assert az.line("account management-group update -n from-az --display-name Two")["displayName"] == "Two"
    assert az.asked == [f"PATCH {GROUPS}/from-az 200"]
    moved = az.line("account management-group update -n below --parent contoso-root")
    assert moved["details"]["parent"]["name"] == "contoso-root"
    assert {"from-az", "below", "contoso-root", CONTOSO} <= set(
        az.line("account management-group list --no-register --query [].name")
    )
    assert az.asked == [f"GET {GROUPS} 200"]
    tree = az.line("account management-group show -n contoso-root -e -r --no-register")
    assert {one["name"] for one in tree["children"]} == {"below", PRODUCTION, TEST}
    assert az.queries == [{"$expand": "children", "$recurse": "true", "api-version": "2021-04-01"}]
    for group in ("below", "from-az"):
        az.line(f"account management-group delete -n {group} --no-register")
        assert az.asked == [f"DELETE {GROUPS}/{group} 204"]
    assert "(NotFound)" in az.fails("account management-group show -n from-az --no-register").stderr


def test_the_provider_is_registered_unless_told_otherwise(az: Az) -> None:
    """Without `--no-register` the program registers, waits ten seconds by itself and looks once."""
    az.line("account management-group list")

    managed = f"/subscriptions/PROD{ON}"
    assert az.asked == [f"POST {managed}/register 200", f"GET {managed} 200", f"GET {GROUPS} 200"]


def test_subscriptions_of_a_group(az: Az) -> None:
    """Placed with 200, shown, listed, and taken out again."""
    at = f"{GROUPS}/holder/subscriptions"
    az.line("account management-group create -n holder --no-register")
    az.line(f"account management-group subscription add -n holder -s {TEST}")
    assert az.asked == [f"PUT {at}/TEST 200"]
    shown = az.line(f"account management-group subscription show -n holder -s {TEST}")
    assert (shown["displayName"], shown["parent"]["id"]) == ("contoso-test", f"{GROUPS}/holder")
    listed = az.line("account management-group subscription show-sub-under-mg -n holder")
    assert [one["name"] for one in listed] == [TEST]
    assert (az.asked, az.versions) == ([f"GET {at} 200"], VERSION)
    seen = az.line("account management-group show -n holder -e --no-register")
    assert [one["name"] for one in seen["children"]] == [TEST]
    az.line(f"account management-group subscription remove -n holder -s {TEST}")
    assert az.asked == [f"DELETE {at}/TEST 200"]
    az.line("account management-group delete -n holder --no-register")


def test_entities(az: Az) -> None:
    """Groups and subscriptions come in one list, each with the way to it."""
    found = {one["name"]: one for one in az.line("account management-group entities list")}

    assert (az.asked, az.versions) == ([f"POST {ON}/getEntities 200"], VERSION)
    assert {"contoso-root", CONTOSO, PRODUCTION, TEST} <= set(found)
    assert found[PRODUCTION]["parentNameChain"] == [CONTOSO, "contoso-root"]
    assert found["contoso-root"]["numberOfChildren"] >= 1


def test_settings_of_the_hierarchy(steward: Az) -> None:
    """They stand at the root group."""
    at, of = f"{GROUPS}/CONTOSO/settings", f"account management-group hierarchy-settings {{}} -n {CONTOSO}"
    made = steward.line(of.format("create") + f" -r true -m {GROUPS}/contoso-root")
    assert made["requireAuthorizationForGroupCreation"] is True
    assert (steward.asked, steward.versions) == ([f"PUT {at}/default 200"], VERSION)
    listed = steward.line(of.format("list"))
    assert listed["value"][0]["defaultManagementGroup"] == f"{GROUPS}/contoso-root"
    changed = steward.line(of.format("update") + f" -m {GROUPS}/{CONTOSO}")  # `-r false` says true: any text is, there
    assert changed["defaultManagementGroup"] == f"{GROUPS}/{CONTOSO}"
    assert steward.asked == [f"PATCH {at}/default 200"]
    steward.line(of.format("delete") + " --yes")
    assert steward.asked == [f"DELETE {at}/default 200"]


def test_a_tenant_is_filled_already(steward: Az) -> None:
    """Subscriptions lie below the root from the first day, so there is nothing to wait for."""
    assert steward.line("account management-group tenant-backfill get")["status"] == "Completed"
    assert steward.asked == [f"POST {ON}/tenantBackfillStatus 200"]
    assert steward.line("account management-group tenant-backfill start")["status"] == "Completed"
    assert steward.asked == [f"POST {ON}/startTenantBackfill 200"]


def test_subscriptions_are_made_renamed_and_ended(steward: Az) -> None:
    """`az account alias` and `cancel` are an extension, so these go through `az rest`."""
    alias, said = (
        "/providers/Microsoft.Subscription/aliases/second",
        {"displayName": "Second", "workload": "Production"},
    )
    body = json.dumps({"properties": said | {"billingScope": "/providers/Microsoft.Billing/billingAccounts/none"}})
    made = steward("rest", "--method", "put", "--url", f"{alias}?api-version=2021-10-01", "--body", body)
    assert [line.split()[:2] for line in steward.asked] == [["PUT", alias]]
    at = f"/subscriptions/{made['properties']['subscriptionId']}"
    assert steward.line(f"rest --url {alias}?api-version=2021-10-01")["properties"]["displayName"] == "Second"
    assert "Second" in [one["name"] for one in steward.line("account list --refresh")]

    for verb, sent in (("rename", '--body \'{"subscriptionName": "Third"}\''), ("cancel", ""), ("enable", "")):
        address = f"{at}/providers/Microsoft.Subscription/{verb}?api-version=2021-10-01"
        steward.line(f"rest --method post --url {address} {sent}")
        assert steward.asked == [f"POST /subscriptions/*/providers/Microsoft.Subscription/{verb} 200"]
        shown = steward.line(f"rest --url {at}?api-version=2022-12-01")
        assert shown["displayName"] == "Third"
        assert (shown["state"] == "Enabled") is (verb != "cancel")
    steward.line(f"rest --method delete --url {alias}?api-version=2021-10-01")
    assert steward.asked == [f"DELETE {alias} 200"]
