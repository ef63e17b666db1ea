"""Groups by Graph: az ad group."""

from typing import Any

import pytest

from tests.wire.entra.places import GRAPH
from tests.wire.entra.town import Town


def test_a_group_is_made_read_changed_and_deleted(town: Town) -> None:
    """The verbs of az ad group, one after the other."""
    body = {"displayName": "Night Shift", "mailNickname": "night", "mailEnabled": False, "securityEnabled": True}
    made = town("POST", "/groups", body | {"description": "At night"}, by="groups-admin")
    assert made.status == 201
    assert (made.body["securityEnabled"], made.body["groupTypes"]) == (True, [])
    path = f"/groups/{made.body['id']}"

    assert town("PATCH", path, {"displayName": "Late Shift", "description": None}).status == 204
    shown = town.get(path).body
    assert (shown["displayName"], shown["description"]) == ("Late Shift", None)

    assert town("DELETE", path).status == 204
    assert town.get(path).status == 404
    assert [kind for kind, _ in town.logged()[-3:]] == ["GroupWritten", "GroupWritten", "PrincipalDeleted"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mailEnabled": True}, "mail-enabled groups"),
        ({"securityEnabled": False}, "mail-enabled groups"),
        ({"groupTypes": ["DynamicMembership"]}, "DynamicMembership"),
        ({"isAssignableToRole": True}, "not supported here"),
        ({"mailNickname": None}, "'mailNickname'"),
        ({"displayName": ""}, "'displayName'"),
        ({"members@odata.bind": ["nowhere"]}, "Invalid URL format"),
        ({"members@odata.bind": [f"{GRAPH}/v1.0/directoryObjects/{'0' * 36}"] * 21}, "more than 20"),
    ],
)
def test_a_malformed_group_is_refused(town: Town, change: dict[str, Any], said: str) -> None:
    """A group is a security group, or of type Unified with a mailbox."""
    body = {"displayName": "Odd", "mailNickname": "odd", "mailEnabled": False, "securityEnabled": True}
    heard = town("POST", "/groups", body | change)

    assert heard.status == 400
    assert said in heard.said


def test_a_group_of_microsoft_365_holds_people_only(town: Town) -> None:
    """Unified groups take users as members."""
    id = town.make("groups", displayName="Office", mailEnabled=True, securityEnabled=False, groupTypes=["Unified"])

    assert town.get(f"/groups/{id}").body["groupTypes"] == ["Unified"]
    assert town("POST", f"/groups/{id}/members/$ref", town.ref("member")).status == 204
    refused = town("POST", f"/groups/{id}/members/$ref", town.ref("robot"))
    assert (refused.status, refused.code) == (400, "Request_BadRequest")


def test_members_come_and_go(town: Town) -> None:
    """Az ad group member add, list, check and remove; the second adding and the second removing are refused."""
    id = town.make("groups", displayName="Movers")
    add = f"/groups/{id}/members/$ref"

    assert town("POST", add, town.ref("member")).status == 204
    again = town("POST", add, town.ref("member"))
    assert (again.status, again.said) == (
        400,
        "One or more added object references already exist for the following modified properties: 'members'.",
    )
    [shown] = town.get(f"/groups/{id}/members").body["value"]
    assert (shown["@odata.type"], shown["id"]) == ("#microsoft.graph.user", town.id("member"))
    asked = {"groupIds": [id, town.id("staff")]}
    checked = town("POST", f"/directoryObjects/{town.id('member')}/checkMemberGroups", asked)
    assert set(checked.body["value"]) == {id, town.id("staff")}

    remove = f"/groups/{id}/members/{town.id('member')}/$ref"
    assert town("DELETE", remove).status == 204
    gone = town("DELETE", remove)
    assert (gone.status, gone.code) == (404, "Request_ResourceNotFound")
    assert [kind for kind, _ in town.logged()[-2:]] == ["MemberAdded", "MemberRemoved"]


def test_several_join_at_once_or_none(town: Town) -> None:
    """PATCH with members@odata.bind adds up to twenty; one that is not there leaves the others out, too."""
    id = town.make("groups", displayName="Many")
    bind = [town.ref(name)["@odata.id"] for name in ("member", "colleague", "robot")]

    assert town("PATCH", f"/groups/{id}", {"members@odata.bind": bind}).status == 204
    assert len(town.get(f"/groups/{id}/members").ids) == 3
    bind = [town.ref("owner")["@odata.id"], town.ref("99999999-0000-4000-8000-000000000000")["@odata.id"]]
    assert town("PATCH", f"/groups/{id}", {"members@odata.bind": bind}).status == 404
    assert len(town.get(f"/groups/{id}/members").ids) == 3


def test_groups_in_groups(town: Town) -> None:
    """Direct members are listed apart from those through other groups; a circle is refused."""
    outer, inner = town.make("groups", displayName="Outer"), town.make("groups", displayName="Inner")
    assert town("POST", f"/groups/{outer}/members/$ref", town.ref(inner)).status == 204
    assert town("POST", f"/groups/{inner}/members/$ref", town.ref("colleague")).status == 204

    assert town.get(f"/groups/{outer}/members").ids == [inner]
    assert set(town.get(f"/groups/{outer}/transitiveMembers").ids) == {inner, town.id("colleague")}
    assert town.get(f"/groups/{outer}/transitiveMembers/microsoft.graph.user").ids == [town.id("colleague")]
    assert outer not in town.get(f"/users/{town.id('colleague')}/memberOf").ids
    assert {outer, inner} <= set(town.get(f"/users/{town.id('colleague')}/transitiveMemberOf").ids)
    all_of_them = town("POST", f"/users/{town.id('colleague')}/getMemberGroups", {"securityEnabledOnly": True})
    assert {outer, inner} <= set(all_of_them.body["value"])
    assert town("POST", f"/groups/{inner}/getMemberGroups", {"securityEnabledOnly": False}).body["value"] == [outer]
    circle = town("POST", f"/groups/{inner}/members/$ref", town.ref(outer))
    assert (circle.status, "contain itself" in circle.said) == (400, True)


