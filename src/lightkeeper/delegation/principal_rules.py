"""Whom a definition may name: people, groups and applications of the provider's tenant. Pure.

Asked when rights begin, not when they are written down (L42): at an assignment about everybody the definition names, at a
change of a definition that is assigned already about those who come to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lightkeeper.delegation.model import EligibleAuthorization, RegistrationDefinition
from lightkeeper.delegation.objections import Objection, refused
from lightkeeper.directory.model import Group, Principal, PrincipalType


@dataclass(frozen=True, slots=True)
class Named:
    """What the directories know of the ids in a definition.

    `principals` holds those that exist in any directory; `applications` are ids that turned out to be applications rather
    than their service principals.
    """

    principals: Mapping[str, Principal] = field(default_factory=dict)
    applications: frozenset[str] = frozenset()


def ids_in(definition: RegistrationDefinition) -> set[str]:
    """Return the ids of a definition's principals and approvers."""
    found = {entry.principal_id for entry in definition.authorizations}
    for eligible in definition.eligible_authorizations:
        found.add(eligible.principal_id)
        found |= approvers_of(eligible)
    return found


def approvers_of(eligible: EligibleAuthorization) -> set[str]:
    """Return the ids of those who approve an activation."""
    return {approver.principal_id for approver in eligible.policy.approvers}


def check_principals(
    definition: RegistrationDefinition, named: Named, held: RegistrationDefinition | None = None
) -> Iterator[Objection]:
    """Yield every objection to the definition's principals (L41-L43, L50, L54).

    What `held`, the definition as it is in force, names in the same place is not asked again: who has left the directory
    since holds nothing, and is no reason to refuse a change.
    """
    held_active = {entry.principal_id for entry in held.authorizations} if held else set()
    held_eligible = {entry.principal_id for entry in held.eligible_authorizations} if held else set()
    held_approvers = {one for entry in held.eligible_authorizations for one in approvers_of(entry)} if held else set()
    tenant = definition.managed_by_tenant_id
    for n, entry in enumerate(definition.authorizations):
        if entry.principal_id not in held_active:
            yield from _one(entry.principal_id, f"authorizations[{n}]", tenant, named)
    for n, eligible in enumerate(definition.eligible_authorizations):
        at = f"eligibleAuthorizations[{n}]"
        if eligible.principal_id not in held_eligible:
            yield from _one(eligible.principal_id, at, tenant, named)
            yield from _person(eligible.principal_id, at, "L50", named)
        for m, approver in enumerate(eligible.policy.approvers):
            if approver.principal_id not in held_approvers:
                place = f"{at}.justInTimeAccessPolicy.managedByTenantApprovers[{m}]"
                yield from _one(approver.principal_id, place, tenant, named)
                yield from _person(approver.principal_id, place, "L54", named)


def _one(principal_id: str, at: str, tenant: str, named: Named) -> Iterator[Objection]:
    principal = named.principals.get(principal_id)
    if principal_id in named.applications:
        yield refused(
            "L41",
            f"{at}.principalId",
            "Principals of type Application cannot validly be used in role assignments.",
            remedy="Use the object id of the application's service principal.",
        )
    elif principal is None or principal.tenant_id != tenant:
        yield refused(
            "L42",
            f"{at}.principalId",
            f"Principal {principal_id.replace('-', '')} does not exist in the directory {tenant}. Check that you have "
            "the correct principal ID. If you are creating this principal and then immediately assigning a role, this "
            "error might be related to a replication delay.",
            code="PrincipalNotFound",
        )
    elif isinstance(principal, Group) and not principal.security_enabled:
        yield refused(
            "L43",
            f"{at}.principalId",
            f"The group '{principal_id}' is not a security group. Only security groups can hold roles.",
        )


def _person(principal_id: str, at: str, rule: str, named: Named) -> Iterator[Objection]:
    principal = named.principals.get(principal_id)
    if principal is not None and principal.type is PrincipalType.SERVICE_PRINCIPAL:
        yield refused(
            rule,
            f"{at}.principalId",
            f"The principal '{principal_id}' is a service principal. Use a user or a group here.",
        )
