"""Batches and objects of any type."""

import base64
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.entra.town import Town


def batch(town: Town, *requests: dict[str, Any], by: str = "global") -> list[dict[str, Any]]:
    heard = town("POST", "/$batch", {"requests": list(requests)}, by=by)
    assert heard.status == 200, heard.body
    return list(heard.body["responses"])


def ask(id: str, method: str, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    return {"id": id, "method": method, "url": url, **({"body": body} if body is not None else {}), **more}


def test_a_batch_is_served_in_order_each_on_its_own(town: Town) -> None:
    """A failed request leaves the others as they are, but for those that depend on it."""
    group = {"displayName": "Batched", "mailNickname": "b", "mailEnabled": False, "securityEnabled": True}
    found = batch(
        town,
        ask("1", "POST", "/groups", group, headers={"Content-Type": "application/json"}),
        ask("2", "GET", "/groups?$filter=displayName eq 'Batched'", dependsOn=["1"]),
        ask("3", "GET", "/users/nobody%40nowhere.example"),
        ask("4", "GET", "/me", dependsOn=["3"]),
        ask("5", "GET", "me?$select=id"),
    )

    assert {each["id"]: each["status"] for each in found} == {"1": 201, "2": 200, "3": 404, "4": 424, "5": 200}
    by_id = {each["id"]: each["body"] for each in found}
    assert by_id["2"]["value"][0]["id"] == by_id["1"]["id"]
    assert by_id["3"]["error"]["code"] == "Request_ResourceNotFound"
    assert {name for name in by_id["5"] if name[0] != "@"} == {"id"}


def test_a_body_may_be_a_text(town: Town) -> None:
    """Some clients put JSON into JSON."""
    [found] = batch(town, ask("1", "POST", "/directoryObjects/getByIds", '{"ids": []}'))
    assert (found["status"], found["body"]["value"]) == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"requests": []},
        {"requests": "x"},
        {"requests": [1]},
        {"requests": [{"id": "1"}]},
        {"requests": [ask("1", "GET", "/$batch")]},
        {"requests": [ask("1", "GET", "/me"), ask("1", "GET", "/me")]},
        {"requests": [ask("1", "GET", "/me", dependsOn=["2"]), ask("2", "GET", "/me")]},
        {"requests": [ask(str(n), "GET", "/me") for n in range(21)]},
        {"requests": [ask("1", "TRACE", "/me")]},
        {"requests": [ask("1", "GET", "/me", headers={"x": 1})]},
        {"requests": [ask("1", "POST", "/groups", "{")]},
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(town: Town, body: Any) -> None:
    """Nothing of it is served."""
    assert town("POST", "/$batch", body).status == 400


def test_objects_of_any_type(town: Town) -> None:
    """DirectoryObjects are read, found by their ids, and deleted by the rules of their type."""
    made = town("POST", "/applications", {"displayName": "Any"}).body
    wanted = [made["id"], town.id("member"), town.id("staff"), town.id("robot"), town.people.technician.id, "x"]
    found = town("POST", "/directoryObjects/getByIds", {"ids": wanted}).body["value"]
    assert {each["@odata.type"].rpartition(".")[2] for each in found} == {
        "application",
        "user",
        "group",
        "servicePrincipal",
    }
    only = town("POST", "/directoryObjects/getByIds", {"ids": wanted, "types": ["application"]})
    assert only.ids == [made["id"]]
    assert town("POST", "/directoryObjects/getByIds", {"ids": ["x"] * 1001}).status == 400

    assert town.get(f"/directoryObjects/{made['id']}").body["@odata.type"] == "#microsoft.graph.application"
    assert town("DELETE", f"/directoryObjects/{made['id']}", by="users-admin").status == 403
    assert town("DELETE", f"/directoryObjects/{made['id']}", by="apps-admin").status == 204
    user = town.make("users", displayName="Anybody", userPrincipalName="anybody@contoso.example")
    assert town("DELETE", f"/directoryObjects/{user}", by="apps-admin").status == 403
    assert town("DELETE", f"/directoryObjects/{user}").status == 204
    assert town("DELETE", f"/directoryObjects/{user}").status == 404


