"""`az role`: who may do what, in names of people and of roles."""

import json
from pathlib import Path

from clients.conftest import CONTOSO, PIPELINE, PRODUCTION, READER, Az
from lightkeeper.world import names

S = "/subscriptions/PROD"
WEB = f"/subscriptions/{PRODUCTION}/resourceGroups/web"
DEFINITIONS, ASSIGNMENTS = (f"providers/Microsoft.Authorization/role{kind}" for kind in ("Definitions", "Assignments"))
READER_PERSON = names.user_id("contoso", "reader")
BY_IDS = "POST /v1.0/directoryObjects/getByIds 200"


def test_roles_are_given_by_name(az: Az) -> None:
    """Names of principals and of roles are found, whichever scope gave them."""
    assert [one["roleName"] for one in az.line("role definition list --name Reader")] == ["Reader"]
    assert az.queries[0] == {"$filter": "roleName eq 'Reader'", "api-version": "2022-05-01-preview"}
    made = az.line(f"role assignment create --assignee reader@contoso.example --role Contributor --scope {WEB}")
    assert made["principalType"] == "User"
    assert [line.rpartition("/")[2] for line in az.asked] == ["users 200", "roleDefinitions 200", "* 201"]
    assert az.versions == ["2022-05-01-preview", "2022-04-01"]
    listed = az.line("role assignment list --all")
    assert az.asked == [f"GET {S}/{ASSIGNMENTS} 200", f"GET {S}/{DEFINITIONS} 200", BY_IDS]
    assert all(one["roleDefinitionName"] and one["principalName"] for one in listed)
    assert {"Contributor", "Reader", "Owner"} <= {one["roleDefinitionName"] for one in listed}
    az.line(f"role assignment delete --ids {made['id']}")
    assert az.asked == [f"DELETE {S}/resourceGroups/web/{ASSIGNMENTS}/* 200"]
    az.line(f"role assignment delete --ids {made['id']}")
    assert az.asked == [f"DELETE {S}/resourceGroups/web/{ASSIGNMENTS}/* 204"]


def test_roles_are_given_by_identifiers(az: Az) -> None:
    """Neither the directory nor the roles are asked; the same again is answered with what there is."""
    who = f"--assignee-object-id {READER_PERSON} --assignee-principal-type User --role {READER} --scope {WEB}"
    made = az.line(f"role assignment create {who} --description 'For the night'")
    assert az.asked == [f"PUT {S}/resourceGroups/web/{ASSIGNMENTS}/* 201"]
    assert made["description"] == "For the night"
    again = az.line(f"role assignment create {who}")
    assert again["id"] == made["id"]
    assert az.asked[0] == f"PUT {S}/resourceGroups/web/{ASSIGNMENTS}/* 409"
    changed = json.dumps(made | {"description": "For the day"})
    assert az("role", "assignment", "update", "--role-assignment", changed)["description"] == "For the day"
    assert az.asked[-1].startswith(f"PUT {S}/resourceGroups/web/{ASSIGNMENTS}/* 20")
    az.line(f"role assignment delete --assignee {READER_PERSON} --role {READER} --scope {WEB}")
    assert az.asked[-1].startswith(f"DELETE {S}/resourceGroups/web/{ASSIGNMENTS}/* 200")


def test_a_role_is_given_under_a_condition(az: Az) -> None:
    """The condition comes back as it was said; what is none is refused."""
    asked = (
        f"@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}}"
    )
    condition = f"((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})) OR ({asked}))"
    who = f"--assignee-object-id {READER_PERSON} --assignee-principal-type User --scope {WEB}"
    role = "--role 'Role Based Access Control Administrator' --condition-version 2.0"
    made = az.line(f'role assignment create {who} {role} --condition "{condition}"')
    assert (made["condition"], made["conditionVersion"]) == (condition, "2.0")
    refused = az.fails(f'role assignment create {who} {role} --condition "{condition} AND"')
    assert "(InvalidCondition) The given role assignment condition is invalid." in refused.stderr
    az.line(f"role assignment delete --ids {made['id']}")


