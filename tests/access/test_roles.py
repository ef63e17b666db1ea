"""The role data that is shipped, counted against what the contract says of it."""

import re

import pytest

from lightkeeper.access import operations
from lightkeeper.access.conditions import guarded_actions
from lightkeeper.access.model import (
    CONTRIBUTOR,
    DELETE_ROLE,
    MONITORING_READER,
    OWNER,
    READER,
    USER_ACCESS_ADMINISTRATOR,
    PermissionBlock,
    Role,
    RoleId,
)
from lightkeeper.access.patterns import first_match
from lightkeeper.access.roles import Catalogue, built_in, role_named, role_of

RESTRICTED = [
    f"Microsoft.Authorization/{kind}/{verb}"
    for kind in ("roleAssignments", "roleDefinitions", "classicAdministrators", "locks", "denyAssignments")
    for verb in ("write", "delete")
]


def restricted(role: Role) -> bool:
    """L27, written out: some block names a restricted action and does not take it away again."""
    return any(
        first_match(block.actions, action) and not first_match(block.not_actions, action)
        for block in role.permissions
        for action in RESTRICTED
    )


def test_there_are_928_built_in_roles() -> None:
    """Section 2, fixture: 928 roles."""
    assert len(built_in()) == 928
    assert all(role.built_in and role.permissions for role in built_in())


def test_the_names_the_contract_uses_are_the_ids_it_gives() -> None:
    """Section 0, constants."""
    ids = {
        "Owner": OWNER,
        "User Access Administrator": USER_ACCESS_ADMINISTRATOR,
        "Contributor": CONTRIBUTOR,
        "Reader": READER,
        "Monitoring Reader": MONITORING_READER,
        "Managed Services Registration assignment Delete Role": DELETE_ROLE,
        "Resource Policy Contributor": "36243c78-bf99-498c-9df9-86d9f8d28608",
        "Log Analytics Contributor": "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
        "Support Request Contributor": "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e",
    }
    for name, role_id in ids.items():
        role = role_named(name.upper())
        assert role is not None and role.id == role_id


def test_319_roles_name_data_actions_one_of_them_only_to_take_them_away() -> None:
    """Section 2, fixture: 318 roles with DataActions and 1 with only NotDataActions."""
    granting = [r for r in built_in() if any(b.data_actions for b in r.permissions)]
    only_taking = [r for r in built_in() if r.data_actions and r not in granting]

    assert len(granting) == 318
    assert [role.name for role in only_taking] == ["Inference Account Operator"]


def test_578_roles_can_be_delegated() -> None:
    """Section 2, fixture: 578 supported, 350 rejected: 319 for data actions, 31 more for restricted actions, 4 for both."""
    data = {role.id for role in built_in() if role.data_actions}
    barred = {role.id for role in built_in() if restricted(role)}

    assert len(barred - data) == 31
    assert len(barred & data) == 4
    assert len(built_in()) - len(barred | data) == 578


def test_a_role_is_found_by_any_spelling_of_its_id() -> None:
    """Role ids compare by their last GUID, whatever stands in front and in whatever case (L13)."""
    in_subscription = f"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{READER.upper()}"

    assert role_of(in_subscription) is role_of(READER) is role_named("reader")
    assert role_of("nothing") is None


def test_a_catalogue_can_hold_more_than_the_built_in_roles() -> None:
    """The place where a tenant's own roles will go."""
    mine = Role(RoleId("mine"), "Mine", built_in=False)

    assert built_in().changed({"mine": mine}).role_of("mine") is mine
    assert built_in().role_of("mine") is None
    assert Catalogue([mine]).changed({"mine": None}).role_of("mine") is None