def test_whoever_makes_a_group_owns_it(town: Town) -> None:
    """Every member may create security groups; owners change them, others do not."""
    id = town.make("groups", by="member", displayName="Of a member")
    assert town.get(f"/groups/{id}/owners").ids == [town.id("member")]

    assert town("POST", f"/groups/{id}/members/$ref", town.ref("colleague"), by="colleague").status == 403
    assert town("POST", f"/groups/{id}/members/$ref", town.ref("colleague"), by="member").status == 204
    assert town("PATCH", f"/groups/{id}", {"description": "Mine"}, by="member").status == 204
    assert town("POST", f"/groups/{id}/owners/$ref", town.ref("colleague"), by="member").status == 204
    assert town("PATCH", f"/groups/{id}", {"description": "Ours"}, by="colleague").status == 204
    assert town.get("/me/ownedObjects", by="colleague").ids == [id]
    assert town("DELETE", f"/groups/{id}/owners/{town.id('member')}/$ref", by="colleague").status == 204
    last = town("DELETE", f"/groups/{id}/owners/{town.id('colleague')}/$ref", by="colleague")
    assert (last.status, "at least one owner" in last.said) == (400, True)
    assert town("DELETE", f"/groups/{id}", by="member").status == 403
    assert town("DELETE", f"/groups/{id}", by="colleague").status == 204


def test_a_group_owns_nothing(town: Town) -> None:
    """Owners are people and programs."""
    id = town.make("groups", displayName="Owned")
    assert town("POST", f"/groups/{id}/owners/$ref", town.ref("staff")).status == 400
    assert town("POST", f"/groups/{id}/owners/$ref", town.ref("robot")).status == 204
    again = town("POST", f"/groups/{id}/owners/$ref", town.ref("robot"))
    assert "already exist" in again.said


def test_every_subject_answers_where_it_belongs(town: Town) -> None:
    """The caller, a user, a group, a program or any object: which groups and roles it has, directly or through others."""
    outer = town.make("groups", displayName="Outer of all")
    inner = town.make("groups", displayName="Inner of all")
    for member in (inner, town.id("global"), town.id("robot")):
        assert town("POST", f"/groups/{outer}/members/$ref", town.ref(member)).status == 204
    subjects = {
        "/me": town.id("global"),
        f"/users/{town.id('global')}": town.id("global"),
        f"/groups/{inner}": inner,
        f"/servicePrincipals/{town.id('robot')}": town.id("robot"),
        f"/directoryObjects/{town.id('robot')}": town.id("robot"),
    }
    for subject in subjects:
        assert outer in town.get(f"{subject}/memberOf").ids
        assert outer in town.get(f"{subject}/transitiveMemberOf").ids
        for question in ("getMemberGroups", "getMemberObjects"):
            assert outer in town("POST", f"{subject}/{question}", {"securityEnabledOnly": False}).body["value"]
        for question, name in (("checkMemberGroups", "groupIds"), ("checkMemberObjects", "ids")):
            assert town("POST", f"{subject}/{question}", {name: [outer, town.id("staff")]}).body["value"] == [outer]
            assert town("POST", f"{subject}/{question}", {name: [outer] * 21}).status == 400


def test_everything_that_can_be_owned_has_owners(town: Town) -> None:
    """Groups, applications and service principals; what somebody owns is listed with its type."""
    app = town("POST", "/applications", {"displayName": "Owned"}).body
    for owned in (f"applications/{app['id']}", f"servicePrincipals/{town.id('robot')}", f"groups/{town.id('staff')}"):
        assert town("POST", f"/{owned}/owners/$ref", town.ref("robot-reader")).status == 204
        assert town("POST", f"/{owned}/owners/$ref", town.ref("owner")).status == 204
        assert set(town.get(f"/{owned}/owners").ids) == {town.id("robot-reader"), town.id("owner")}
    for owner in (f"/users/{town.id('owner')}", f"/servicePrincipals/{town.id('robot-reader')}"):
        found = {each["@odata.type"].rpartition(".")[2] for each in town.get(f"{owner}/ownedObjects").body["value"]}
        assert found == {"application", "servicePrincipal", "group"}
    for owned in (f"applications/{app['id']}", f"servicePrincipals/{town.id('robot')}", f"groups/{town.id('staff')}"):
        assert town("DELETE", f"/{owned}/owners/{town.id('robot-reader')}/$ref").status == 204
        assert town("DELETE", f"/{owned}/owners/{town.id('robot-reader')}/$ref").status == 404


def test_roles_of_applications_are_empty_lists(town: Town) -> None:
    """Roles of applications are not given here, and clients that look find that out."""
    for subject in (
        f"/users/{town.id('member')}",
        f"/groups/{town.id('staff')}",
        f"/servicePrincipals/{town.id('robot')}",
    ):
        assert town.get(f"{subject}/appRoleAssignments").body["value"] == []
    assert town.get(f"/servicePrincipals/{town.id('robot')}/appRoleAssignedTo").body["value"] == []
