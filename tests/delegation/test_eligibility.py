"""Which of the 928 built-in roles a provider may hold, and in what form."""

import pytest

from lightkeeper.access.model import PermissionBlock, Role, RoleId
from lightkeeper.access.roles import built_in, role_named, role_of
from lightkeeper.delegation.eligibility import check_authorizations, object_to, why_not_hold
from lightkeeper.delegation.model import Authorization, EligibleAuthorization
from lightkeeper.delegation.objections import CREATE_REQUEST, Objection
from lightkeeper.kernel.findings import Severity
from lightkeeper.kernel.ids import named

OWNER, UAA = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SOMEBODY = named("principal", "somebody")
NAME = "1b1b1b1b-0000-4000-8000-000000000001"

RESTRICTED = """
AVS Orchestrator Role; AVS on Fleet VIS Role; Access Review Operator Service Role; Azure Container Storage Contributor;
Azure Container Storage Owner; Azure File Sync Administrator; Azure IoT Operations Onboarding; Azure Local Migrate Execute Expert;
Azure Local Migrate Owner; Azure Migrate Decide and Plan Expert; Azure Migrate Execute Expert; Azure Migrate Owner;
Azure Sphere Owner; Azure Stack HCI Administrator; Defender CSPM Storage Scanner Operator;
Defender for Storage Scanner Operator; DevCenter Owner; Foundry Account Owner; Key Vault Data Access Administrator;
Locks Contributor; Role Based Access Control Administrator; Storage Account Backup Contributor;
Storage Actions Task Assignment Contributor; Virtual Machine Data Access Administrator (preview)
"""
SUPPORTED = """
Contributor; Reader; Virtual Machine Contributor; Monitoring Reader; Key Vault Contributor; Security Admin;
Network Contributor; Backup Contributor; Resource Policy Contributor; Microsoft Sentinel Contributor;
Support Request Contributor; Cost Management Reader; Managed Services Registration assignment Delete Role
"""
WITH_DATA = "Log Analytics Contributor; Log Analytics Reader; Lab Creator; AcrImageSigner; Storage Blob Data Reader"


def names(text: str) -> list[str]:
    return [" ".join(name.split()) for name in text.split(";")]


def active(role_id: str, *hands_on: str) -> list[Objection]:
    asked = [Authorization(SOMEBODY, role_id, "Somebody", hands_on)]
    return errors(object_to(asked, [], role_of, subject=NAME))


def eligible(role_id: str, *hands_on: str) -> list[Objection]:
    entry = EligibleAuthorization(SOMEBODY, role_id, delegated_role_ids=hands_on)
    return errors(object_to([Authorization(SOMEBODY, READER)], [entry], role_of, subject=NAME))


def errors(objections: list[Objection]) -> list[Objection]:
    return [objection for objection in objections if objection.finding.severity is Severity.ERROR]


def test_l24_l25_578_of_928_roles_are_supported() -> None:
    """Of the shipped roles 319 have (not) data actions and 31 more restricted actions; Owner and UAA are among these."""
    verdicts = [why_not_hold(role.id, role_of, NAME, "") for role in built_in()]

    rules = [verdict.rule if verdict else "" for verdict in verdicts]

    assert len(rules) == 928
    assert rules.count("") == 578
    # Deprecated roles are refused for that reason first; all five have data actions besides.
    assert rules.count("L24") + rules.count("L30") == 319
    assert rules.count("L25") + rules.count("L21") + rules.count("L22") == 31


@pytest.mark.parametrize("name", names(SUPPORTED))
def test_supported_role(name: str) -> None:
    """The public list of roles that onboard without complaint."""
    role = role_named(name)

    assert role is not None
    assert active(role.id) == []


@pytest.mark.parametrize("name", names(RESTRICTED))
def test_l25_restricted_role(name: str) -> None:
    """L25: a role that can write or delete role assignments, definitions, locks or denials is refused."""
    role = role_named(name)
    assert role is not None

    [objection] = active(role.id)

    assert objection.rule == "L25"
    assert objection.finding.message == (
        f"The role definition '{role.id}' is not allowed for registration definition '{NAME}' because of restricted "
        "actions."
    )


@pytest.mark.parametrize("name", names(WITH_DATA))
def test_l24_role_with_data_actions(name: str) -> None:
    """L24: only roles without any data and notData actions."""
    role = role_named(name)
    assert role is not None

    [objection] = active(role.id)

    assert (objection.rule, objection.finding.code) == ("L24", CREATE_REQUEST)
    assert objection.finding.message == (
        f"The role definition '{role.id}' with data actions not allowed for registration definition '{NAME}'. Only "
        "built in role definitions without any data and notData actions are allowed."
    )


