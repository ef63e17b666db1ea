from collections.abc import Mapping
from typing import Any

import pytest

from lightkeeper.kernel.call import Caller
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.wire.arm import (
    activity_log,
    generic_resources,
    management_groups,
    providers,
    resource_groups,
    subscriptions,
)
from lightkeeper.wire.arm.errors import status_of
from lightkeeper.wire.arm.operation import Answer, ArmRequest
from lightkeeper.wire.arm.routing import Routes
from tests.resources.conftest import ANN, CONTOSO, PROD, House

S = f"/subscriptions/{PROD}"
VM = f"{S}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
FILES = (subscriptions, resource_groups, providers, generic_resources, management_groups, activity_log)
ROUTES = Routes([operation for file in FILES for operation in file.OPERATIONS])


def ask(
    house: House,
    method: str,
    path: str,
    body: Any = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    caller: Caller = ANN,
) -> Answer:
    route = ROUTES.find(method, path)
    request = ArmRequest(
        id=route.id,
        method=method,
        query=query or {},
        headers=headers or {},
        body=body,
        api_version="2024-11-01",
        base="https://arm.example:8443",
        segments=route.segments,
    )
    with house.calling(caller) as call:
        answer = route.operation.handle(call, request)
    assert answer.status in route.operation.answers
    return answer


