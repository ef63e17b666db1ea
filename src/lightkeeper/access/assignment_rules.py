"""When a role may be assigned: to whom, which, where. Pure; the texts are those the public service uses.

The second half is about providers: a delegated User Access Administrator may give the listed roles to managed identities
of the customer, and nothing else (L106).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lightkeeper.access.condition_language import MalformedCondition, parse
from lightkeeper.access.model import Role, RoleAssignment
from lightkeeper.directory.model import Principal, ServicePrincipal, ServicePrincipalKind
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.ids import is_guid

CONDITION_VERSIONS = (None, "1.0", "2.0")
"""The public description names 2.0 as the only one accepted now; recorded answers show 1.0. None means the newest."""

LONGEST_CONDITION = 8_192
"""Characters; the public bound is said to be eight kilobytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An assignment somebody wants; ids as they were written."""

    name: str
    principal_id: str
    role_id: str
    principal_type: str | None = None
    description: str | None = None
    condition: str | None = None
    condition_version: str | None = None
    delegated_managed_identity_resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """The world around an assignment: the tenant of its scope, and what the ids in it name.

    `carried` are the managed identities of the resource that `delegatedManagedIdentityResourceId` names.
    """

    tenant_id: str
    principal: Principal | None
    role: Role | None
    carried: frozenset[str] = frozenset()


def check_assignment(asked: Asked, facts: AssignmentFacts) -> Iterator[Finding]:
    """Yield why the assignment is malformed or names what does not exist; nothing when it is fine."""
    if not is_guid(asked.name):
        yield Finding(
            "InvalidRoleAssignmentId", "name", f"The role assignment ID '{asked.name}' is not valid. It must be a GUID."
        )
    if facts.role is None:
        yield Finding(
            "RoleDefinitionDoesNotExist",
            "properties.roleDefinitionId",
            f"The specified role definition with ID '{asked.role_id}' does not exist.",
        )
    yield from _check_condition(asked)
    if not is_guid(asked.principal_id):
        yield Finding(
            "InvalidPrincipalId",
            "properties.principalId",
            f"The principal ID '{asked.principal_id}' is not valid. It must be a GUID.",
        )
    elif facts.principal is None or facts.principal.tenant_id != facts.tenant_id:
        yield Finding(
            "PrincipalNotFound",
            "properties.principalId",
            f"Principal {asked.principal_id} does not exist in the directory {facts.tenant_id}.",
        )
    elif asked.principal_type and asked.principal_type.lower() != facts.principal.type.lower():
        yield Finding(
            "UnmatchedPrincipalType",
            "properties.principalType",
            f"The PrincipalId '{asked.principal_id}' has type '{facts.principal.type}', which is different from the "
            f"specified PrincipalType '{asked.principal_type}'.",
        )


def _check_condition(asked: Asked) -> Iterator[Finding]:
    """Yield what is wrong with the condition; conditions.py says what one leaves granted."""
    if asked.condition and asked.condition_version not in CONDITION_VERSIONS:
        yield Finding(
            "InvalidConditionVersion",
            "properties.conditionVersion",
            f"The condition version '{asked.condition_version}' is not supported. Use '2.0'.",
        )
    if asked.condition and (why := _malformed(asked.condition)):
        yield Finding(
            "InvalidCondition", "properties.condition", "The given role assignment condition is invalid.", why
        )
    if asked.condition_version and not asked.condition:
        yield Finding("ConditionMissing", "properties.condition", "A condition version was given without a condition.")


def _malformed(condition: str) -> str:
    if len(condition) > LONGEST_CONDITION:
        return f"A condition has at most {LONGEST_CONDITION} characters."
    try:
        parse(condition)
    except MalformedCondition as fault:
        return str(fault)
    return ""


def changes_what_is_fixed(old: RoleAssignment, new: RoleAssignment) -> bool:
    """Return whether an update would change who holds what where; only its texts may change."""
    return (old.principal_id, old.role_id, old.scope_key) != (new.principal_id, new.role_id, new.scope_key)


def why_not_hand_on(
    asked: Asked, facts: AssignmentFacts, here: frozenset[str], where_the_identity_is: frozenset[str]
) -> Iterator[Finding]:
    """Yield why a provider may not make this assignment (L106); nothing when it may.

    `here` are the roles it may hand on at the scope, `where_the_identity_is` those at the resource that carries the
    identity.
    """
    if facts.role is None or facts.role.id not in here:
        yield Finding(
            "NotDelegated", "properties.roleDefinitionId", "The role is not one the delegation lets you hand on."
        )
    if (asked.principal_type or "").lower() != "serviceprincipal":
        yield Finding("NotDelegated", "properties.principalType", "Say principalType ServicePrincipal.")
    principal = facts.principal
    if not (
        isinstance(principal, ServicePrincipal)
        and principal.kind is ServicePrincipalKind.MANAGED_IDENTITY
        and principal.tenant_id == facts.tenant_id
    ):
        yield Finding("NotDelegated", "properties.principalId", "The principal is no managed identity of the customer.")
    if not asked.delegated_managed_identity_resource_id:
        yield Finding(
            "NotDelegated",
            "properties.delegatedManagedIdentityResourceId",
            "Name the customer's resource that carries the identity.",
        )
    elif facts.role is not None and facts.role.id not in where_the_identity_is:
        yield Finding(
            "NotDelegated",
            "properties.delegatedManagedIdentityResourceId",
            "The resource that carries the identity is not in a scope delegated to you.",
        )
    elif principal is not None and principal.id not in facts.carried:
        yield Finding(
            "NotDelegated",
            "properties.delegatedManagedIdentityResourceId",
            "The resource named there does not exist, or does not carry this identity.",
        )