@pytest.mark.parametrize(
    ("pattern", "action", "covered"),
    [
        ("*", "Microsoft.X/y/read", True),
        ("*/read", "Microsoft.X/y/read", True),
        ("*/read", "Microsoft.X/y/readall", False),
        ("Microsoft.X/*", "microsoft.x/y/z/write", True),
        ("Microsoft.X/*", "Microsoft.XY/y/write", False),
        ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/policyAssignments/write", True),
        ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action", False),
        ("Microsoft.X/y/read", "MICROSOFT.x/Y/READ", True),
        ("Microsoft.X/y.z/read", "Microsoft.X/y-z/read", False),
    ],
)
def test_a_star_stands_for_any_run_of_characters_and_case_does_not_count(
    pattern: str, action: str, covered: bool
) -> None:
    """Evaluation: case-insensitive, `*` matches any run including slashes."""
    assert (first_match([pattern], action) is not None) is covered


def test_a_condition_leaves_free_what_it_does_not_speak_about() -> None:
    """A guard `!(ActionMatches{...}) OR ...` holds by itself for every other action."""
    text = (
        "((!(ActionMatches{'A/write'})) OR (@Request[x:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {1, 2})) AND "
        "((!(ActionMatches{'A/delete'})) OR (@Resource[x:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {1}))"
    )
    block = PermissionBlock.under(text, actions=("A/*",))

    assert guarded_actions(text) == ("A/write", "A/delete")
    assert block.granting("A/read") == "A/*"
    assert block.granting("A/write") is None
    assert block.granting("A/delete") is None


def test_a_guard_that_names_a_part_of_an_operation_guards_the_operation() -> None:
    """Conditions of storage roles except listing from reading; both are one operation here, and that one is guarded."""
    text = (
        "((!(ActionMatches{'A/blobs/read'} AND NOT SubOperationMatches{'Blob.List'})) OR "
        "(@Resource[x:name] StringEquals 'y'))"
    )

    assert guarded_actions(text) == ("A/blobs/read",)


@pytest.mark.parametrize(
    "text",
    [
        "@Resource[HasObotoken] boolequals true",
        "(!(ActionMatches{'A/write'})) OR @Resource[x] boolequals true AND @Resource[y] boolequals true",
        "@Resource[x] boolequals true && (!(ActionMatches{'A/write'})) OR (@Request[y] boolequals true)",
        "nonsense",
    ],
)
def test_a_condition_of_any_other_form_grants_nothing(text: str) -> None:
    """What cannot be told to hold is taken not to."""
    assert guarded_actions(text) is None
    assert PermissionBlock.under(text, actions=("*",)).granting("A/read") is None


def test_a_guarded_role_keeps_its_other_rights() -> None:
    """DevCenter Owner holds all its rights in one block whose condition is about role assignments only."""
    role = role_named("DevCenter Owner")

    assert role is not None
    assert role.granting("Microsoft.DevCenter/projects/write")
    assert not role.granting("Microsoft.Authorization/roleAssignments/write")


def test_operations_are_the_24867_of_the_source_and_four_of_partner_links_with_their_plane() -> None:
    """The source has 24,869 rows; one repeats another with a blank behind it, one has no verb.

    It lacks Microsoft.ManagementPartner, whose operations its public description names.
    """
    found = operations.operations()

    assert len(found) == 24_867 + 4
    assert sum(operation.is_data for operation in found) == 3_495
    assert len(operations.namespaces()) == 351
    assert all(re.fullmatch(r"\S+", operation.name) for operation in found)
    assert operations.is_known("microsoft.compute/VIRTUALMACHINES/restart/action")
    assert not operations.is_known("Microsoft.Compute/virtualMachines/fly/action")
    assert "registrationDefinitions" in operations.types_of("microsoft.managedservices")


def test_a_role_expands_to_operations() -> None:
    """Effective rights are operations, not names of roles."""
    delete, contributor = role_named("Managed Services Registration assignment Delete Role"), role_named("Contributor")
    assert delete is not None and contributor is not None

    assert operations.expand(delete) == {
        "Microsoft.ManagedServices/registrationAssignments/read",
        "Microsoft.ManagedServices/registrationAssignments/delete",
        "Microsoft.ManagedServices/operationStatuses/read",
    }
    assert "Microsoft.Authorization/roleAssignments/write" not in operations.expand(contributor)
    assert all(
        (contributor.granting(name) is not None) == (name in operations.expand(contributor))
        for name in sorted(operations.expand(role_named("Owner") or contributor))[::500]
    )
