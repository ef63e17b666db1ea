"""Who hears what of Graph: members, guests, programs, administrators of each kind, and strangers."""

from typing import Any

import pytest

from tests.wire.entra.town import ADMINS, PASSWORD, Town

EVERYBODY = ("member", "guest", "robot", *ADMINS, "robot-reader", "robot-global", "foreign-admin")


def status(town: Town, by: str, method: str, path: str, body: Any = None) -> int:
    return town(method, path, body, by=by).status


def may(town: Town, method: str, path: str, body: Any) -> set[str]:
    """Those who are not refused."""
    return {by for by in EVERYBODY if status(town, by, method, path, body() if callable(body) else body) != 403}


def test_members_read_everything(town: Town) -> None:
    """Default permissions of members: read all users, groups, applications, roles and the organization."""
    for path in ("/users", "/groups", "/applications", "/servicePrincipals", "/directoryRoles", "/organization", "/domains",
                 f"/users/{town.id('owner')}/memberOf", "/roleManagement/directory/roleAssignments"):  # fmt: skip
        assert status(town, "member", "GET", path) == 200, path


def test_guests_get_no_lists(town: Town) -> None:
    """A guest cannot enumerate users, groups and other objects of the directory, however the list is asked for."""
    for path in (
        "/users",
        f"/users?$filter=userPrincipalName eq '{town.people.owner.upn}'",
        "/groups",
        "/groups?$filter=displayName eq 'staff'",
        "/applications",
        "/servicePrincipals",
        "/directoryRoles/roleTemplateId=x/members",
        "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members",
        "/roleManagement/directory/roleAssignments",
        "/directory/deletedItems/microsoft.graph.user",
        f"/users/{town.id('member')}/memberOf",
        f"/users/{town.id('member')}/ownedObjects",
    ):
        assert status(town, "guest", "GET", path) in (403, 404), path
    batch = {"requests": [{"id": "1", "method": "GET", "url": "/users"}]}
    assert town("POST", "/$batch", batch, by="guest").body["responses"][0]["status"] == 403
    for name in ("checkMemberGroups", "getMemberGroups", "getMemberObjects"):
        body = {"groupIds": [town.id("staff")]}
        assert status(town, "guest", "POST", f"/users/{town.id('member')}/{name}", body) == 403


def test_guests_see_little_of_others_and_all_of_themselves(town: Town) -> None:
    """Of another user a guest reads name, mail, sign-in name and type; of itself everything, with its groups."""
    town("PATCH", f"/users/{town.id('colleague')}", {"mobilePhone": "+49 30 1", "jobTitle": "Cook"})
    other = town.get(f"/users/{town.id('colleague')}", by="guest").body
    assert other["displayName"] == "colleague"
    assert (other["mobilePhone"], other["jobTitle"], other["accountEnabled"]) == (None, None, None)
    assert town.get(f"/users/{town.id('colleague')}", by="member").body["jobTitle"] == "Cook"

    assert town.get("/me", by="guest").body["accountEnabled"] is True
    assert town.get("/me/memberOf", by="guest").ids == [town.id("staff")]
    members = town.get(f"/groups/{town.id('staff')}/members", by="guest").body["value"]
    assert {each["accountEnabled"] for each in members if each["id"] == town.id("member")} == {None}
    found = town("POST", "/directoryObjects/getByIds", {"ids": [town.id("colleague")]}, by="guest").body["value"]
    assert [each["jobTitle"] for each in found] == [None]


