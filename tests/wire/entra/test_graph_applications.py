"""Applications and service principals by Graph: az ad app, az ad sp."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lightkeeper.directory import naming, service
from lightkeeper.directory.model import ServicePrincipalKind
from tests.directory.keys import certificate, rsa_key
from tests.wire.entra.town import Town


def app(town: Town, name: str, by: str = "apps-admin", **body: Any) -> dict[str, Any]:
    heard = town("POST", "/applications", {"displayName": name, **body}, by=by)
    assert heard.status == 201, heard.body
    return dict(heard.body)


def test_an_application_is_made_read_changed_and_deleted(town: Town) -> None:
    """The verbs of az ad app, by object id and by application id."""
    made = app(town, "Backup", web={"redirectUris": ["https://backup.contoso.example/back"]})
    assert made["signInAudience"] == "AzureADMyOrg"
    assert made["web"]["redirectUris"] == ["https://backup.contoso.example/back"]
    assert (made["passwordCredentials"], made["keyCredentials"], made["requiredResourceAccess"]) == ([], [], [])
    path = f"/applications/{made['id']}"

    change = {"displayName": "Backups", "web": {"implicitGrantSettings": {"enableIdTokenIssuance": True}}}
    assert town("PATCH", path, change).status == 204
    shown = town.get(f"/applications(appId='{made['appId']}')").body
    assert (shown["id"], shown["displayName"]) == (made["id"], "Backups")
    assert shown["web"]["redirectUris"] == ["https://backup.contoso.example/back"]
    assert shown["web"]["implicitGrantSettings"] == {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": True}

    assert town("DELETE", path).status == 204
    assert town.get(path).status == 404


def test_applications_are_found(town: Town) -> None:
    """By application id, beginning of the name, and identifier URI, as az asks."""
    made = app(town, "Findable", identifierUris=["https://findable.contoso.example"])
    for wanted in (
        f"appId eq '{made['appId']}'",
        "startswith(displayName,'findab')",
        "displayName eq 'FINDABLE'",
        "identifierUris/any(s:s eq 'https://findable.contoso.example')",
    ):
        assert town.get(f"/applications?$filter={wanted}").ids == [made["id"]], wanted


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"identifierUris": ["https://elsewhere.example/x"]}, "HostNameNotOnVerifiedDomain"),
        ({"identifierUris": ["api://anything"]}, "HostNameNotOnVerifiedDomain"),
        ({"identifierUris": ["not a uri"]}, "HostNameNotOnVerifiedDomain"),
        ({"identifierUris": "x"}, "Request_BadRequest"),
        ({"web": {"redirectUris": ["javascript:alert(1)"]}}, "Request_BadRequest"),
        ({"web": {"redirectUris": ["http://elsewhere.example"]}}, "Request_BadRequest"),
        ({"web": {"redirectUris": "x"}}, "Request_BadRequest"),
        ({"displayName": " "}, "Request_BadRequest"),
        ({"displayName": None}, "Request_BadRequest"),
        ({"signInAudience": "Everybody"}, "Request_BadRequest"),
        ({"passwordCredentials": [{}]}, "Request_BadRequest"),
        ({"keyCredentials": [{"key": "bm9uZQ=="}]}, "Request_BadRequest"),
    ],
)
def test_a_malformed_application_is_refused(town: Town, change: dict[str, Any], code: str) -> None:
    """An identifier URI names the tenant's domain, the tenant or the application; answers go to safe addresses."""
    heard = town("POST", "/applications", {"displayName": "Malformed"} | change)

    assert (heard.status, heard.code) == (400, code)
    assert town.get("/applications?$filter=displayName eq 'Malformed'").ids == []


def test_an_identifier_uri_is_one_applications(town: Town) -> None:
    """Two applications of one name would leave open which of them is meant."""
    app(town, "First", identifierUris=["https://contoso.example/one"])
    second = town("POST", "/applications", {"displayName": "Second", "identifierUris": ["HTTPS://contoso.example/ONE"]})

    assert (second.status, "identifierUris already exists" in second.said) == (400, True)


