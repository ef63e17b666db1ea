"""Roles of a tenant's own, locks, deny assignments, elevated access: Microsoft.Authorization beside role assignments."""

from typing import Any

import pytest

from lightkeeper.access import denials
from lightkeeper.access.facts import EVERYONE
from lightkeeper.access.model import DenyAssignment
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.ids import named, new_guid
from tests.wire.arm.town import (
    ADMIN,
    CONTOSO,
    CONTRIBUTOR,
    CONTRIBUTOR_ROLE,
    HEAD,
    OWN,
    OWNER,
    PROD,
    READER,
    READER_ROLE,
    TECHNICIAN,
    TEST,
    VM,
    WEB,
    Town,
    town,
)

__all__ = ["town"]
ROLE = named("role", "restarter")
MANAGED_SERVICES = "2022-10-01"


def role(*actions: str, name: str = "Restarter", scopes: tuple[str, ...] = (PROD,), **more: Any) -> dict[str, Any]:
    properties = {
        "roleName": name,
        "description": "Restarts machines",
        "permissions": [{"actions": list(actions or ("Microsoft.Compute/virtualMachines/restart/action",))}],
        "assignableScopes": list(scopes),
    }
    return {"properties": {**properties, **more}}


def definition(scope: str = PROD, guid: str = ROLE) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def assign(town: Town, by: str, to: str, guid: str, scope: str) -> Any:
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{new_guid()}"
    body = {"properties": {"roleDefinitionId": definition(PROD, guid), "principalId": town.object_id(to)}}
    return town.ask(by, "PUT", path, body)


def test_a_custom_role_gives_what_it_says_as_soon_as_it_is_assigned(town: Town) -> None:
    """ARM contract 6.1: PUT answers 201; a changed role changes the rights of those who hold it at once."""
    made = town.ask(OWNER, "PUT", definition(), role())

    assert made.status == 201
    assert made.json["id"] == definition() and made.json["name"] == ROLE
    assert made.json["properties"]["type"] == "CustomRole" and made.json["properties"]["assignableScopes"] == [PROD]
    assert assign(town, OWNER, READER, ROLE, WEB).status == 201
    assert town.ask(READER, "POST", f"{VM}/restart", version="2024-07-01").status == 200
    changed = role("Microsoft.Compute/virtualMachines/start/action")
    assert town.ask(OWNER, "PUT", definition(), changed).status == 201
    assert town.ask(READER, "POST", f"{VM}/restart", version="2024-07-01").status == 403
    assert town.ask(READER, "POST", f"{VM}/start", version="2024-07-01").status == 200


