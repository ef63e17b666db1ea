"""What Graph writes is what people and programs sign in with from then on."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from lightkeeper.directory import naming, service
from lightkeeper.directory.clients import AZURE_CLI
from lightkeeper.directory.model import DirectoryRole
from tests.directory.people import PASSWORD, People
from tests.wire.entra.programs import ask, session

SCOPE = "https://localhost:8444//.default openid profile offline_access"
NEW = "Another-Horse-8"


@pytest.fixture
def admin(people: People, login: TestClient, graph: TestClient) -> TestClient:
    """Graph, with the token of a Global Administrator of Fabrikam."""
    roles = frozenset({DirectoryRole.GLOBAL_ADMINISTRATOR})
    with people.writing() as call:
        service.put_user(call, replace(people.technician, directory_roles=roles))
    token = session(login, people.technician.upn, scope=SCOPE)["access_token"]
    graph.headers["Authorization"] = f"Bearer {token}"
    return graph


def try_password(login: TestClient, name: str, password: str) -> int:
    fields = {"client_id": AZURE_CLI, "username": name, "password": password, "scope": SCOPE}
    return int(ask(login, "organizations", grant_type="password", **fields).status_code)


def try_secret(login: TestClient, tenant: str, app_id: str, secret: str) -> Any:
    fields = {"client_id": app_id, "client_secret": secret, "scope": "https://localhost:8444/.default"}
    return ask(login, tenant, grant_type="client_credentials", **fields)


def test_a_new_user_signs_in(login: TestClient, admin: TestClient) -> None:
    """With the password it was made with, until that is replaced, and never when it is disabled or deleted."""
    name = "new@fabrikam.example"
    body = {"displayName": "New", "mailNickname": "new", "userPrincipalName": name, "accountEnabled": True}
    id = admin.post("/v1.0/users", json=body | {"passwordProfile": {"password": NEW}}).json()["id"]
    assert try_password(login, name, NEW) == 200

    assert admin.patch(f"/v1.0/users/{id}", json={"passwordProfile": {"password": NEW + "!"}}).status_code == 204
    assert [try_password(login, name, each) for each in (NEW, NEW + "!")] == [400, 200]
    admin.patch(f"/v1.0/users/{id}", json={"accountEnabled": False})
    assert try_password(login, name, NEW + "!") == 400
    admin.patch(f"/v1.0/users/{id}", json={"accountEnabled": True})
    admin.delete(f"/v1.0/users/{id}")
    assert try_password(login, name, NEW + "!") == 400
    admin.post(f"/v1.0/directory/deletedItems/{id}/restore")
    assert try_password(login, name, NEW + "!") == 200


def test_the_token_of_a_deleted_user_opens_nothing(people: People, login: TestClient, admin: TestClient) -> None:
    """From the next request on, though it would live for an hour."""
    body = {"displayName": "Gone", "mailNickname": "gone", "userPrincipalName": "gone@fabrikam.example"}
    made = admin.post("/v1.0/users", json=body | {"accountEnabled": True, "passwordProfile": {"password": NEW}})
    token = session_of(login, "gone@fabrikam.example", NEW)
    headers = {"Authorization": f"Bearer {token}"}
    assert admin.get("/v1.0/me", headers=headers).status_code == 200

    admin.delete(f"/v1.0/users/{made.json()['id']}")

    assert admin.get("/v1.0/me", headers=headers).status_code == 401


def session_of(login: TestClient, name: str, password: str) -> str:
    fields = {"client_id": AZURE_CLI, "username": name, "password": password, "scope": SCOPE}
    return str(ask(login, "organizations", grant_type="password", **fields).json()["access_token"])


def test_one_changes_the_own_password_knowing_the_present_one(
    people: People, login: TestClient, admin: TestClient
) -> None:
    """A stolen token alone does not change it, and guessing locks the account as on the sign-in page."""
    change = {"currentPassword": PASSWORD, "newPassword": NEW}
    wrong = admin.post("/v1.0/me/changePassword", json=change | {"currentPassword": "x"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "Request_BadRequest")
    assert admin.post("/v1.0/me/changePassword", json=change | {"newPassword": "plain"}).status_code == 400
    assert admin.post("/v1.0/me/changePassword", json={"newPassword": NEW}).status_code == 400

    assert admin.post("/v1.0/me/changePassword", json=change).status_code == 204
    assert [try_password(login, people.technician.upn, each) for each in (PASSWORD, NEW)] == [400, 200]
    for _ in range(12):
        admin.post("/v1.0/me/changePassword", json=change | {"currentPassword": "guess"})
    assert try_password(login, people.technician.upn, NEW) == 400


def test_a_program_signs_in_with_what_it_was_given(people: People, login: TestClient, admin: TestClient) -> None:
    """With its secret as long as it has it, and while it is present and registered."""
    app = admin.post("/v1.0/applications", json={"displayName": "Deployer"}).json()
    secret = admin.post(f"/v1.0/applications/{app['id']}/addPassword", json={}).json()["secretText"]
    assert try_secret(login, people.fabrikam.id, app["appId"], secret).status_code == 400  # not present yet
    sp = admin.post("/v1.0/servicePrincipals", json={"appId": app["appId"]}).json()
    assert try_secret(login, people.fabrikam.id, app["appId"], secret).status_code == 200

    admin.patch(f"/v1.0/servicePrincipals/{sp['id']}", json={"accountEnabled": False})
    assert try_secret(login, people.fabrikam.id, app["appId"], secret).status_code >= 400
    admin.patch(f"/v1.0/servicePrincipals/{sp['id']}", json={"accountEnabled": True})
    admin.delete(f"/v1.0/applications/{app['id']}")
    assert try_secret(login, people.fabrikam.id, app["appId"], secret).status_code == 400
    admin.post(f"/v1.0/directory/deletedItems/{app['id']}/restore")
    assert try_secret(login, people.fabrikam.id, app["appId"], secret).status_code == 200


def test_a_service_principals_own_secret_is_good_in_its_tenant_only(
    people: People, login: TestClient, admin: TestClient
) -> None:
    """A secret of the registration is good wherever the program is present; one of a service principal is not."""
    abroad = naming.service_principal(people.contoso, "automation", app_id=people.automation.app_id)
    with people.writing() as call:
        service.put_service_principal(call, abroad)
    made = admin.post(f"/v1.0/servicePrincipals/{people.automation.id}/addPassword", json={})
    secret = made.json()["secretText"]

    assert try_secret(login, people.fabrikam.id, people.automation.app_id, secret).status_code == 200
    assert try_secret(login, people.contoso.id, people.automation.app_id, secret).status_code == 401
    admin.post(f"/v1.0/servicePrincipals/{people.automation.id}/removePassword", json={"keyId": made.json()["keyId"]})
    assert try_secret(login, people.fabrikam.id, people.automation.app_id, secret).status_code == 401