def test_a_program_is_present_through_its_service_principal(town: Town) -> None:
    """Az ad sp create, list and show; the second creation conflicts."""
    made = app(town, "Present", identifierUris=["https://present.contoso.example"])
    sp = town("POST", "/servicePrincipals", {"appId": made["appId"], "accountEnabled": True})
    assert (sp.status, sp.body["servicePrincipalType"], sp.body["displayName"]) == (201, "Application", "Present")
    assert sp.body["servicePrincipalNames"] == [made["appId"], "https://present.contoso.example"]

    again = town("POST", "/servicePrincipals", {"appId": made["appId"]})
    assert (again.status, again.code) == (409, "Request_MultipleObjectsWithSameKeyValue")
    for name in (made["appId"], "https://present.contoso.example"):
        assert town.get(f"/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{name}')").ids == [sp.body["id"]]
    assert town.get(f"/servicePrincipals(appId='{made['appId']}')").body["id"] == sp.body["id"]
    path = f"/servicePrincipals/{sp.body['id']}"
    assert town("PATCH", path, {"tags": ["a"], "accountEnabled": False}).status == 204
    assert (town.get(path).body["tags"], town.get(path).body["accountEnabled"]) == (["a"], False)
    assert town("DELETE", path).status == 204
    assert town.get(f"/applications/{made['id']}").status == 200


def test_no_service_principal_without_an_application(town: Town) -> None:
    """The refusal is the one for which az waits and tries again."""
    nowhere = "99999999-0000-4000-8000-000000000000"
    heard = town("POST", "/servicePrincipals", {"appId": nowhere})
    assert (heard.status, "does not reference a valid application object" in heard.said) == (400, True)
    foreign = town("POST", "/servicePrincipals", {"appId": town.people.automation.app_id})
    assert "does not reference a valid application object" in foreign.said


def test_an_application_for_many_tenants_is_admitted_by_an_administrator(town: Town) -> None:
    """Whoever may not speak for the tenant cannot let another tenant's application in."""
    made = town(
        "POST", "/applications", {"displayName": "Multi", "signInAudience": "AzureADMultipleOrgs"}, by="foreign-admin"
    )
    body = {"appId": made.body["appId"]}

    assert town("POST", "/servicePrincipals", body, by="member").status == 403
    assert town("POST", "/servicePrincipals", body, by="apps-admin").status == 201
    assert town("PATCH", f"/applications/{made.body['id']}", {"displayName": "Taken"}, by="global").status in (403, 404)


def test_a_secret_is_shown_once(town: Town) -> None:
    """The secret is in the answer that makes it, and in no other; removing it twice is refused."""
    made = app(town, "Secretive")
    path = f"/applications/{made['id']}"
    said = {"passwordCredential": {"displayName": "rbac", "endDateTime": "2027-03-02T09:00:00Z"}}
    issued = town("POST", f"{path}/addPassword", said)
    assert issued.status == 200
    secret, key_id = issued.body["secretText"], issued.body["keyId"]
    assert len(secret) >= 32 and issued.body["hint"] == secret[:3]

    [shown] = town.get(path).body["passwordCredentials"]
    assert (shown["keyId"], shown["secretText"], shown["displayName"]) == (key_id, None, "rbac")
    assert shown["endDateTime"] == "2027-03-02T09:00:00Z"
    [listed] = town.get(f"/applications?$filter=appId eq '{made['appId']}'").body["value"]
    assert listed["passwordCredentials"] == [shown]
    assert secret not in str(town.logged())
    assert town("POST", f"{path}/removePassword", {"keyId": key_id}).status == 204
    assert town("POST", f"{path}/removePassword", {"keyId": key_id}).status == 400
    assert town.get(path).body["passwordCredentials"] == []


