"""The reading half of Graph, as az asks it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from lightkeeper.directory import naming, service
from tests.directory.people import SECRET, People
from tests.wire.entra.programs import ARM_SCOPE, ask, session

GRAPH_SCOPE = "https://localhost:8444//.default openid profile offline_access"


@pytest.fixture
def az(people: People, login: TestClient, graph: TestClient) -> TestClient:
    """Graph, with the technician's token."""
    token = session(login, people.technician.upn, scope=GRAPH_SCOPE)["access_token"]
    graph.headers["Authorization"] = f"Bearer {token}"
    return graph


def names(answer: Any) -> list[str]:
    return [each["displayName"] for each in answer.json()["value"]]


def test_me_is_the_person_signed_in(people: People, az: TestClient) -> None:
    """Az ad signed-in-user show."""
    body = az.get("/v1.0/me").json()

    assert (body["id"], body["userPrincipalName"]) == (people.technician.id, people.technician.upn)
    assert body["@odata.context"] == "https://localhost:8444/v1.0/$metadata#users/$entity"


def test_an_application_is_nobodys_me(people: People, login: TestClient, graph: TestClient) -> None:
    """/me needs a person."""
    fields = {"grant_type": "client_credentials", "client_id": people.automation.app_id, "client_secret": SECRET}
    token = ask(login, people.fabrikam.id, **fields, scope="https://localhost:8444/.default").json()["access_token"]
    answer = graph.get("/v1.0/me", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_users_are_found_by_id_name_and_filter(people: People, az: TestClient) -> None:
    """Az ad user show; az role assignment create --assignee."""
    for path in (people.technician.id, people.technician.upn, people.technician.upn.upper()):
        assert az.get(f"/v1.0/users/{path}").json()["id"] == people.technician.id
    found = az.get("/v1.0/users", params={"$filter": f"userPrincipalName eq '{people.technician.upn}'"})
    assert [each["id"] for each in found.json()["value"]] == [people.technician.id]


def test_service_principals_are_found_by_application_id(people: People, az: TestClient) -> None:
    """Az ad sp show --id APPID; az ad sp list --display-name."""
    wanted = [
        f"servicePrincipalNames/any(c:c eq '{people.automation.app_id}')",
        f"servicePrincipalNames/any(x: x eq '{people.automation.app_id.upper()}')",
        "displayName eq 'Automation'",
        "startswith(displayName,'auto')",
    ]
    for each in wanted:
        found = az.get("/v1.0/servicePrincipals", params={"$filter": each}).json()["value"]
        assert [one["appId"] for one in found] == [people.automation.app_id], each
    assert az.get(f"/v1.0/servicePrincipals/{people.automation.id}").json()["servicePrincipalType"] == "Application"
    assert names(az.get("/v1.0/servicePrincipals", params={"$filter": "startswith(displayName,'%')"})) == []


def test_groups_and_their_members(people: People, az: TestClient) -> None:
    """Az ad group show, member list and member check; members carry their type."""
    assert names(az.get("/v1.0/groups", params={"$filter": "displayName eq 'tier1' and mailNickname eq 'tier1'"})) == [
        "tier1"
    ]
    assert az.get(f"/v1.0/groups/{people.tier1.id}").json()["securityEnabled"] is True
    [member] = az.get(f"/v1.0/groups/{people.tier1.id}/members").json()["value"]
    assert (member["@odata.type"], member["id"]) == ("#microsoft.graph.user", people.technician.id)
    checked = az.post(
        f"/v1.0/directoryObjects/{people.technician.id}/checkMemberGroups",
        json={"groupIds": [people.tier1.id, people.automation.id]},
    )
    assert checked.json()["value"] == [people.tier1.id]


def test_objects_are_got_by_their_ids(people: People, az: TestClient) -> None:
    """Az role assignment list asks for all principals at once; unknown ones and other tenants' are left out."""
    wanted = [people.technician.id, people.tier1.id, people.owner.id, "not-a-guid"]
    body = {"ids": wanted, "types": ["user", "group", "servicePrincipal", "directoryObjectPartnerReference"]}
    found = az.post("/v1.0/directoryObjects/getByIds", json=body).json()["value"]
    assert {each["id"] for each in found} == {people.technician.id, people.tier1.id}
    users = az.post("/v1.0/directoryObjects/getByIds", json=body | {"types": ["user"]}).json()["value"]
    assert [each["id"] for each in users] == [people.technician.id]


def test_lists_are_paged(people: People, az: TestClient) -> None:
    """Graph lists page by @odata.nextLink, and every object comes once."""
    with people.writing() as call:
        for n in range(5):
            service.put_group(call, naming.group(people.fabrikam, f"team{n}"))
    seen: list[str] = []
    link = "/v1.0/groups?$top=2&$select=id,displayName"
    while link:
        body = az.get(link).json()
        assert len(body["value"]) <= 2 and set(body["value"][0]) == {"id", "displayName"}
        seen += [each["id"] for each in body["value"]]
        link = body.get("@odata.nextLink", "")

    assert len(seen) == len(set(seen)) == 6


def test_another_tenants_objects_do_not_exist(people: People, az: TestClient) -> None:
    """A directory is read by those who signed in to it."""
    for path in (f"users/{people.owner.id}", f"users/{people.owner.upn}", f"groups/{people.technician.id}", "users/x"):
        answer = az.get(f"/v1.0/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "Request_ResourceNotFound"), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1.0/users?$filter=nonsense", 400),
        ("/v1.0/users?$top=0", 400),
        ("/v1.0/users?$top=x", 400),
        ("/v1.0/nothing", 400),
        ("/", 404),
    ],
)
def test_mistakes_get_odatas_envelope(az: TestClient, path: str, status: int) -> None:
    """Az prints `error.message`."""
    answer = az.get(path)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "innerError"}


def test_a_body_that_is_none_is_refused(az: TestClient) -> None:
    """What cannot be read changes nothing."""
    assert az.put("/v1.0/groups", json={"displayName": "x"}).status_code == 405
    assert az.post("/v1.0/directoryObjects/getByIds", content=b"{").status_code == 400
    assert az.post("/v1.0/directoryObjects/getByIds", json={"ids": "x"}).status_code == 400
    assert az.post("/v1.0/groups", json=["x"]).status_code == 400


def test_graph_wants_its_own_tokens(people: People, login: TestClient, graph: TestClient) -> None:
    """A token for ARM, or none, is refused with one code."""
    arm = session(login, people.technician.upn, scope=ARM_SCOPE)["access_token"]
    for value in ("", "Bearer", "Bearer x", "Basic eDp5", f"Bearer {arm}"):
        answer = graph.get("/v1.0/me", headers={"Authorization": value})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken"), value
        assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_the_scope_without_a_resource_means_graph(people: People, login: TestClient, graph: TestClient) -> None:
    """A bare permission such as User.Read belongs to Graph."""
    token = session(login, people.technician.upn, scope="User.Read openid")["access_token"]

    assert graph.get("/v1.0/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