def test_programs_read_nothing_without_a_role(town: Town) -> None:
    """An application has no default permissions: it reads with Directory Readers, or any other role."""
    for path in ("/users", f"/users/{town.id('member')}", "/organization", f"/servicePrincipals/{town.id('robot')}"):
        refused = town.get(path, by="robot")
        assert (refused.status, refused.code) == (403, "Authorization_RequestDenied")
        assert refused.said == "Insufficient privileges to complete the operation."
        assert status(town, "robot-reader", "GET", path) == 200
    assert town("POST", "/directoryObjects/getByIds", {"ids": []}, by="robot").status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("POST", "/users", {}, {"global", "users-admin", "writer", "robot-global"}),
        ("PATCH", "/users/{colleague}", {"city": "Rome"}, {"global", "users-admin", "writer", "robot-global"}),
        ("PATCH", "/users/{colleague}", {"passwordProfile": {"password": PASSWORD}}, {"global", "users-admin", "robot-global"}),
        ("DELETE", "/users/{nowhere}", None, {"global", "users-admin", "robot-global"}),
        ("POST", "/groups", {}, {"member", *ADMINS, "robot-global"}),
        ("PATCH", "/groups/{staff}", {"description": "x"}, {"global", "users-admin", "groups-admin", "writer", "robot-global"}),
        ("DELETE", "/groups/{nowhere}", None, {"global", "users-admin", "groups-admin", "robot-global"}),
        ("POST", "/applications", {}, {"member", *ADMINS, "robot-global"}),
        ("DELETE", "/applications/{nowhere}", None, {"global", "apps-admin", "robot-global"}),
        ("PATCH", "/servicePrincipals/{robot}", {"notes": "x"}, {"global", "apps-admin", "robot-global"}),
        ("POST", "/servicePrincipals", {"appId": "x"}, {"global", "apps-admin", "robot-global"}),
        ("POST", "/invitations", {"invitedUserEmailAddress": "x@y.example", "inviteRedirectUrl": "https://x"},
         {"member", *ADMINS, "robot-global"}),
        ("POST", "/roleManagement/directory/roleAssignments",
         {"principalId": "{nowhere}", "roleDefinitionId": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"}, {"global", "robot-global"}),
    ],
)  # fmt: skip
def test_who_may_write(town: Town, method: str, path: str, body: Any, allowed: set[str]) -> None:
    """Each role may what it is for; everybody else hears 403, strangers from another tenant too."""
    names = {name: one.id for name, one in town.known.items()} | {"nowhere": "99999999-0000-4000-8000-000000000000"}
    for name, id in names.items():
        path = path.replace(f"{{{name}}}", id)

    assert may(town, method, path, body) - {"foreign-admin"} == allowed
    if path not in ("/users", "/groups", "/applications", "/servicePrincipals", "/invitations") and "role" not in path:
        assert status(town, "foreign-admin", method, path, body) in (403, 404)


def test_administrators_are_spared(town: Town) -> None:
    """Who manages users does not thereby take over an administrator: password, name and deletion are for the highest role."""
    path = f"/users/{town.id('groups-admin')}"
    for body in (
        {"passwordProfile": {"password": PASSWORD}},
        {"accountEnabled": False},
        {"userPrincipalName": "x@contoso.example"},
    ):
        assert status(town, "users-admin", "PATCH", path, body) == 403
        assert status(town, "writer", "PATCH", path, body) == 403
    assert status(town, "users-admin", "DELETE", path) == 403
    assert status(town, "users-admin", "PATCH", path, {"jobTitle": "Groupkeeper"}) == 204
    assert status(town, "global", "PATCH", path, {"passwordProfile": {"password": PASSWORD}}) == 204


def test_nobody_writes_another_tenants_directory(town: Town) -> None:
    """The highest role of one tenant is nothing in another: its objects are not even there."""
    for method, path, body in (
        ("PATCH", f"/users/{town.id('member')}", {"city": "x"}),
        ("DELETE", f"/users/{town.id('member')}", None),
        ("PATCH", f"/groups/{town.id('staff')}", {"description": "x"}),
        ("DELETE", f"/groups/{town.id('staff')}", None),
        ("POST", f"/groups/{town.id('staff')}/members/$ref", town.ref("foreign-admin")),
        ("POST", f"/groups/{town.id('staff')}/owners/$ref", town.ref("foreign-admin")),
        ("DELETE", f"/servicePrincipals/{town.id('robot')}", None),
        ("POST", f"/servicePrincipals/{town.id('robot')}/addPassword", {}),
        ("DELETE", f"/directoryObjects/{town.id('member')}", None),
        ("GET", f"/users/{town.id('member')}", None),
        ("GET", f"/groups/{town.id('staff')}/owners", None),
        ("GET", f"/groups/{town.id('staff')}/members", None),
        ("GET", f"/organization/{town.people.contoso.id}", None),
    ):
        assert status(town, "foreign-admin", method, path, body) in (403, 404), (method, path)
    group = town.make("groups", displayName="Foreigners", by="foreign-admin")
    assert town("POST", f"/groups/{group}/members/$ref", town.ref("member"), by="foreign-admin").status == 404


def test_a_guest_that_owns_a_group_changes_it(town: Town) -> None:
    """Owning is the one way in which a guest changes something of a directory."""
    id = town.make("groups", displayName="Of a guest")
    assert status(town, "guest", "PATCH", f"/groups/{id}", {"description": "x"}) == 403
    assert town("POST", f"/groups/{id}/owners/$ref", town.ref("guest")).status == 204

    assert status(town, "guest", "PATCH", f"/groups/{id}", {"description": "x"}) == 204
    assert town.get("/me/ownedObjects", by="guest").ids == [id]