def test_l20_custom_role_is_refused() -> None:
    """L20: only built-in roles."""
    custom = Role(RoleId(NAME), "Mine", permissions=(PermissionBlock(("*/read",)),), built_in=False)

    [objection] = errors(object_to([Authorization(SOMEBODY, NAME)], [], {NAME: custom}.get))

    assert objection.rule == "L36"
    assert objection.finding.message == f"The role definition '{NAME}' does not exist."


def test_l36_unknown_role_is_refused() -> None:
    """L36: not a GUID, or not found."""
    assert [one.rule for one in (*active("Reader"), *active(NAME))] == ["L36", "L36"]


def test_l21_owner_is_never_delegable() -> None:
    """L21: the Owner role is not supported."""
    [objection] = active(OWNER)

    assert objection.rule == "L21"
    assert objection.finding.message.startswith(
        f"The role definition '{OWNER}' is restricted for registration definition '{NAME}'"
    )


def test_l22_user_access_administrator_needs_assignable_roles() -> None:
    """L22: User Access Administrator only with a non-empty delegatedRoleDefinitionIds."""
    assert [one.rule for one in active(UAA)] == ["L22"]
    assert active(UAA, READER) == []


def test_l23_other_roles_take_no_assignable_roles() -> None:
    """L23: delegatedRoleDefinitionIds on any other role are refused."""
    assert [one.rule for one in active(READER, READER)] == ["L23"]


def test_l26_restriction_ignores_what_another_block_takes_away() -> None:
    """L27: notActions count only in the block they stand in."""
    lock = "Microsoft.Authorization/locks/write"
    split = Role(RoleId(NAME), "Split", permissions=(PermissionBlock((lock,)), PermissionBlock(("*",), ("*",))))

    assert why_not_hold(NAME, {NAME: split}.get, NAME, "") is not None


@pytest.mark.parametrize("role", [OWNER, UAA])
def test_l29_owner_and_uaa_are_not_assignable(role: str) -> None:
    """L29: assignable roles are any supported ones except Owner and User Access Administrator."""
    assert [one.rule for one in active(UAA, role)] == ["L29"]


def test_l29_assignable_roles_may_have_data_actions_unless_forbidden() -> None:
    """L29: published samples list Log Analytics Contributor as assignable; a setting decides."""
    role = role_named("Log Analytics Contributor")
    assert role is not None
    asked = [Authorization(SOMEBODY, UAA, "", (role.id,))]

    assert errors(object_to(asked, [], role_of)) == []
    assert [one.rule for one in errors(object_to(asked, [], role_of, data_actions_delegable=False))] == ["L24"]


def test_l30_deprecated_role_is_refused() -> None:
    """L30: a new definition with a deprecated role is rejected."""
    old = Role(RoleId(NAME), "Old", permissions=(PermissionBlock(("*/read",)),), deprecated=True)

    [objection] = errors(object_to([Authorization(SOMEBODY, NAME)], [], {NAME: old}.get))

    assert objection.rule == "L30"


def test_l32_role_that_reads_keys_is_a_warning() -> None:
    """L32: Virtual Machine Contributor may list storage keys; said, not refused."""
    role = role_named("Virtual Machine Contributor")
    assert role is not None

    advice = object_to([Authorization(SOMEBODY, role.id)], [], role_of)

    assert "L32" in {one.rule for one in advice}
    assert errors(advice) == []


def test_l51_eligible_entry_takes_no_assignable_roles() -> None:
    """L51: delegatedRoleDefinitionIds inside an eligible entry are refused."""
    assert [one.rule for one in eligible(READER, READER)] == ["L51"]


@pytest.mark.parametrize("role", [OWNER, UAA])
def test_l52_owner_and_uaa_cannot_be_eligible(role: str) -> None:
    """L52, scenario (e): the exact text names both restricted roles."""
    [objection] = eligible(role)

    assert objection.rule == "L52"
    assert objection.finding.message == (
        f"The role definition '{role}' is restricted for eligible authorization in registration definition '{NAME}'. "
        f"Restricted role definitions are '{OWNER};{UAA}'."
    )


def test_l56_eligible_principal_without_reader_is_a_warning() -> None:
    """L56: without an active Reader-like role the portal does not offer the activation."""
    advice = object_to([], [EligibleAuthorization(SOMEBODY, READER)], role_of)

    assert [one.rule for one in advice] == ["L56"]


def test_every_fault_is_reported_with_its_place() -> None:
    """A publisher hears all faults at once."""
    asked = [Authorization(SOMEBODY, OWNER), Authorization(SOMEBODY, READER), Authorization(SOMEBODY, UAA)]

    findings = check_authorizations(asked, [], role_of)

    assert [finding.target for finding in findings if finding.severity is Severity.ERROR] == [
        "authorizations[0].roleDefinitionId",
        "authorizations[2].roleDefinitionId",
    ]
