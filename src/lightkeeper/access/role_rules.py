"""What a role of a tenant's own making may look like. Pure.

Source: the documentation "Azure custom roles" and "Azure RBAC limits". Such a role can never be delegated (L20).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lightkeeper.access.model import PermissionBlock
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.ids import is_guid

LONGEST_NAME = 512
LONGEST_DESCRIPTION = 2048
MOST_PATTERNS = 2048
MOST_SCOPES = 2000
MOST_ROLES = 5000
"""Custom roles in one tenant."""


@dataclass(frozen=True, slots=True)
class RoleAsked:
    """A role somebody wants."""

    name: str
    description: str
    type: str | None
    permissions: tuple[PermissionBlock, ...]
    assignable_scopes: tuple[str, ...]


def check_role(guid: str, asked: RoleAsked, is_covered: Callable[[str, bool], bool]) -> Iterator[Finding]:
    """Yield every fault of a role.

    `is_covered(pattern, is_data)` says whether any operation there is fits a pattern. Whether the scopes exist is asked
    elsewhere.
    """
    if not is_guid(guid):
        yield Finding("InvalidRoleDefinitionId", "name", f"The role definition ID '{guid[:100]}' must be a GUID.")
    if not asked.name.strip() or len(asked.name) > LONGEST_NAME:
        yield Finding(
            "InvalidRoleDefinitionName", "properties.roleName", f"A role name has 1 to {LONGEST_NAME} characters."
        )
    if len(asked.description) > LONGEST_DESCRIPTION:
        message = f"A description has at most {LONGEST_DESCRIPTION} characters."
        yield Finding("InvalidRoleDefinitionDescription", "properties.description", message)
    if asked.type is not None and asked.type.lower() != "customrole":
        yield Finding("InvalidRoleDefinitionType", "properties.type", "Only roles of type CustomRole can be written.")
    yield from _check_scopes(asked.assignable_scopes)
    yield from _check_permissions(asked.permissions, is_covered)


def _check_scopes(scopes: Sequence[str]) -> Iterator[Finding]:
    at = "properties.assignableScopes"
    if not scopes:
        yield Finding("MissingAssignableScopes", at, "Name at least one scope in which the role can be assigned.")
    if len(scopes) > MOST_SCOPES:
        yield Finding("TooManyAssignableScopes", at, f"A role has at most {MOST_SCOPES} assignable scopes.")
    if any(not scope.strip("/ ") for scope in scopes):
        yield Finding("InvalidAssignableScope", at, "A custom role cannot be assignable at the root scope '/'.")
    if sum("/managementgroups/" in scope.lower() for scope in scopes) > 1:
        yield Finding(
            "TooManyManagementGroupScopes", at, "Only one management group can be an assignable scope of a role."
        )


def _check_permissions(blocks: Sequence[PermissionBlock], is_covered: Callable[[str, bool], bool]) -> Iterator[Finding]:
    at = "properties.permissions"
    patterns = [
        (f"{at}[{n}].{name}", pattern, is_data)
        for n, block in enumerate(blocks)
        for name, listed, is_data in (
            ("actions", block.actions, False),
            ("notActions", block.not_actions, False),
            ("dataActions", block.data_actions, True),
            ("notDataActions", block.not_data_actions, True),
        )
        for pattern in listed
    ]
    for n, block in enumerate(blocks):
        if block.condition:
            # Only the platform's own roles carry conditions; the public description marks them read-only. Dropping one
            # would make a role that grants more than was written.
            message = "A custom role cannot have a condition in its permissions. Put it on the role assignment instead."
            yield Finding("RoleDefinitionConditionNotAllowed", f"{at}[{n}].condition", message)
    if not any(block.actions or block.data_actions for block in blocks):
        yield Finding("MissingActions", at, "A role grants at least one action or data action.")
    if len(patterns) > MOST_PATTERNS:
        yield Finding("TooManyActions", at, f"A role names at most {MOST_PATTERNS} actions.")
        return
    for where, pattern, is_data in patterns:
        if not is_covered(pattern, is_data):
            yield Finding(
                "InvalidActionOrNotAction",
                where,
                f"'{pattern[:256]}' does not match any of the actions supported by the providers.",
            )
