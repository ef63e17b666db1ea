"""`az rest`, the activity log in all its forms, accounts and tokens."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from clients.conftest import CONTOSO, PIPELINE, PRODUCTION, Az

S = "/subscriptions/PROD"
LOG = f"GET {S}/providers/Microsoft.Insights/eventtypes/management/values 200"
VM = f"/subscriptions/{PRODUCTION}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
NOTED = f"/subscriptions/{PRODUCTION}/resourceGroups/noted"


@pytest.fixture(scope="module")
def noted(az: Az) -> Az:
    """Return `az` after it has done two things that succeed and one that fails."""
    az.line("group create -n noted -l westeurope")
    az.line(f"tag create --resource-id {VM} --tags seen=yes")
    az.fails("group create -n noted -l northeurope")
    return az


FORMS = {
    "": ("", {"Microsoft.Resources/subscriptions/resourceGroups/write"}),
    "--namespace Microsoft.Resources": (
        "resourceProvider eq 'Microsoft.Resources'", {"Microsoft.Resources/subscriptions/resourceGroups/write"},
    ),
    "--resource-group noted": ("resourceGroupName eq 'noted'", {"Microsoft.Resources/subscriptions/resourceGroups/write"}),
    f"--resource-id {VM}": (f"resourceId eq '{VM}'", {"Microsoft.Resources/tags/write"}),
    f"--caller {PIPELINE}": (f"caller eq '{PIPELINE}'", {"Microsoft.Resources/subscriptions/resourceGroups/write"}),
    "--status Failed": ("status eq 'Failed'", {"Microsoft.Resources/subscriptions/resourceGroups/write"}),
    "--correlation-id 6b1e5f2a-0000-4000-8000-00000000000c": (
        "correlationId eq '6b1e5f2a-0000-4000-8000-00000000000c'", set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_activity_log_is_filtered(noted: Az, form: str) -> None:
    """Every form of the filter, with times that name no zone; one request each."""
    said, expected = FORMS[form]

    found = noted.line(f"monitor activity-log list --offset 1h {form}")

    assert noted.asked == [LOG]
    assert noted.queries[0]["api-version"] == "2015-04-01"
    times, _, rest = noted.queries[0]["$filter"].partition(" and eventTimestamp le ")
    assert times.startswith("eventTimestamp ge 20")
    assert not times.endswith("Z")
    assert rest.partition(" and ")[2] == said
    assert expected <= {one["operationName"]["value"] for one in found}
    assert expected or found == []
    if "Failed" in form:
        assert {one["status"]["value"] for one in found} == {"Failed"}


def test_times_and_columns_of_the_activity_log(noted: Az) -> None:
    """A span by its start or its end, a number of events, some of the columns, the categories."""
    start = (datetime.now(UTC) - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert noted.line(f"monitor activity-log list --start-time {start} --offset 1h")
    assert noted.line(f"monitor activity-log list --end-time {start} --offset 1d") == []
    [one] = noted.line("monitor activity-log list --max-events 1 --select operationName status")
    assert set(one) == {"operationName", "status"}
    assert noted.queries[0]["$select"] == "operationName , status"
    assert "Administrative" in noted.line("monitor activity-log list-categories --query [].value")
    assert noted.asked == ["GET /providers/Microsoft.Insights/eventcategories 200"]


def test_the_activity_log_of_a_tenant(steward: Az) -> None:
    """Only `az rest` reads it."""
    since = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    at = "/providers/Microsoft.Insights/eventtypes/management/values"
    query = f"api-version=2015-04-01&$filter=eventTimestamp ge '{since}'"

    found = steward("rest", "--url", f"{at}?{query}")

    assert isinstance(found["value"], list)
    assert steward.asked == [f"GET {at} 200"]


def test_rest_to_azure_resource_manager(az: Az) -> None:
    """The subscription is filled in, bodies and headers go through, an error is printed as it came."""
    az("rest", "--url", "/subscriptions/{subscriptionId}/resourcegroups?api-version=2022-09-01", "--output", "none")
    assert (az.asked, az.versions) == ([f"GET {S}/resourcegroups 200"], ["2022-09-01"])
    group = f"{S.replace('PROD', '{subscriptionId}')}/resourcegroups/rested?api-version=2021-04-01"
    body, header = json.dumps({"location": "westeurope"}), "x-ms-client-request-id=6b1e5f2a-0000-4000-8000-00000000000a"
    assert az("rest", "-m", "put", "-u", group, "-b", body, "--headers", header)["name"] == "rested"
    assert az("rest", "-m", "patch", "-u", group, "-b", '{"tags": {"a": "b"}}')["tags"] == {"a": "b"}
    assert az("rest", "-m", "head", "-u", group) is None
    az("rest", "-m", "delete", "-u", group)
    assert az.asked == [f"DELETE {S}/resourcegroups/rested 202"], "the program does not poll here"
    missing = az.fails("rest --url /subscriptions/{subscriptionId}/resourcegroups")
    assert "MissingApiVersionParameter" in missing.stderr
    assert "Bad Request" in missing.stderr
    assert az.asked == [f"GET {S}/resourcegroups 400"]
    assert [one["tenantId"] for one in az.line("rest --url /tenants?api-version=2022-12-01")["value"]] == [CONTOSO]


def test_rest_to_graph(az: Az) -> None:
    """The address of Graph is known to the cloud, so its own audience is asked for."""
    graph = f"{az.environment['LIGHTKEEPER_GRAPH']}/v1.0"
    people = az("rest", "--url", f"{graph}/users?$filter=startswith(displayName,'Olga')&$select=displayName")
    assert [one["displayName"] for one in people["value"]] == ["Olga Owner"]
    assert az.asked == ["GET /v1.0/users 200"]
    groups = az.line(f"rest --url {graph}/groups?$select=displayName")["value"]
    assert "Administrators" in [one["displayName"] for one in groups]
    refused = az.fails(f"rest --url {graph}/users --resource https://management.core.windows.net/")
    assert "InvalidAuthenticationToken" in refused.stderr


def test_accounts_and_tokens(az: Az) -> None:
    """Plain `show` and `list` are offline, `--refresh` asks once; a token is taken from the cache."""
    shown = az.line("account show")
    assert (shown["name"], shown["tenantId"], shown["environmentName"]) == ("contoso-prod", CONTOSO, "Lightkeeper")
    assert az.asked == []
    assert {one["name"] for one in az.line("account list")} == {"contoso-prod", "contoso-test"}
    assert az.asked == []
    assert len(az.line("account list --refresh")) == 2
    assert (az.asked, az.versions) == (["GET /subscriptions 200"], ["2022-12-01"])
    az.line(f"account set --subscription {PRODUCTION}")
    assert len(az.line("account list-locations")) > 30
    assert (az.asked, az.versions) == ([f"GET {S}/locations 200"], ["2022-12-01"])
    token = az.line("account get-access-token")
    assert (token["tenant"], token["subscription"], token["tokenType"]) == (CONTOSO, PRODUCTION, "Bearer")
    assert az.asked == []
    assert az.line("account get-access-token --resource-type ms-graph")["tenant"] == CONTOSO
    assert az.line(f"account get-access-token --tenant {CONTOSO} --query tokenType") == "Bearer"
    assert az.line("account get-access-token --resource https://management.azure.com --query tokenType") == "Bearer"
