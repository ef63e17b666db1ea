"""What was deleted by Graph: it is kept for thirty days and can be brought back."""

from pathlib import Path

from lightkeeper.directory import deleted_store, service
from lightkeeper.kernel.call import OPERATOR
from tests.wire.entra.town import Town, sqlite, town_on

DELETED = "/directory/deletedItems"


def test_a_user_comes_back_with_groups_and_password(town: Town) -> None:
    """The object is the same one; a name that was taken meanwhile keeps it away."""
    id = town.make("users", displayName="Phoenix", userPrincipalName="phoenix@contoso.example", jobTitle="Bird")
    town("POST", f"/groups/{town.id('staff')}/members/$ref", town.ref(id))
    assert town("DELETE", f"/users/{id}").status == 204
    assert id not in town.get(f"/groups/{town.id('staff')}/members").ids

    [gone] = town.get(f"{DELETED}/microsoft.graph.user?$filter=displayName eq 'Phoenix'").body["value"]
    assert (gone["id"], gone["deletedDateTime"] is not None) == (id, True)
    other = town.make("users", displayName="Usurper", userPrincipalName="phoenix@contoso.example")
    assert "userPrincipalName already exists" in town("POST", f"{DELETED}/{id}/restore").said
    town("DELETE", f"/users/{other}")

    restored = town("POST", f"{DELETED}/{id}/restore")
    assert (restored.status, restored.body["id"], restored.body["jobTitle"]) == (200, id, "Bird")
    assert id in town.get(f"/groups/{town.id('staff')}/members").ids
    assert town.get(f"{DELETED}/{id}").status == 404
    assert "UserWritten" in [kind for kind, _ in town.logged()[-2:]]


def test_an_application_comes_back_with_its_service_principal(town: Town) -> None:
    """With its owners and what it signs in with, too."""
    made = town("POST", "/applications", {"displayName": "Lazarus"}, by="member").body
    sp = town("POST", "/servicePrincipals", {"appId": made["appId"]}, by="member").body
    town("POST", f"/applications/{made['id']}/addPassword", {}, by="member")
    assert town("DELETE", f"/applications/{made['id']}", by="member").status == 204
    assert made["id"] in town.get(f"{DELETED}/microsoft.graph.application").ids
    assert sp["id"] in town.get(f"{DELETED}/microsoft.graph.servicePrincipal").ids

    assert town("POST", f"{DELETED}/{made['id']}/restore", by="member").status == 403
    assert town("POST", f"{DELETED}/{made['id']}/restore", by="apps-admin").status == 200
    shown = town.get(f"/applications/{made['id']}").body
    assert (shown["appId"], len(shown["passwordCredentials"])) == (made["appId"], 1)
    assert town.get(f"/servicePrincipals/{sp['id']}").status == 200
    assert town.get(f"/applications/{made['id']}/owners").ids == [town.id("member")]


def test_a_group_comes_back_with_its_members(town: Town) -> None:
    """As far as they are still there."""
    id = town.make("groups", displayName="Reunion")
    leaver = town.make("users", displayName="Leaver", userPrincipalName="leaver@contoso.example")
    for member in (town.id("member"), leaver):
        town("POST", f"/groups/{id}/members/$ref", town.ref(member))
    town("DELETE", f"/groups/{id}")
    town("DELETE", f"/users/{leaver}")

    assert town("POST", f"{DELETED}/{id}/restore", by="groups-admin").status == 200
    assert town.get(f"/groups/{id}/members").ids == [town.id("member")]


def test_an_administrator_comes_back_by_the_highest_role_only(town: Town) -> None:
    """Bringing back somebody with a role gives that role, in a way."""
    id = town.make("users", displayName="Lost", userPrincipalName="lost@contoso.example")
    role = {"principalId": id, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10"}
    town("POST", "/roleManagement/directory/roleAssignments", role)
    assert town("DELETE", f"/users/{id}", by="users-admin").status == 403
    town("DELETE", f"/users/{id}")

    assert town("POST", f"{DELETED}/{id}/restore", by="users-admin").status == 403
    assert town("DELETE", f"{DELETED}/{id}", by="users-admin").status == 403
    assert town("DELETE", f"{DELETED}/{id}").status == 204
    assert town("POST", f"{DELETED}/{id}/restore").status == 404


def test_other_tenants_see_and_bring_back_nothing(town: Town) -> None:
    """What was deleted in one directory is not there for another."""
    id = town.make("groups", displayName="Private")
    town("DELETE", f"/groups/{id}")

    assert town.get(f"{DELETED}/{id}", by="foreign-admin").status == 404
    assert town("POST", f"{DELETED}/{id}/restore", by="foreign-admin").status == 404
    assert town("DELETE", f"{DELETED}/{id}", by="foreign-admin").status == 404
    assert town.get(f"{DELETED}/microsoft.graph.group", by="foreign-admin").ids == []


def test_after_thirty_days_it_is_gone(database_url: str) -> None:
    """Nothing is kept for ever, on either database."""
    with town_on(database_url) as town:
        id = town.make("groups", displayName="Old")
        town("DELETE", f"/groups/{id}")
        town.people.now.passes(days=29)
        assert town.get(f"{DELETED}/{id}").status == 200
        town.people.now.passes(days=1)

        assert town.get(f"{DELETED}/{id}").status == 404
        assert town.get(f"{DELETED}/microsoft.graph.group").ids == []
        town("DELETE", f"/groups/{town.make('groups', displayName='New')}")
        with town.people.office.database.read() as connection:
            assert deleted_store.find(connection, id) is None


def test_a_world_that_is_applied_again_makes_a_deleted_object_live(tmp_path: Path) -> None:
    """An object id means one object: what lives cannot be brought back a second time."""
    with town_on(sqlite(tmp_path)) as town:
        town("DELETE", f"/groups/{town.id('staff')}")
        with town.people.office.writing(OPERATOR) as call:
            service.put_group(call, town.known["staff"])  # type: ignore[arg-type]

        assert town("POST", f"{DELETED}/{town.id('staff')}/restore").status == 404
