"""What Graph writes, on either database."""

from tests.wire.entra.town import town_on

READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"


def test_every_database_keeps_what_graph_writes(database_url: str) -> None:
    """Users with a profile, nested groups, owners, applications found by address, roles, deletion and return."""
    with town_on(database_url) as town:
        user = town.make(
            "users", displayName="Ada", userPrincipalName="ada@contoso.example", otherMails=["a@b.example"]
        )
        outer, inner = town.make("groups", displayName="Outer"), town.make("groups", by="member", displayName="Inner")
        assert town("POST", f"/groups/{outer}/members/$ref", town.ref(inner)).status == 204
        assert town("POST", f"/groups/{inner}/members/$ref", town.ref(user), by="member").status == 204
        assert set(town.get(f"/groups/{outer}/transitiveMembers").ids) == {inner, user}
        uri = "https://ada.contoso.example"
        app = town("POST", "/applications", {"displayName": "Ada", "identifierUris": [uri]}, by="member").body
        assert town.get(f"/applications?$filter=identifierUris/any(u:u eq '{uri}')").ids == [app["id"]]
        again = town("POST", "/applications", {"displayName": "Eve", "identifierUris": [uri]})
        assert "identifierUris already exists" in again.said
        assert town("POST", f"/applications/{app['id']}/addPassword", {}, by="member").status == 200
        role = {"principalId": town.id("robot"), "roleDefinitionId": READERS}
        assert town("POST", "/roleManagement/directory/roleAssignments", role).status == 201
        assert town.get("/users", by="robot").status == 200
        for path in (f"users/{user}", f"groups/{inner}", f"applications/{app['id']}"):
            assert town("DELETE", f"/{path}").status == 204
        for id in (inner, user, app["id"]):
            assert town("POST", f"/directory/deletedItems/{id}/restore").status == 200
        assert town.get(f"/users/{user}").body["otherMails"] == ["a@b.example"]
        assert set(town.get(f"/groups/{outer}/transitiveMembers").ids) == {inner, user}
        assert town.get(f"/groups/{inner}/owners").ids == [town.id("member")]
