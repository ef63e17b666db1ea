"""Roles of the directory by Graph, and the tenant itself."""

from tests.wire.entra.town import Town

READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
GLOBAL = "62e90394-69f5-4237-9190-012177145e10"


def test_roles_are_read_in_both_spellings(town: Town) -> None:
    """Each role has an object in the tenant and a definition that is the same everywhere."""
    roles = town.get("/directoryRoles", by="member").body["value"]
    definitions = town.get("/roleManagement/directory/roleDefinitions", by="member").body["value"]
    assert {each["roleTemplateId"] for each in roles} == {each["id"] for each in definitions}
    assert town.get(f"/roleManagement/directory/roleDefinitions/{READERS}").body["displayName"] == "Directory Readers"
    assert town.get(f"/directoryRoles(roleTemplateId='{READERS}')").body["displayName"] == "Directory Readers"
    assert town("POST", "/directoryRoles", {"roleTemplateId": READERS}).status == 201
    assert town.get("/directoryRoles/nothing").status == 404
    assert town.get("/directoryRoleTemplates").names == sorted(each["displayName"] for each in roles)


def test_a_role_is_given_and_taken(town: Town) -> None:
    """Whoever holds it may what it says from the next request on, and no longer than it is held."""
    assert town.get("/users", by="robot").status == 403
    body = {"principalId": town.id("robot"), "roleDefinitionId": READERS, "directoryScopeId": "/"}
    made = town("POST", "/roleManagement/directory/roleAssignments", body)
    assert made.status == 201
    assert town.get("/users", by="robot").status == 200

    again = town("POST", "/roleManagement/directory/roleAssignments", body)
    assert (again.status, "conflicting object" in again.said) == (400, True)
    path = "/roleManagement/directory/roleAssignments"
    assert town.get(f"{path}?$filter=principalId eq '{town.id('robot')}'").ids == [made.body["id"]]
    assert town.get(f"{path}/{made.body['id']}").body["roleDefinitionId"] == READERS
    assert town.id("robot") in town.get(f"/directoryRoles(roleTemplateId='{READERS}')/members").ids
    assert town("DELETE", f"{path}/{made.body['id']}").status == 204
    assert town("DELETE", f"{path}/{made.body['id']}").status == 404
    assert town.get("/users", by="robot").status == 403


def test_a_role_is_given_by_reference(town: Town) -> None:
    """The older spelling: members of a directoryRole."""
    members = f"/directoryRoles(roleTemplateId='{READERS}')/members"
    assert town("POST", f"{members}/$ref", town.ref("guest")).status == 204
    assert town.get("/users", by="guest").status == 200
    own = town.get("/me/memberOf", by="guest").body["value"]
    assert "#microsoft.graph.directoryRole" in {each["@odata.type"] for each in own}
    assert town("DELETE", f"{members}/{town.id('guest')}/$ref").status == 204
    assert town.get("/users", by="guest").status == 403


def test_only_the_highest_role_gives_roles(town: Town) -> None:
    """Nobody else makes administrators, not even of oneself."""
    body = {"principalId": town.id("users-admin"), "roleDefinitionId": GLOBAL}
    for by in ("users-admin", "apps-admin", "writer", "member"):
        assert town("POST", "/roleManagement/directory/roleAssignments", body, by=by).status == 403
    assert town("POST", "/roleManagement/directory/roleAssignments", body, by="foreign-admin").status == 404
    assert town("POST", "/roleManagement/directory/roleAssignments", body | {"directoryScopeId": "/x"}).status == 400
    group = {"principalId": town.id("staff"), "roleDefinitionId": READERS}
    assert town("POST", "/roleManagement/directory/roleAssignments", group).status == 400


def test_the_tenant_is_its_organization(town: Town) -> None:
    """Everybody in the tenant reads it; another tenant is not there."""
    contoso = town.people.contoso
    [shown] = town.get("/organization", by="guest").body["value"]
    assert (shown["id"], shown["verifiedDomains"][0]["name"]) == (contoso.id, contoso.domain)
    assert town.get(f"/organization/{contoso.id}").body["displayName"] == contoso.display_name
    assert town.get(f"/organization/{town.people.fabrikam.id}").status == 404
    assert town.get("/domains").body["value"][0]["id"] == contoso.domain
    assert town.get(f"/domains/{contoso.domain}").body["isVerified"] is True
    assert town.get("/domains/elsewhere.example").status == 404


def test_an_account_of_another_tenant_is_invited(town: Town) -> None:
    """The guest stands for the account; inviting it again finds the same guest."""
    body = {"invitedUserEmailAddress": "foreign-admin@fabrikam.example", "inviteRedirectUrl": "https://portal.example"}
    made = town("POST", "/invitations", body | {"invitedUserDisplayName": "From afar"}, by="member")
    assert (made.status, made.body["status"]) == (201, "Completed")
    guest = town.get(f"/users/{made.body['invitedUser']['id']}").body
    assert (guest["userType"], guest["displayName"]) == ("Guest", "From afar")
    assert guest["userPrincipalName"] == "foreign-admin_fabrikam.example#EXT#@contoso.example"

    assert town("POST", "/invitations", body).body["invitedUser"]["id"] == guest["id"]
    assert town("POST", "/invitations", body, by="guest").status == 403
    for address, said in (("member@contoso.example", "already exists"), ("nobody@nowhere.example", "Nobody signs in")):
        refused = town("POST", "/invitations", body | {"invitedUserEmailAddress": address})
        assert (refused.status, said in refused.said) == (400, True)
    assert town("POST", "/invitations", body | {"invitedUserType": "Member"}, by="member").status in (201, 403)
