"""Microsoft.ManagedServices as clients speak it: forms of answers, versions, filters."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from lightkeeper.delegation.model import Visibility
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import parse
from lightkeeper.wire.arm import (
    managed_services,
    marketplace_registration_definitions,
    registration_assignments,
    registration_definitions,
)
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.routing import Routes
from tests.delegation.market import CONTRIBUTOR, READER, Market, oid, plan, scope_of, sub, tid

OPERATIONS: list[Operation] = [
    *managed_services.OPERATIONS,
    *marketplace_registration_definitions.OPERATIONS,
    *registration_assignments.OPERATIONS,
    *registration_definitions.OPERATIONS,
]
ROUTES = Routes(OPERATIONS)
RP = "/providers/Microsoft.ManagedServices"
DEFINITION = f"{scope_of('prod')}{RP}/registrationDefinitions/{named('definition', 'wire')}"
ASSIGNMENT = f"{scope_of('prod/web')}{RP}/registrationAssignments/{named('assignment', 'wire')}"


def send(
    market: Market,
    method: str,
    path: str,
    body: Any = None,
    *,
    version: str = "2022-10-01",
    by: str = "owner",
    **query: str,
) -> Answer:
    route = ROUTES.find(method, path)
    request = ArmRequest(
        id=parse(path),
        method=method,
        query={"api-version": version, **{f"${name.lower()}": value for name, value in query.items()}},
        headers={},
        body=body,
        api_version=version,
        base="https://localhost",
        segments=route.segments,
    )
    assert version in route.operation.versions
    with market.as_(by) as call:
        answer = route.operation.handle(call, request)
    assert answer.status in route.operation.answers
    return answer


def definition_body(**properties: Any) -> dict[str, Any]:
    return {
        "properties": {
            "registrationDefinitionName": "Care",
            "description": None,
            "managedByTenantId": tid("fabrikam").upper(),
            "authorizations": [
                {"principalId": oid("tech"), "roleDefinitionId": READER, "principalIdDisplayName": "Tech"}
            ],
            **properties,
        },
        "plan": None,
    }


ELIGIBLE = {
    "eligibleAuthorizations": [
        {
            "principalId": oid("tech"),
            "roleDefinitionId": CONTRIBUTOR,
            "justInTimeAccessPolicy": {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT2H"},
        }
    ]
}


def onboard(market: Market, **properties: Any) -> None:
    send(market, "PUT", DEFINITION, definition_body(**properties))
    send(market, "PUT", ASSIGNMENT, {"properties": {"registrationDefinitionId": DEFINITION}})


def test_definition_is_complete_when_answered(market: Market) -> None:
    """L48: Recorded: 201 with Succeeded in the first answer, the provider's name filled in, no nulls; 200 on update."""
    answer = send(market, "PUT", DEFINITION, definition_body(), version="2019-06-01")

    assert answer.status == 201
    assert answer.body == {
        "properties": {
            "registrationDefinitionName": "Care",
            "managedByTenantId": tid("fabrikam"),
            "authorizations": [
                {"principalId": oid("tech"), "roleDefinitionId": READER, "principalIdDisplayName": "Tech"}
            ],
            "provisioningState": "Succeeded",
            "managedByTenantName": "Fabrikam",
        },
        "id": DEFINITION,
        "type": "Microsoft.ManagedServices/registrationDefinitions",
        "name": named("definition", "wire"),
    }
    assert send(market, "PUT", DEFINITION, definition_body()).status == 200


@pytest.mark.parametrize("version", managed_services.VERSIONS)
def test_answers_follow_the_version(market: Market, version: str) -> None:
    """L5, L45: Older versions do not know eligible authorizations, the customer's tenant, or systemData."""
    onboard(market, **ELIGIBLE)

    [body] = send(market, "GET", f"{scope_of('prod')}{RP}/registrationDefinitions", version=version).body["value"]

    since_2020 = version >= "2020-02-01-preview"
    assert ("eligibleAuthorizations" in body["properties"]) is since_2020
    assert ("manageeTenantId" in body["properties"]) is since_2020
    assert ("systemData" in body) is (version >= "2022-01-01-preview")


def test_l45_eligible_authorizations_need_a_newer_version(market: Market) -> None:
    """L45: writing them, or writing or reading an assignment that has them, with an older version is refused."""
    said = "managed services operations with eligible authorizations only allowed with api-version greater and equal to"
    with pytest.raises(Invalid) as refused:
        send(market, "PUT", DEFINITION, definition_body(**ELIGIBLE), version="2019-06-01")
    assert said in refused.value.message
    onboard(market, **ELIGIBLE)

    for method, body in (("GET", None), ("PUT", {"properties": {"registrationDefinitionId": DEFINITION}})):
        with pytest.raises(Invalid) as refused:
            send(market, method, ASSIGNMENT, body, version="2019-06-01")
        assert said in refused.value.message


def test_l8_assignment_shows_its_definition_only_when_asked(market: Market) -> None:
    """L8: `$expandRegistrationDefinition=true` embeds the definition with both tenants."""
    onboard(market)

    plain = send(market, "GET", ASSIGNMENT).body
    expanded = send(market, "GET", ASSIGNMENT, expandRegistrationDefinition="true").body

    assert "registrationDefinition" not in plain["properties"]
    inner = expanded["properties"]["registrationDefinition"]
    assert inner["id"] == DEFINITION
    assert inner["properties"]["manageeTenantName"] == "Contoso"
    assert inner["properties"]["managedByTenantName"] == "Fabrikam"


