"""`az ad` and `az role` against a directory that they write, as an administrator of it; each request is counted."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.conftest import CONTOSO, PIPELINE, PRODUCTION, Az

WHO = {"LK_USER": "registrar@contoso.example", "LK_PASSWORD": "battery registers"}
SCOPE = f"/subscriptions/{PRODUCTION}"


@pytest.fixture(scope="module")
def az(new_az: Callable[[], Az]) -> Iterator[Az]:
    """`az`, signed in as Contoso's registrar."""
    made = new_az()
    made("login", **WHO)
    made.line(f"account set --subscription {PRODUCTION}")
    yield made


def test_users(az: Az) -> None:
    """Create, show, update, list, groups, delete: one request each."""
    made = az.line(
        "ad user create --display-name Ada --password Count-On-Me-7 --user-principal-name ada@contoso.example"
    )
    assert az.asked == ["POST /v1.0/users 201"]
    assert az.line("ad user show --id ada@contoso.example")["id"] == made["id"]
    az.line(f"ad user update --id {made['id']} --display-name Lovelace --account-enabled false")
    assert az.asked == ["PATCH /v1.0/users/* 204"]
    assert [one["displayName"] for one in az.line("ad user list --upn ada@contoso.example")] == ["Lovelace"]
    assert [one["id"] for one in az.line("ad user list --display-name Lovel")] == [made["id"]]
    again = az.fails(
        "ad user create --display-name Ada --password Count-On-Me-7 --user-principal-name ada@contoso.example"
    )
    assert "Another object with the same value for property userPrincipalName already exists." in again.stderr
    group = az.line("ad group create --display-name Counters --mail-nickname counters")
    az.line(f"ad group member add --group {group['id']} --member-id {made['id']}")
    assert az.line(f"ad user get-member-groups --id {made['id']}") == [{"displayName": "Counters", "id": group["id"]}]
    assert az.asked == ["POST /v1.0/users/*/getMemberGroups 200", "POST /v1.0/directoryObjects/getByIds 200"]
    az.line(f"ad user delete --id {made['id']}")
    assert az.asked == ["DELETE /v1.0/users/* 204"]
    assert "does not exist" in az.fails(f"ad user show --id {made['id']}").stderr
    az.line(f"ad group delete --group {group['id']}")


def test_groups(az: Az) -> None:
    """A group that is there is found instead of made again; members and owners come and go."""
    made = az.line("ad group create --display-name Shift --mail-nickname shift --description Nights")
    assert az.asked == ["GET /v1.0/groups 200", "POST /v1.0/groups 201"]
    assert az.line("ad group create --display-name Shift --mail-nickname shift")["id"] == made["id"]
    reader = az.line("ad user show --id reader@contoso.example")["id"]
    here = f"--group {made['id']}"
    az.line(f"ad group member add {here} --member-id {reader}")
    assert az.asked == ["POST /v1.0/groups/*/members/$ref 204"]
    assert az.line(f"ad group member check {here} --member-id {reader}") == {"value": True}
    assert [one["id"] for one in az.line(f"ad group member list {here}")] == [reader]
    assert "already exist" in az.fails(f"ad group member add {here} --member-id {reader}").stderr
    az.line(f"ad group owner add {here} --owner-object-id {reader}")
    assert [one["id"] for one in az.line(f"ad group owner list {here}")] == [reader]
    assert "Shift" in [one["displayName"] for one in az.line("ad group list")]
    assert az.line("ad group show -g Shift")["description"] == "Nights"
    az.line(f"ad group member remove {here} --member-id {reader}")
    assert az.line(f"ad group member check {here} --member-id {reader}") == {"value": False}
    az.line(f"ad group delete {here}")
    az.fails(f"ad group show {here}")


def test_applications(az: Az, tmp_path: Path) -> None:
    """Make, find by id and address, change, give credentials of three kinds, delete."""
    uri = "https://shop.contoso.example"
    made = az.line(f"ad app create --display-name Shop --identifier-uris {uri} --web-redirect-uris {uri}/back")
    assert az.asked == ["GET /v1.0/applications 200", "POST /v1.0/applications 201"]
    here = f"--id {made['appId']}"
    for one in (made["appId"], made["id"], uri):
        assert az.line(f"ad app show --id {one}")["id"] == made["id"]
    az.line(f"ad app update {here} --display-name Shopping --enable-id-token-issuance true")
    shown = az.line(f"ad app list --app-id {made['appId']}")[0]
    assert (shown["displayName"], shown["web"]["redirectUris"]) == ("Shopping", [f"{uri}/back"])
    assert shown["web"]["implicitGrantSettings"]["enableIdTokenIssuance"] is True

    first = az.line(f"ad app credential reset {here} --display-name first")
    second = az.line(f"ad app credential reset {here} --append")
    assert first["tenant"] == CONTOSO and first["password"] != second["password"]
    kept = {one["displayName"]: one["keyId"] for one in az.line(f"ad app credential list {here}")}
    assert set(kept) == {"first", None}  # az rounds their start to the second: the order between them is open
    az.line(f"ad app credential delete {here} --key-id {kept['first']}")
    certified = az.line(f"ad app credential reset {here} --create-cert --append")
    assert Path(certified["fileWithCertAndPrivateKey"]).exists()
    assert len(az.line(f"ad app credential list {here} --cert")) == 1
    Path(certified["fileWithCertAndPrivateKey"]).unlink()

    body = {
        "name": "main",
        "issuer": "https://tokens.example",
        "subject": "repo:x:main",
        "audiences": ["api://AzureADTokenExchange"],
    }
    parameters = tmp_path / "federated.json"
    parameters.write_text(json.dumps(body))
    az.line(f"ad app federated-credential create {here} --parameters {parameters}")
    assert [one["subject"] for one in az.line(f"ad app federated-credential list {here}")] == ["repo:x:main"]
    assert (
        az.line(f"ad app federated-credential show {here} --federated-credential-id main")["issuer"] == body["issuer"]
    )
    az.line(f"ad app federated-credential delete {here} --federated-credential-id main")
    owner = az.line("ad signed-in-user show")["id"]
    az.line(f"ad app owner add {here} --owner-object-id {owner}")
    assert [one["id"] for one in az.line(f"ad app owner list {here}")] == [owner]
    assert [one["appId"] for one in az.line("ad signed-in-user list-owned-objects --type application")] == [
        made["appId"]
    ]
    az.line(f"ad app delete {here}")
    az.fails(f"ad app show {here}")