def test_custom_roles_are_the_tenants_own(town: Town) -> None:
    """Two tenants may use one GUID for different roles, as templates do; neither sees the other's."""
    town.ask(OWNER, "PUT", definition(), role())
    theirs = role("Microsoft.Compute/*/read", name="Looker", scopes=(OWN,))

    assert town.ask(HEAD, "PUT", definition(OWN), theirs).status == 201
    assert town.ask(OWNER, "GET", definition()).json["properties"]["roleName"] == "Restarter"
    assert town.ask(HEAD, "GET", definition(OWN)).json["properties"]["roleName"] == "Looker"
    query = "?$filter=type%20eq%20'CustomRole'"
    mine = town.ask(OWNER, "GET", f"{PROD}/providers/Microsoft.Authorization/roleDefinitions{query}").json["value"]
    elsewhere = town.ask(OWNER, "GET", f"{TEST}/providers/Microsoft.Authorization/roleDefinitions{query}").json["value"]
    assert [one["properties"]["roleName"] for one in mine] == ["Restarter"] and elsewhere == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (role("Microsoft.Nothing/at/all"), "InvalidActionOrNotAction"),
        (role(scopes=()), "MissingAssignableScopes"),
        (role(scopes=("/",)), "InvalidAssignableScope"),
        (role(scopes=(OWN,)), "InvalidAssignableScope"),
        (role(scopes=(f"{PROD}/resourceGroups/nowhere",)), "InvalidAssignableScope"),
        (role(name=" "), "InvalidRoleDefinitionName"),
        (role(type="BuiltInRole"), "InvalidRoleDefinitionType"),
        (role(permissions=[]), "MissingActions"),
        ({}, "InvalidRequestContent"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(town: Town, body: Any, code: str) -> None:
    """Custom roles: every fault has its code; nothing is kept."""
    refused = town.ask(OWNER, "PUT", definition(), body)

    assert (refused.status, refused.code) == (400, code)
    assert town.ask(OWNER, "GET", definition()).status == 404


def test_who_writes_a_role_must_be_allowed_to_at_every_assignable_scope(town: Town) -> None:
    """Custom roles: to create one you need roleDefinitions/write on all its assignable scopes."""
    assign(town, OWNER, CONTRIBUTOR, "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", PROD)

    wide = town.ask(CONTRIBUTOR, "PUT", definition(), role(scopes=(PROD, TEST)))

    assert (wide.status, wide.code) == (403, "AuthorizationFailed")
    assert town.ask(CONTRIBUTOR, "PUT", definition(), role()).status == 201
    assert town.ask(READER, "PUT", definition(), role()).status == 403


def test_a_role_in_use_cannot_be_deleted_nor_a_built_in_one_changed(town: Town) -> None:
    """RoleDefinitionHasAssignments; built-in roles belong to everybody. DELETE answers the role as it was, then 204."""
    town.ask(OWNER, "PUT", definition(), role())
    given = assign(town, OWNER, READER, ROLE, PROD).json["id"]

    assert town.ask(OWNER, "DELETE", definition()).code == "RoleDefinitionHasAssignments"
    assert town.ask(OWNER, "PUT", definition(guid=READER_ROLE), role()).status == 409
    assert town.ask(OWNER, "DELETE", definition(guid=READER_ROLE)).status == 409
    town.ask(OWNER, "DELETE", given)
    assert town.ask(OWNER, "DELETE", definition()).json["name"] == ROLE
    assert town.ask(OWNER, "DELETE", definition()).status == 204


def test_a_role_is_assignable_in_its_scopes_only_and_its_name_is_taken_once(town: Town) -> None:
    """Custom roles: assignable scopes bound where it can be given; two roles of one name are refused."""
    town.ask(OWNER, "PUT", definition(), role(scopes=(WEB,)))

    assert assign(town, OWNER, READER, ROLE, TEST).code == "RoleDefinitionDoesNotExist"
    assert assign(town, OWNER, READER, ROLE, VM).status == 201
    same = town.ask(OWNER, "PUT", definition(guid=new_guid()), role())
    assert (same.status, same.code) == (409, "RoleDefinitionWithSameNameExists")
    assert town.ask(OWNER, "PUT", definition(guid=new_guid()), role(name="reader")).status == 409


def test_a_custom_role_can_never_be_delegated(town: Town) -> None:
    """L20: only built-in roles."""
    town.ask(OWNER, "PUT", definition(), role())
    body = {
        "registrationDefinitionName": "x",
        "managedByTenantId": named("tenant", "fabrikam"),
        "authorizations": [{"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": ROLE}],
    }
    path = f"{PROD}/providers/Microsoft.ManagedServices/registrationDefinitions/{new_guid()}"

    refused = town.ask(OWNER, "PUT", path, {"properties": body}, MANAGED_SERVICES)

    assert (refused.status, refused.code) == (400, "InvalidRegistrationDefinitionCreateRequest")


def test_custom_roles_and_denials_survive_a_restart(town: Town) -> None:
    """The index is rebuilt from the tables: it knows the same roles and denials as the one that followed the log."""
    town.ask(OWNER, "PUT", definition(), role())
    assign(town, OWNER, READER, ROLE, WEB)
    index = town.house.gate.index
    with town.house.office.database.read() as connection:
        index.rebuild(connection)

    assert town.ask(READER, "POST", f"{VM}/restart", version="2024-07-01").status == 200


def lock(scope: str, level: str = "CanNotDelete", name: str = "keep") -> tuple[str, dict[str, Any]]:
    return f"{scope}/providers/Microsoft.Authorization/locks/{name}", {"properties": {"level": level, "notes": "why"}}


def test_a_locked_resource_is_not_deleted_until_the_lock_goes(town: Town) -> None:
    """Locks: 409 ScopeLocked, naming the lock's scope; a lock on a resource keeps its group too."""
    path, body = lock(VM)

    assert town.ask(OWNER, "PUT", path, body, "2016-09-01").status == 201
    refused = town.ask(OWNER, "DELETE", VM, version="2024-07-01")
    assert (refused.status, refused.code) == (409, "ScopeLocked")
    assert VM in refused.json["error"]["message"]
    assert town.ask(OWNER, "DELETE", WEB, version="2021-04-01").code == "ScopeLocked"
    assert town.ask(OWNER, "PATCH", VM, {"tags": {"a": "b"}}, "2024-07-01").status == 200
    assert town.ask(OWNER, "DELETE", path, version="2016-09-01").status == 200
    assert town.ask(OWNER, "DELETE", VM, version="2024-07-01").status == 200


def test_a_read_only_lock_stops_every_change_below_it(town: Town) -> None:
    """Locks: ReadOnly is like Reader for everybody; actions by POST are stopped, looks are not."""
    path, body = lock(PROD, "ReadOnly")
    town.ask(OWNER, "PUT", path, body, "2020-05-01")

    assert town.ask(OWNER, "POST", f"{VM}/restart", version="2024-07-01").code == "ScopeLocked"
    assert (
        town.ask(OWNER, "PUT", f"{PROD}/resourceGroups/new", {"location": "westeurope"}, "2021-04-01").code
        == "ScopeLocked"
    )
    assert assign(town, OWNER, CONTRIBUTOR, READER_ROLE, PROD).code == "ScopeLocked"
    assert town.ask(OWNER, "GET", VM, version="2024-07-01").status == 200
    assert town.ask(OWNER, "DELETE", path, version="2020-05-01").status == 200


def test_locks_do_not_stop_a_provider(town: Town) -> None:
    """L103: a lock in the customer's tenant does not stop the managing tenant's people."""
    town.delegate(PROD, {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": CONTRIBUTOR_ROLE})
    path, body = lock(VM)
    town.ask(OWNER, "PUT", path, body, "2016-09-01")

    assert town.ask(TECHNICIAN, "DELETE", VM, version="2024-07-01").status == 200
    assert town.ask(OWNER, "GET", path, version="2016-09-01").status == 404, "the lock went with its resource"


def test_locks_are_listed_around_a_scope(town: Town) -> None:
    """A list shows what bears on the scope and what lies below it; atScope() leaves the latter out."""
    for scope in (PROD, WEB, VM):
        path, body = lock(scope)
        town.ask(OWNER, "PUT", path, body, "2016-09-01")

    at = f"{WEB}/providers/Microsoft.Authorization/locks"
    everything = town.ask(READER, "GET", at, version="2016-09-01").json["value"]
    here = town.ask(READER, "GET", f"{at}?$filter=atScope()", version="2016-09-01").json["value"]

    assert len(everything) == 3 and {one["id"].split("/providers/Microsoft.Auth")[0] for one in here} == {PROD, WEB}
    assert everything[0]["properties"] == {"level": "CanNotDelete", "notes": "why"}


@pytest.mark.parametrize(
    ("scope", "level", "code"),
    [
        ("", "CanNotDelete", "AuthorizationFailed"),
        (PROD, "Sometimes", "InvalidLockLevel"),
        (f"{WEB}/providers/Microsoft.Compute/virtualMachines/none", "ReadOnly", "ResourceNotFound"),
        (f"{PROD}/resourceGroups/none", "ReadOnly", "ResourceGroupNotFound"),
    ],
)
def test_what_cannot_be_locked_is_refused(town: Town, scope: str, level: str, code: str) -> None:
    """A lock needs a level and a scope that exists."""
    path, body = lock(scope, level)

    assert town.ask(OWNER, "PUT", path, body, "2016-09-01").code == code


def test_a_contributor_may_not_lock(town: Town) -> None:
    """Locks need Microsoft.Authorization/locks/*, which Contributor takes away."""
    path, body = lock(VM)

    assert town.ask(CONTRIBUTOR, "PUT", path, body, "2016-09-01").status == 403


def test_a_deny_assignment_wins_and_can_be_read(town: Town) -> None:
    """L103: deny assignments hold for owners and providers alike; customers can read but not make them."""
    name = new_guid()
    denied = DenyAssignment(
        name=name,
        scope=WEB,
        scope_key=WEB.lower(),
        tenant_id=CONTOSO,
        display_name="Managed application",
        description="",
        actions=("*/delete",),
        not_actions=(),
        principals=((EVERYONE, "SystemDefined"),),
        excluded=(),
        not_below=False,
        created_at=town.house.office.clock.now(),
        created_by="platform",
    )
    with town.house.office.writing(OPERATOR) as call:
        denials.put_denial(call, denied)

    assert town.ask(OWNER, "DELETE", VM, version="2024-07-01").status == 403
    [shown] = town.ask(READER, "GET", f"{VM}/providers/Microsoft.Authorization/denyAssignments").json["value"]
    path = f"{WEB}/providers/Microsoft.Authorization/denyAssignments/{name}"
    assert shown["id"] == path and shown["properties"]["permissions"][0]["actions"] == ["*/delete"]
    assert town.ask(READER, "GET", path).json == shown
    assert town.ask(OWNER, "PUT", path, {}).status == 405
    with town.house.office.writing(OPERATOR) as call:
        denials.lift_denial(call, CONTOSO, name)
    assert town.ask(OWNER, "DELETE", VM, version="2024-07-01").status == 200


def test_a_global_administrator_elevates_and_then_gives_rights_at_the_root(town: Town) -> None:
    """L112: elevated access is User Access Administrator at `/`; nobody else gets it."""
    elevate = "/providers/Microsoft.Authorization/elevateAccess"
    at_root = f"/providers/Microsoft.Authorization/roleAssignments/{new_guid()}"
    monitoring = {
        "properties": {
            "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/43d0d8ad-25c7-4714-9337-8ba259a9fe05",
            "principalId": town.object_id(READER),
        }
    }

    refused = town.ask(OWNER, "POST", elevate, version="2015-07-01")
    assert (refused.status, refused.code) == (403, "AuthorizationFailed")
    assert town.ask(ADMIN, "PUT", at_root, monitoring).status == 403
    for _ in range(2):
        done = town.ask(ADMIN, "POST", elevate, version="2015-07-01")
        assert (done.status, done.raw) == (200, b"")
    assert town.ask(ADMIN, "PUT", at_root, monitoring).status == 201
    log = town.log(READER, scope="")
    assert "Microsoft.Authorization/elevateAccess/action" in {event["operationName"]["value"] for event in log}
    assert {event["status"]["value"] for event in log} == {"Succeeded", "Failed"}