def test_every_answer_says_which_it_is(town: Town) -> None:
    """The sender's own id comes back in a header and in the error; ours stands beside it."""
    own = "12345678-0000-4000-8000-000000000000"
    heard = town.get("/users/nobody", **{"client-request-id": own})

    inner = heard.body["error"]["innerError"]
    assert inner["client-request-id"] == heard.headers["client-request-id"] == own
    assert inner["request-id"] == heard.headers["request-id"] != own
    assert set(inner) == {"date", "request-id", "client-request-id"}


@pytest.mark.parametrize(
    "path",
    [
        "/users//", "/users/%00", "/users/..%2f..%2fgroups", "/" + "a/" * 40, "/users('", "/users('')", "/users(')",
        "/groups/x/members/y/$ref/z", "/$batch", "/me/$ref", "/applications(appId='')", "/applications(appId=",
        "/users?$filter=%00", "/users?$select=" + "a," * 5000, "/users?$top=%00", "/directory/deletedItems",
        "/groups/%F0%9F%98%80", "/users/" + "x" * 4000, "/users/%ff%fe", "/users(a='b',c='d')",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused(town: Town, path: str) -> None:
    """Nothing a stranger writes into an address breaks anything."""
    for method in ("GET", "PATCH", "DELETE"):
        assert town(method, path, {} if method == "PATCH" else None).status in (200, 400, 404, 405), method


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = ["displayName", "mailNickname", "userPrincipalName", "passwordProfile", "accountEnabled", "mailEnabled",
          "securityEnabled", "groupTypes", "members@odata.bind", "web", "api", "identifierUris", "keyCredentials", "appId",
          "tags", "appRoles", "passwordCredential", "ids", "types", "groupIds", "@odata.id", "principalId",
          "roleDefinitionId", "directoryScopeId", "name", "issuer", "subject", "audiences", "invitedUserEmailAddress",
          "inviteRedirectUrl", "invitedUserType", "requests", "keyId", "userType", "description", "mail",
          "signInAudience", "isFallbackPublicClient", "info"]  # fmt: skip
_BODIES = st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=5) | _JSON
_DOORS = [
    ("POST", "/users"), ("POST", "/groups"), ("POST", "/applications"), ("POST", "/servicePrincipals"),
    ("PATCH", "/users/{member}"), ("PATCH", "/groups/{staff}"), ("PATCH", "/servicePrincipals/{robot}"),
    ("POST", "/groups/{staff}/members/$ref"), ("POST", "/groups/{staff}/owners/$ref"),
    ("POST", "/servicePrincipals/{robot}/addPassword"), ("POST", "/servicePrincipals/{robot}/removePassword"),
    ("POST", "/directoryObjects/getByIds"), ("POST", "/users/{member}/checkMemberGroups"),
    ("POST", "/users/{member}/getMemberGroups"), ("POST", "/invitations"), ("POST", "/$batch"),
    ("POST", "/roleManagement/directory/roleAssignments"), ("POST", "/directoryRoles"),
]  # fmt: skip


@given(st.sampled_from(_DOORS), _BODIES)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_is_taken_or_refused(town: Town, door: tuple[str, str], body: Any) -> None:
    """Whatever a body holds, it is never our fault that is answered."""
    method, path = door
    for name in ("member", "staff", "robot"):
        path = path.replace(f"{{{name}}}", town.id(name))
    assert town(method, path, body).status < 500


def test_huge_bodies_are_not_read(town: Town) -> None:
    """A body has a bound, and so has what is kept of an object."""
    assert town("POST", "/groups", {"displayName": "x" * 300_000}).status == 413
    nested = "[" * 100_000
    answer = town.client.post("/v1.0/groups", content=nested, headers={"Authorization": "Bearer global"})
    assert answer.status_code == 400
    assert town("POST", "/applications", {"displayName": "Tags", "tags": ["x"] * 1001}).status == 400


def test_a_page_token_of_another_list_leads_nowhere_bad(town: Town) -> None:
    """A token holds a place, and no rights."""
    token = base64.urlsafe_b64encode(f"id:{town.people.technician.id}".encode()).decode().rstrip("=")
    heard = town.get(f"/users?$skiptoken={token}", by="member")

    assert heard.status == 200
    assert town.people.technician.id not in heard.ids
    assert town.get(f"/users?$skiptoken={token}", by="guest").status == 403