def test_service_principals(az: Az) -> None:
    """Make one of an application, find it by each of its names, give it a secret of its own, delete it."""
    app = az.line("ad app create --display-name Carrier")
    made = az.line(f"ad sp create --id {app['appId']}")
    assert az.asked == ["GET /v1.0/applications 200", "POST /v1.0/servicePrincipals 201"]
    for one in (app["appId"], made["id"]):
        assert az.line(f"ad sp show --id {one}")["id"] == made["id"]
    assert [one["id"] for one in az.line("ad sp list --display-name Carr")] == [made["id"]]
    assert PIPELINE in [one["appId"] for one in az.line("ad sp list --all")]
    reset = az.line(f"ad sp credential reset --id {made['id']}")
    assert reset["appId"] == app["appId"] and reset["password"]
    [kept] = az.line(f"ad sp credential list --id {made['id']}")
    az.line(f"ad sp credential delete --id {made['id']} --key-id {kept['keyId']}")
    az.line(f"ad sp delete --id {made['id']}")
    az.fails(f"ad sp show --id {made['id']}")
    az.line(f"ad app delete --id {app['appId']}")


def test_what_a_program_may_do_is_granted_and_listed(az: Az) -> None:
    """Az finds the resource by its application id, and replaces the grant there is."""
    resource = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
    app = az.line("ad app create --display-name Assistant")
    program = az.line(f"ad sp create --id {app['appId']}")
    grant = f"ad app permission grant --id {app['appId']} --api {resource} --scope user_impersonation"
    az.line(grant)
    made = az.line(f"{grant} Other")
    assert made["clientId"] == program["id"] and made["consentType"] == "AllPrincipals"
    assert az.asked == [
        "GET /v1.0/servicePrincipals 200",
        "GET /v1.0/servicePrincipals 200",
        "GET /v1.0/oauth2PermissionGrants 200",
        "DELETE /v1.0/oAuth2PermissionGrants/* 204",
        "POST /v1.0/oauth2PermissionGrants 201",
    ]
    [listed] = az.line(f"ad app permission list-grants --id {app['appId']} --show-resource-name")
    assert (listed["scope"], listed["resourceDisplayName"]) == ("user_impersonation Other", "Azure Resource Manager")
    az.line(f"ad app delete --id {app['appId']}")


def test_a_program_is_made_with_a_role_and_signs_in(az: Az, new_az: Callable[[], Az]) -> None:
    """`az ad sp create-for-rbac` prints what `az login` takes; the same name again makes a new password."""
    create = f"ad sp create-for-rbac --name deployer --role Reader --scopes {SCOPE}"
    made = az.line(create)
    assert az.asked == [
        "GET /v1.0/servicePrincipals 200",
        "GET /v1.0/applications 200",
        "POST /v1.0/applications 201",
        "POST /v1.0/applications/*/addPassword 200",
        "POST /v1.0/servicePrincipals 201",
        "GET /subscriptions/PROD/providers/Microsoft.Authorization/roleDefinitions 200",
        "PUT /subscriptions/PROD/providers/Microsoft.Authorization/roleAssignments/* 201",
    ]
    assert made["tenant"] == CONTOSO
    program = new_az()
    sign_in = f"login --service-principal -u {made['appId']} -p {{}} --tenant {CONTOSO}"
    program.line(sign_in.format(made["password"]))
    assert program.line("group show -n web")["name"] == "web"
    program.fails("group create -n mine -l westeurope")
    assert "Insufficient privileges" in program.fails("ad user list").stderr

    again = az.line(create)
    assert (again["appId"], again["password"] == made["password"]) == (made["appId"], False)
    stranger = new_az()  # one that has no token from before
    stranger.fails(sign_in.format(made["password"]))
    az.line(f"ad app delete --id {made['appId']}")
    stranger.fails(sign_in.format(again["password"]))


def test_a_role_is_given_to_a_group_and_stays_when_the_group_goes(az: Az) -> None:
    """Assignments of a deleted principal stay behind under its id, without a name."""
    group = az.line("ad group create --display-name Auditors --mail-nickname auditors")
    given = az.line(f"role assignment create --assignee {group['id']} --role Reader --scope {SCOPE}/resourceGroups/web")
    assert given["principalType"] == "Group"

    def listed() -> list[dict[str, Any]]:
        every = az.line(f"role assignment list --scope {SCOPE}/resourceGroups/web")
        return [one for one in every if one["id"] == given["id"]]

    assert [one["principalName"] for one in listed()] == ["Auditors"]
    az.line(f"ad group delete --group {group['id']}")
    [orphan] = listed()
    assert (orphan["principalId"], orphan["principalName"]) == (group["id"], "")
    az.line(f"role assignment delete --ids {given['id']}")
    assert listed() == []
