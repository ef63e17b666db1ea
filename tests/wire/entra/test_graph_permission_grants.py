"""What people let programs do, as administrators see it and take it back (`az ad app permission grant`, `list-grants`)."""

from typing import Any

import pytest

from lightkeeper.directory import service
from lightkeeper.directory.consents import Consents, Wanted
from lightkeeper.directory.model import Application
from lightkeeper.directory.resource_applications import GRAPH, RESOURCE_MANAGER
from lightkeeper.kernel.problems import Problem
from tests.wire.entra.town import Town

ARM = Wanted("https://management.azure.com/", ("user_impersonation", "openid", "offline_access"))


@pytest.fixture(scope="module", autouse=True)
def _registered(town: Town) -> None:
    """The robot is a program that people may let act for them."""
    with town.people.writing() as call:
        service.put_application(call, Application(program(town).app_id, town.people.contoso.id, "Robot"))


def program(town: Town) -> Any:
    return town.known["robot"]


def resource(town: Town, app_id: str = RESOURCE_MANAGER) -> str:
    return str(town.get(f"/servicePrincipals(appId='{app_id}')").body["id"])


def give(town: Town, name: str, wanted: Wanted = ARM) -> None:
    consents = Consents(town.people.office)
    consents.give(consents.ask(town.people.contoso.id, program(town).app_id, town.known[name], wanted), wanted)  # type: ignore[arg-type]


def missing(town: Town, name: str, wanted: Wanted = ARM) -> tuple[str, ...]:
    consents = Consents(town.people.office)
    return consents.ask(town.people.contoso.id, program(town).app_id, town.known[name], wanted).missing  # type: ignore[arg-type]


def test_what_people_consented_to_is_listed_and_revoked(town: Town) -> None:
    """oauth2PermissionGrant: a consent is in four lists; once it is deleted the program must ask again."""
    give(town, "member")
    robot, member = town.id("robot"), town.id("member")

    [grant] = town.get("/me/oauth2PermissionGrants", by="member").body["value"]

    assert {**grant, "id": ""} == {
        "id": "",
        "clientId": robot,
        "consentType": "Principal",
        "principalId": member,
        "resourceId": resource(town),
        "scope": "offline_access openid user_impersonation",
    }
    for path in (
        f"/users/{member}/oauth2PermissionGrants",
        f"/servicePrincipals/{robot}/oauth2PermissionGrants",
        f"/oauth2PermissionGrants?$filter=clientId eq '{robot}' and principalId eq '{member}'",
        "/oauth2PermissionGrants?$filter=startswith(scope,'offline')",
    ):
        assert grant in town.get(path, by="colleague").body["value"], path
    assert town.get(f"/users/{town.id('colleague')}/oauth2PermissionGrants").body["value"] == []

    assert missing(town, "member") == ()
    assert town("DELETE", f"/oAuth2PermissionGrants/{grant['id']}", by="colleague").status == 403
    assert town("DELETE", f"/oAuth2PermissionGrants/{grant['id']}", by="member").status == 204
    assert missing(town, "member") == ARM.permissions
    assert town.get(f"/oauth2PermissionGrants/{grant['id']}").status == 404
    assert [kind for kind, _ in town.logged()][-2:] == ["ConsentGranted", "ConsentRevoked"]


def test_an_administrator_consents_for_everybody_or_one(town: Town) -> None:
    """`az ad app permission grant` finds program and resource by their application ids; PATCH changes the scope alone."""
    found = town.get(f"/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{GRAPH}')").body["value"]
    wanted = Wanted(GRAPH, ("User.Read", "openid"))
    body = {"clientId": town.id("robot"), "resourceId": found[0]["id"], "scope": "User.Read "}

    everybody = town("POST", "/oauth2PermissionGrants", {**body, "consentType": "AllPrincipals"}, by="apps-admin")
    one = town(
        "POST",
        "/oauth2PermissionGrants",
        {**body, "consentType": "Principal", "principalId": town.id("guest"), "scope": "Mail.Read"},
    )

    assert (everybody.status, one.status) == (201, 201), (everybody.body, one.body)
    assert town.get(f"/oauth2PermissionGrants/{everybody.body['id']}").body["scope"] == "User.Read"
    assert missing(town, "colleague", wanted) == ()
    assert missing(town, "colleague", Wanted(GRAPH, (".default",))) == ()
    assert missing(town, "colleague", Wanted(GRAPH, ("mail.read",))) == ("mail.read",)
    again = town("POST", "/oauth2PermissionGrants", {**body, "consentType": "AllPrincipals"})
    assert (again.status, again.code) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert town.get("/me/oauth2PermissionGrants", by="guest").ids == [one.body["id"]]
    assert town.get(f"/oauth2PermissionGrants/{everybody.body['id']}", by="guest").status == 403

    change = {"scope": "Mail.Read Calendars.Read"}
    assert town("PATCH", f"/oauth2PermissionGrants/{everybody.body['id']}", change, by="apps-admin").status == 204
    assert missing(town, "colleague", Wanted(GRAPH, ("User.Read",))) == ("User.Read",)
    for made in (everybody, one):
        assert town("DELETE", f"/oauth2PermissionGrants/{made.body['id']}", by="apps-admin").status == 204


@pytest.mark.parametrize("by", ["member", "guest", "users-admin", "reader", "robot", "robot-reader"])
def test_only_administrators_of_applications_consent_for_others(town: Town, by: str) -> None:
    """Entra: Global Administrator and Application Administrator grant permissions."""
    body = {
        "clientId": town.id("robot"),
        "resourceId": resource(town),
        "scope": "user_impersonation",
        "consentType": "AllPrincipals",
    }

    heard = town("POST", "/oauth2PermissionGrants", body, by=by)

    assert (heard.status, heard.code) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("consentType", "Everybody"),
        ("consentType", None),
        ("principalId", "11111111-1111-4111-8111-111111111111"),
        ("clientId", "11111111-1111-4111-8111-111111111111"),
        ("clientId", ""),
        ("resourceId", "11111111-1111-4111-8111-111111111111"),
        ("scope", "a" * 3851),
        ("scope", 7),
    ],
)
def test_a_grant_names_what_there_is(town: Town, name: str, value: Any) -> None:
    """Everybody is nobody in particular; program and resource have service principals in the tenant."""
    body = {
        "clientId": town.id("robot"),
        "resourceId": resource(town),
        "scope": "user_impersonation",
        "consentType": "AllPrincipals",
        name: value,
    }

    heard = town("POST", "/oauth2PermissionGrants", body)

    assert (heard.status, heard.code) == (400, "Request_BadRequest"), heard.body


def test_resources_every_tenant_has_cannot_be_changed(town: Town) -> None:
    """Azure Resource Manager and Graph are found like any program, in lists and by id, and belong to nobody here."""
    there = f"/servicePrincipals/{resource(town)}"

    assert town.get(there).body["appOwnerOrganizationId"] not in (None, town.people.contoso.id)
    assert {"Azure Resource Manager", "Microsoft Graph"} <= set(town.get("/servicePrincipals?$top=999").names)
    assert town("PATCH", there, {"displayName": "Mine"}).status == 403
    assert town("DELETE", there).status == 403
    with pytest.raises(Problem, match="AADSTS65001"):
        consents = Consents(town.people.office)
        consents.insist(
            consents.ask(town.people.contoso.id, program(town).app_id, town.known["colleague"], ARM).subject,  # type: ignore[arg-type]
            ARM,
        )