def test_certificates_are_replaced_by_patching(town: Town) -> None:
    """What a PATCH lists stays or comes, what it does not list goes; the key itself is not shown again."""
    made = app(town, "Certified")
    path = f"/applications/{made['id']}"
    first, second = (
        base64.b64encode(certificate(rsa_key(name)).public_bytes(Encoding.DER)).decode() for name in ("one", "two")
    )
    assert town("PATCH", path, {"keyCredentials": [_key(first, "one")]}).status == 204
    [shown] = town.get(path).body["keyCredentials"]
    assert (shown["displayName"], shown["key"], shown["type"]) == ("one", None, "AsymmetricX509Cert")

    assert town("PATCH", path, {"keyCredentials": [shown, _key(second, "two")]}).status == 204
    assert {each["displayName"] for each in town.get(path).body["keyCredentials"]} == {"one", "two"}
    assert town("PATCH", path, {"keyCredentials": []}).status == 204
    assert town.get(path).body["keyCredentials"] == []


def _key(key: str, name: str) -> dict[str, str]:
    return {"key": key, "displayName": name, "type": "AsymmetricX509Cert", "usage": "Verify"}


def test_federated_credentials(town: Town) -> None:
    """Az ad app federated-credential create, list, show, update and delete, by id and by name."""
    made = app(town, "Federated")
    path = f"/applications/{made['id']}/federatedIdentityCredentials"
    body = {
        "name": "pipeline",
        "issuer": "https://tokens.example/actions",
        "subject": "repo:contoso/shop:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    }
    created = town("POST", path, body)
    assert created.status == 201
    assert {name: created.body[name] for name in body} == body
    assert (town("POST", path, body).status, town("POST", path, body).code) == (
        400,
        "Request_MultipleObjectsWithSameKeyValue",
    )
    assert town.get(path).ids == [created.body["id"]]
    assert town.get(f"{path}/{created.body['id']}").body["name"] == "pipeline"
    assert town("PATCH", f"{path}/pipeline", {"subject": "repo:contoso/shop:environment:live"}).status == 204
    assert town.get(f"{path}/pipeline").body["subject"].endswith("environment:live")
    assert town("DELETE", f"{path}/pipeline").status == 204
    assert town.get(f"{path}/pipeline").status == 404


def test_whoever_registers_an_application_owns_it(town: Town) -> None:
    """Every member may register applications; owners change them and make them present, others do not."""
    made = app(town, "Of a member", by="member")
    path = f"/applications/{made['id']}"
    assert town.get(f"{path}/owners").ids == [town.id("member")]

    for by, status in (("colleague", 403), ("member", 204)):
        assert town("PATCH", path, {"notes": "Mine"}, by=by).status == status
    assert town("POST", f"{path}/addPassword", {}, by="colleague").status == 403
    assert town("POST", f"{path}/addPassword", {}, by="member").status == 200
    assert town("POST", "/servicePrincipals", {"appId": made["appId"]}, by="colleague").status == 403
    sp = town("POST", "/servicePrincipals", {"appId": made["appId"]}, by="member")
    assert sp.status == 201
    assert {made["id"], sp.body["id"]} <= set(town.get("/me/ownedObjects", by="member").ids)
    assert town("DELETE", path, by="colleague").status == 403
    assert town("DELETE", path, by="member").status == 204
    assert town.get(f"/servicePrincipals/{sp.body['id']}").status == 404


def test_a_managed_identity_is_its_resources(town: Town) -> None:
    """It has no secret, and goes with the resource that carries it."""
    identity = naming.service_principal(town.people.contoso, "vm1", kind=ServicePrincipalKind.MANAGED_IDENTITY)
    with town.people.writing() as call:
        service.put_service_principal(call, identity)
    path = f"/servicePrincipals/{identity.id}"

    assert town.get(path).body["servicePrincipalType"] == "ManagedIdentity"
    assert town("POST", f"{path}/addPassword", {}).status == 400
    assert town("DELETE", path).status == 400
