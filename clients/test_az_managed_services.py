"""`az managedservices`: every command, what it cannot do, and the ways around that."""

import json
from pathlib import Path

from clients.conftest import FABRIKAM, PRODUCTION, READER, TECHNICIANS, TEST, Az

S, HERE = "/subscriptions/PROD", f"/subscriptions/{PRODUCTION}"
MANAGED = "providers/Microsoft.ManagedServices"
OFFERS, GIVEN = f"{S}/{MANAGED}/registrationDefinitions", f"{S}/{MANAGED}/registrationAssignments"
WHO = f"--tenant-id {FABRIKAM} --principal-id {TECHNICIANS} --role-definition-id {READER}"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"


def test_every_command(az: Az) -> None:
    """Every answer is final, so nothing is polled; all of it is spoken in 2019-06-01."""
    definition, assignment = "6b1e5f2a-0000-4000-8000-000000000001", "6b1e5f2a-0000-4000-8000-000000000002"
    made = az.line(
        f"managedservices definition create --name Care --description 'Day and night' {WHO} --definition-id {definition}"
    )
    assert (az.asked, az.versions) == ([f"PUT {OFFERS}/* 201"], ["2019-06-01"])
    assert made["properties"]["description"] == "Day and night"
    assert az.line(f"managedservices definition show --definition {definition}")["id"] == made["id"]
    assert (az.asked, az.versions) == ([f"GET {OFFERS}/* 200"], ["2019-06-01"])
    assert [one["name"] for one in az.line("managedservices definition list")] == [definition]
    assert az.asked == [f"GET {OFFERS} 200"]
    az.line(f"managedservices definition wait --exists --definition {definition} --scope subscriptions/{PRODUCTION}")
    az.line(f"managedservices assignment create --definition {made['id']} --assignment-id {assignment}")
    assert (az.asked, az.versions) == ([f"PUT {GIVEN}/* 201"], ["2019-06-01"])
    plain = az.line(f"managedservices assignment show --assignment {assignment}")
    assert (az.asked, plain["properties"].get("registrationDefinition")) == ([f"GET {GIVEN}/* 200"], None)
    full = az.line(f"managedservices assignment show --assignment {plain['id']} --include-definition true")
    assert full["properties"]["registrationDefinition"]["name"] == definition
    assert az.queries == [{"$expandRegistrationDefinition": "true", "api-version": "2019-06-01"}]
    [listed] = az.line("managedservices assignment list --include-definition true")
    assert listed["properties"]["registrationDefinition"]["name"] == definition
    assert (
        "(RegistrationDefinitionInUse)"
        in az.fails(f"managedservices definition delete --definition {definition} --yes").stderr
    )
    az.line(f"managedservices assignment delete --assignment {assignment} --yes")
    assert az.asked == [f"DELETE {GIVEN}/* 200"]
    az.line(f"managedservices assignment wait --deleted --assignment {assignment} --scope subscriptions/{PRODUCTION}")
    az.line(f"managedservices definition delete --definition {definition} --yes")
    assert az.asked == [f"DELETE {OFFERS}/* 200"]
    assert az.line("managedservices definition list") == []
    assert "(ResourceNotFound)" in az.fails(f"managedservices definition show --definition {definition}").stderr


def test_a_provider_is_registered_on_the_way(az: Az) -> None:
    """On MissingSubscriptionRegistration the program registers by itself, waits ten seconds and repeats its request."""
    managed = f"/subscriptions/TEST/{MANAGED}"
    az.line(f"managedservices definition create --name Care {WHO} --subscription {TEST}")

    assert az.asked == [
        f"PUT {managed}/registrationDefinitions/* 409",
        f"POST {managed}/register 200",
        f"GET {managed} 200",
        f"PUT {managed}/registrationDefinitions/* 201",
    ]
    assert az.versions[1:3] == ["2016-02-01", "2016-02-01"]


def test_what_the_program_does_by_itself(az: Az) -> None:
    """Faults and questions of the program's own, with which the server has nothing to do."""
    crash = az.fails("managedservices assignment list -g web")
    assert "AAZSimpleValue" in crash.stderr
    assert az.asked == []
    unsure = az.fails("managedservices definition delete --definition 6b1e5f2a-0000-4000-8000-000000000001")
    assert "Operation cancelled" in unsure.stderr
    assert az.asked == []
    plan = "--plan-name one --plan-product two --plan-publisher three --plan-version 1.0.0"
    unknown = az.fails(f"managedservices definition create --name Plan {WHO} {plan}")
    assert "(MarketplaceRegistrationDefinitionMismatch)" in unknown.stderr


def test_a_group_is_delegated_with_rest(az: Az, tmp_path: Path) -> None:
    """Several people, eligible roles and groups need a body of one's own; the commands show and end it by its id."""
    definition, assignment = "6b1e5f2a-0000-4000-8000-000000000011", "6b1e5f2a-0000-4000-8000-000000000012"
    technicians, body = {"principalId": TECHNICIANS}, tmp_path / "body.json"
    policy = {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT8H"}
    offer = {
        "registrationDefinitionName": "Groups",
        "managedByTenantId": FABRIKAM,
        "authorizations": [technicians | {"roleDefinitionId": READER}],
        "eligibleAuthorizations": [technicians | {"roleDefinitionId": CONTRIBUTOR, "justInTimeAccessPolicy": policy}],
    }
    at = f"{HERE}/{MANAGED}/registrationDefinitions/{definition}"
    body.write_text(json.dumps({"properties": offer}))
    made = az.line(f"rest --method put --url {at}?api-version=2022-10-01 --body @{body}")
    assert made["properties"]["eligibleAuthorizations"][0]["roleDefinitionId"] == CONTRIBUTOR
    given = f"{HERE}/resourceGroups/web/{MANAGED}/registrationAssignments/{assignment}"
    body.write_text(json.dumps({"properties": {"registrationDefinitionId": at}}))
    az.line(f"rest --method put --url {given}?api-version=2022-10-01 --body @{body}")
    assert az.asked == [f"PUT {S}/resourceGroups/web/{MANAGED}/registrationAssignments/* 201"]

    assert [one["id"] for one in az.line("managedservices assignment list")] == [given]
    refused = az.fails(f"managedservices assignment show --assignment {given}")
    assert "only allowed with api-version greater and equal to '2020-02-01-preview'" in refused.stderr
    body.write_text(json.dumps({"properties": offer | {"eligibleAuthorizations": []}}))
    az.line(f"rest --method put --url {at}?api-version=2022-10-01 --body @{body}")
    assert az.line(f"managedservices assignment show --assignment {given}")["id"] == given
    assert az.asked == [f"GET {S}/resourceGroups/web/{MANAGED}/registrationAssignments/* 200"]
    az.line(f"managedservices assignment delete --assignment {given} --yes")
    assert az.asked == [f"DELETE {S}/resourceGroups/web/{MANAGED}/registrationAssignments/* 200"]
    az.line(f"rest --method delete --url {at}?api-version=2022-10-01")
    assert az.asked == [f"DELETE {OFFERS}/* 200"]