def refusal(house: House, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
    with pytest.raises(Problem) as refused:
        ask(house, method, path, body, **more)
    return status_of(refused.value), refused.value.code


def test_a_group_lives_and_dies_as_az_drives_it(house: House) -> None:
    """Az group create, exists, show, list, delete: PUT 201/200, HEAD 204/404, DELETE 202 + Location that answers 200."""
    path = f"{S}/resourcegroups/web"
    assert ask(house, "HEAD", path).status == 404
    assert ask(house, "PUT", path, {"location": "westeurope"}).status == 201
    assert ask(house, "PUT", path, {"location": "westeurope", "tags": {"a": "b"}}).status == 200
    assert ask(house, "HEAD", path).status == 204
    assert ask(house, "GET", path).body["id"] == f"{S}/resourceGroups/web"
    assert [one["name"] for one in ask(house, "GET", f"{S}/resourcegroups").body["value"]] == ["web"]
    deleted = ask(house, "DELETE", path)

    location = deleted.headers["location"]
    assert location.startswith(f"https://arm.example:8443{S}/operationresults/")
    assert "api-version=2024-11-01" in location
    assert int(deleted.headers["retry-after"]) >= 1
    assert ask(house, "GET", location.removeprefix("https://arm.example:8443").partition("?")[0]).status == 200
    assert refusal(house, "GET", path) == (404, "ResourceGroupNotFound")


def test_a_resource_of_any_type_is_written_read_merged_and_deleted(house: House) -> None:
    """Generic resources: PUT 201 then 200, ETag header, PATCH merges, DELETE 200 then 204."""
    ask(house, "PUT", f"{S}/resourceGroups/web", {"location": "westeurope"})
    document = {"location": "westeurope", "properties": {"hardwareProfile": {"vmSize": "B1"}}, "placement": {"x": 1}}
    made = ask(house, "PUT", VM, document)
    assert (made.status, made.body["placement"]) == (201, {"x": 1})
    assert made.headers["etag"] == made.body["etag"]
    assert ask(house, "PUT", VM, document).status == 200
    assert ask(house, "PATCH", VM, {"tags": {"a": "b"}}).body["tags"] == {"a": "b"}
    assert refusal(house, "PUT", VM, document, headers={"if-none-match": "*"}) == (412, "PreconditionFailed")
    assert ask(house, "HEAD", VM).status == 204
    assert ask(house, "POST", f"{VM}/deallocate").status == 200
    shown = ask(house, "GET", VM, query={"$expand": "instanceView"}).body
    assert shown["properties"]["instanceView"]["statuses"][1]["code"] == "PowerState/deallocated"
    assert ask(house, "GET", f"{VM}/instanceView").body["statuses"][1]["displayStatus"] == "VM deallocated"
    assert len(ask(house, "GET", f"{S}/providers/Microsoft.Compute/virtualMachines").body["value"]) == 1
    [listed] = ask(house, "GET", f"{S}/resources", query={"$filter": "", "$expand": "createdTime"}).body["value"]
    assert "properties" not in listed and listed["createdTime"].endswith("Z")
    assert ask(house, "DELETE", VM).status == 200
    assert ask(house, "DELETE", VM).status == 204


def test_a_next_link_leads_back_to_the_host_the_client_used(house: House) -> None:
    """Paging contract: absolute https link with api-version and $skiptoken, the filter kept."""
    for name in ("a", "b"):
        ask(house, "PUT", f"{S}/resourceGroups/{name}", {"location": "westeurope"})
    page = ask(house, "GET", f"{S}/resourcegroups", query={"$top": "1"}).body

    assert page["nextLink"].startswith(f"https://arm.example:8443{S}/resourcegroups?api-version=2024-11-01&")
    assert "$skiptoken=" in page["nextLink"]


def test_a_provider_is_registered_at_once(house: House) -> None:
    """Az provider register: POST with an empty body answers Registered, so that az does not wait."""
    path = f"{S}/providers/microsoft.authorization"
    assert ask(house, "GET", path).body["registrationPolicy"] == "RegistrationFree"
    answer = ask(house, "POST", f"{S}/providers/Microsoft.Network/register").body
    assert (answer["registrationState"], answer["namespace"]) == ("Registered", "Microsoft.Network")
    assert answer["resourceTypes"][0]["apiVersions"][0] > answer["resourceTypes"][0]["apiVersions"][-1]
    assert len(ask(house, "GET", f"{S}/providers").body["value"]) == 5
    assert refusal(house, "POST", f"{S}/providers/Microsoft.Nothing/register") == (404, "InvalidResourceNamespace")


def test_a_subscription_names_its_home_and_who_manages_it(house: House) -> None:
    """L14: tenantId is the home, managedByTenants an array, empty when nobody manages it."""
    shown = ask(house, "GET", S).body
    assert (shown["tenantId"], shown["managedByTenants"], shown["state"]) == (CONTOSO, [], "Enabled")
    assert len(ask(house, "GET", "/subscriptions").body["value"]) == 1
    assert len(ask(house, "GET", f"{S}/locations").body["value"]) >= 58


def test_management_groups_speak_as_az_expects(house: House) -> None:
    """PUT 200, subscription add exactly 200, children on demand, descendants."""
    base = "/providers/Microsoft.Management/managementGroups"
    parent = {"properties": {"displayName": "Top"}}
    assert ask(house, "PUT", f"{base}/top", parent).body["properties"]["details"]["parent"]["name"] == CONTOSO
    child = {"properties": {"details": {"parent": {"id": f"{base}/top"}}}}
    assert ask(house, "PUT", f"{base}/low", child).body["properties"]["details"]["parent"]["name"] == "top"
    assert ask(house, "PUT", f"{base}/low/subscriptions/{PROD}").status == 200
    deep = ask(house, "GET", f"{base}/top", query={"$expand": "children", "$recurse": "true"}).body
    assert deep["properties"]["children"][0]["children"][0]["name"] == PROD
    below = ask(house, "GET", f"{base}/top/descendants").body["value"]
    assert [one["name"] for one in below] == ["low", PROD]
    assert refusal(house, "DELETE", f"{base}/low") == (409, "GroupHasChildren")
    assert ask(house, "DELETE", f"{base}/low/subscriptions/{PROD}").status == 200
    assert ask(house, "DELETE", f"{base}/low").status == 204
    assert ask(house, "DELETE", f"{base}/low").status == 204
    assert len(ask(house, "GET", base).body["value"]) == 2


def test_the_activity_log_is_served_for_subscription_and_tenant(house: House) -> None:
    """Contract 15: two paths, $select, eventcategories."""
    path = "/providers/Microsoft.Insights/eventtypes/management/values"
    ask(house, "PUT", f"{S}/resourceGroups/web", {"location": "westeurope"})
    [event] = ask(house, "GET", S + path, query={"$filter": "resourceGroupName eq 'web'", "$select": "id,status"}).body[
        "value"
    ]
    assert set(event) == {"id", "status"}
    assert ask(house, "GET", path).body["value"][0]["subscriptionId"] == ""
    assert (
        ask(house, "GET", "/providers/Microsoft.Insights/eventcategories").body["value"][0]["value"] == "Administrative"
    )


def test_every_fault_of_a_body_is_told_with_its_path(house: House) -> None:
    """Bad input: several faults are reported together, each with its target."""
    with pytest.raises(Invalid) as refused:
        ask(house, "PUT", VM, {"tags": [], "properties": 3})

    assert [detail.target for detail in refused.value.details] == ["tags", "properties"]