@pytest.mark.parametrize(
    "text",
    [
        f"managedByTenantId eq '{tid('fabrikam')}'",
        f"managedByTenantId in ('{tid('rival')}', '{tid('fabrikam').upper()}')",
        quote(f"managedByTenantId eq '{tid('fabrikam')}'"),
    ],
)
def test_l10_lists_are_filtered_by_managing_tenant(market: Market, text: str) -> None:
    """L10: eq and in; some clients encode the filter twice."""
    onboard(market)

    for kind in ("registrationDefinitions", "registrationAssignments"):
        path = f"{scope_of('prod')}{RP}/{kind}"
        assert len(send(market, "GET", path, filter=text).body["value"]) == 1
        assert send(market, "GET", path, filter=f"managedByTenantId eq '{tid('rival')}'").body == {"value": []}


def test_unknown_filter_is_refused(market: Market) -> None:
    with pytest.raises(Invalid) as refused:
        send(market, "GET", f"{scope_of('prod')}{RP}/registrationDefinitions", filter="name eq 'x'")

    assert refused.value.code == "InvalidFilterInQueryString"


def test_faults_of_a_body_come_together(market: Market) -> None:
    """L12: Several faults are reported together, each with its path."""
    body = {"properties": {"authorizations": [{"principalId": 7}]}}

    with pytest.raises(Invalid) as refused:
        send(market, "PUT", DEFINITION, body)

    assert {detail.target for detail in refused.value.details} == {
        "properties.managedByTenantId",
        "properties.authorizations.0.principalId",
        "properties.authorizations.0.roleDefinitionId",
    }


@pytest.mark.parametrize("body", [None, [], "text", {"properties": None}])
def test_body_of_another_form_is_refused(market: Market, body: Any) -> None:
    with pytest.raises(Invalid):
        send(market, "PUT", DEFINITION, body)


def test_l9_deletes_answer_200_then_204(market: Market) -> None:
    """L9: 200 when there was one, 204 when there is none."""
    onboard(market)

    assert [send(market, "DELETE", ASSIGNMENT).status for _ in range(2)] == [200, 204]
    assert [send(market, "DELETE", DEFINITION).status for _ in range(2)] == [200, 204]


def test_l11_marketplace_definitions_at_both_scopes(market: Market) -> None:
    """L11: public plans at the root, private ones only at a subscription of the audience; identifiers by prefix.

    P3-bridge.
    """
    market.shelf.plans = [
        plan("1.0.0"),
        plan("1.10.0"),
        plan("1.0.0", plan_id="secret", visibility=Visibility.PRIVATE, audience=frozenset({sub("prod")})),
    ]
    kind = f"{RP}/marketplaceRegistrationDefinitions"

    root = send(market, "GET", kind).body["value"]
    inside = send(market, "GET", f"{scope_of('prod')}{kind}").body["value"]

    assert [one["name"] for one in root] == ["fabrikam.care.gold.1.10.0"]
    assert root[0]["id"] == f"{kind}/fabrikam.care.gold.1.10.0"
    assert {one["plan"]["name"] for one in inside} == {"gold", "secret"}
    for identifier in ("fabrikam", "fabrikam.care", "fabrikam.care.gold"):
        assert send(market, "GET", f"{kind}/{identifier}").body["plan"]["version"] == "1.10.0"
    assert send(market, "GET", f"{kind}/fabrikam.care.gold.1.0.0").body["plan"]["version"] == "1.0.0"
    found = send(market, "GET", kind, filter="planIdentifier eq 'fabrikam.care.gold.1.0.0'").body["value"]
    assert [one["name"] for one in found] == ["fabrikam.care.gold.1.0.0"]
    with pytest.raises(NotFound):
        send(market, "GET", f"{kind}/fabrikam.care.secret.1.0.0")


def test_operations_are_listed_at_both_scopes(market: Market) -> None:
    for path in (f"{RP}/operations", f"{scope_of('prod')}{RP}/operations"):
        names = [one["name"] for one in send(market, "GET", path).body["value"]]
        assert "Microsoft.ManagedServices/registrationDefinitions/read" in names


def test_operation_status_is_read_from_the_state(market: Market) -> None:
    """A finished operation answers Succeeded; a token nobody could have got is not found."""
    onboard(market)

    def status(job: str) -> Answer:
        said = json.dumps({"fullyQualifiedResourceId": ASSIGNMENT, "jobId": job})
        token = base64.b64encode(said.encode()).decode()
        return send(market, "GET", f"{scope_of('prod')}{RP}/operationStatuses/{token}")

    assert status("RegistrationAssignmentProvisioningJob:1").body == {"status": "Succeeded"}
    with pytest.raises(NotFound):
        status("RegistrationAssignmentDeprovisioningJob:1")
    with pytest.raises(NotFound):
        send(market, "GET", f"{scope_of('prod')}{RP}/operationStatuses/nonsense")