def test_assignments_are_listed_in_every_way(az: Az) -> None:
    """At a scope, with what is inherited, of somebody, of somebody's groups."""
    at_web = f"role assignment list --scope {WEB} --query [].roleDefinitionName"
    assert az.line(at_web) == []
    assert "Owner" in az.line(f"{at_web} --include-inherited")
    assert az.queries[0]["$filter"] == "atScope()"
    mine = az.line(f"role assignment list --assignee {PIPELINE} --all")
    assert {(one["principalName"], one["roleDefinitionName"]) for one in mine} >= {(PIPELINE, "Owner")}
    through = az.line("role assignment list --assignee owner@contoso.example --include-groups --include-inherited")
    assert "Owner" in [one["roleDefinitionName"] for one in through]
    [asked] = [one["$filter"] for one in az.queries if "assignedTo" in one.get("$filter", "")]
    assert asked == f"atScope() and assignedTo('{names.user_id('contoso', 'owner')}')"


def test_roles_of_our_own(az: Az, tmp_path: Path) -> None:
    """A custom role is made, found, given, changed; it goes when nobody has it any more."""
    said = {
        "Name": "Night Watch", "Description": "Looks around at night",
        "Actions": ["Microsoft.Compute/*/read"], "NotActions": [], "AssignableScopes": [f"/subscriptions/{PRODUCTION}"],
    }  # fmt: skip
    file = tmp_path / "role.json"
    file.write_text(json.dumps(said))
    made = az.line(f"role definition create --role-definition @{file}")
    assert (made["roleName"], made["roleType"]) == ("Night Watch", "CustomRole")
    assert (az.asked, az.versions) == ([f"PUT {S}/{DEFINITIONS}/* 201"], ["2022-05-01-preview"])
    assert [one["roleName"] for one in az.line("role definition list --custom-role-only")] == ["Night Watch"]
    assert az.line(f"role definition show --id {made['id']}")["description"] == "Looks around at night"
    assert az.asked == [f"GET {S}/{DEFINITIONS}/* 200"]
    file.write_text(json.dumps(said | {"Actions": ["Microsoft.Compute/virtualMachines/restart/action"]}))
    changed = az.line(f"role definition update --role-definition @{file}")
    assert changed["permissions"][0]["actions"] == ["Microsoft.Compute/virtualMachines/restart/action"]
    assert changed["name"] == made["name"]
    given = az(
        "role", "assignment", "create", "--assignee", "reader@contoso.example", "--role", "Night Watch", "--scope", WEB
    )
    refused = az.fails("role definition delete --name 'Night Watch'")
    assert "(RoleDefinitionHasAssignments)" in refused.stderr
    az.line(f"role assignment delete --ids {given['id']}")
    az.line("role definition delete --name 'Night Watch'")
    assert az.asked == [f"GET {S}/{DEFINITIONS} 200", f"DELETE {S}/{DEFINITIONS}/* 200"]
    assert az.line("role definition list --custom-role-only") == []


def test_denials_and_changes(az: Az) -> None:
    """Nothing is denied; what was given and taken is in the log that `list-changelogs` reads."""
    assert az.line("role deny-assignment list") == []
    assert az.asked == [f"GET {S}/providers/Microsoft.Authorization/denyAssignments 200"]
    changes = az.line("role assignment list-changelogs")
    assert az.asked[0].startswith(f"GET {S}/providers/Microsoft.Insights/eventtypes/management/values 200")
    assert isinstance(changes, list)


def test_what_is_refused_is_printed(az: Az) -> None:
    """The message names who, what and where; a role nobody has is not given."""
    other = f"--assignee-object-id {READER_PERSON} --assignee-principal-type User --role {READER}"
    refused = az.fails(
        f"role assignment create {other} --scope /providers/Microsoft.Management/managementGroups/{CONTOSO}"
    )
    assert "(AuthorizationFailed)" in refused.stderr
    assert f"The client '{PIPELINE}'" in refused.stderr
    assert "Microsoft.Authorization/roleAssignments/write" in refused.stderr
    unknown = az.fails(f"role assignment create --assignee {READER_PERSON} --role 'Night King' --scope {WEB}")
    assert "Night King" in unknown.stderr
