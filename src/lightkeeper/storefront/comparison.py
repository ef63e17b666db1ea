"""What changes between two sets of authorizations: for each principal, in roles and in operations.

Pure. Roles are compared with their terms (assignable roles, activation policy), because a change of terms is a change
of rights even when the role's name stays. User Access Administrator across tenants lets its holder do one thing only,
hand assignable roles to managed identities (L106), so only that operation counts for it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from lightkeeper.access.model import USER_ACCESS_ADMINISTRATOR, Role
from lightkeeper.delegation.model import Authorization, DefinitionAsked, EligibleAuthorization, RegistrationDefinition
from lightkeeper.storefront.model import PrincipalChange, RoleHeld

Grants = DefinitionAsked | RegistrationDefinition
RoleLookup = Callable[[str], Role | None]
Expand = Callable[[Role], frozenset[str]]

ASSIGNING = frozenset({"Microsoft.Authorization/roleAssignments/write"})


def difference(held: Grants, offered: Grants, role_of: RoleLookup, expand: Expand) -> list[PrincipalChange]:
    """Return what each principal gains and loses when `offered` takes the place of `held`; unchanged ones are left out."""
    names = _names(chain(offered.eligible_authorizations, offered.authorizations), held)
    changes = []
    for principal_id, name in names.items():
        before, after = _roles(held, principal_id, role_of), _roles(offered, principal_id, role_of)
        if before == after:
            continue
        active = _operations(before, False, role_of, expand), _operations(after, False, role_of, expand)
        eligible = _operations(before, True, role_of, expand), _operations(after, True, role_of, expand)
        changes.append(
            PrincipalChange(
                principal_id=principal_id,
                display_name=name,
                roles_gained=tuple(role for role in after if role not in before),
                roles_lost=tuple(role for role in before if role not in after),
                operations_gained=tuple(sorted(active[1] - active[0])),
                operations_lost=tuple(sorted(active[0] - active[1])),
                eligible_operations_gained=tuple(sorted(eligible[1] - eligible[0])),
                eligible_operations_lost=tuple(sorted(eligible[0] - eligible[1])),
            )
        )
    return changes


def _names(first: Iterable[Authorization | EligibleAuthorization], held: Grants) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in (*first, *held.authorizations, *held.eligible_authorizations):
        if not found.get(entry.principal_id):
            found[entry.principal_id] = entry.display_name
    return found


def _roles(grants: Grants, principal_id: str, role_of: RoleLookup) -> tuple[RoleHeld, ...]:
    active = (
        RoleHeld(
            entry.role_id,
            _name(entry.role_id, role_of),
            assignable=tuple(sorted(_name(role_id, role_of) for role_id in entry.delegated_role_ids)),
        )
        for entry in grants.authorizations
        if entry.principal_id == principal_id
    )
    eligible = (
        RoleHeld(entry.role_id, _name(entry.role_id, role_of), eligible=True, terms=_terms(entry))
        for entry in grants.eligible_authorizations
        if entry.principal_id == principal_id
    )
    return tuple(sorted((*active, *eligible), key=lambda role: (role.role_name, role.eligible, role.terms)))


def _terms(entry: EligibleAuthorization) -> str:
    """Return an activation policy as a short sentence, equal for equal policies."""
    approvers = sorted(approver.display_name or approver.principal_id for approver in entry.policy.approvers)
    asked = f"approval by {', '.join(approvers)}" if approvers else "no approval"
    return f"at most {entry.policy.maximum_for}, multi-factor authentication: {entry.policy.mfa_provider}, {asked}"


def _name(role_id: str, role_of: RoleLookup) -> str:
    role = role_of(role_id)
    return role.name if role is not None else role_id


def _operations(roles: Sequence[RoleHeld], eligible: bool, role_of: RoleLookup, expand: Expand) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for held in roles:
        if held.eligible is not eligible:
            continue
        role = role_of(held.role_id)
        if held.role_id == USER_ACCESS_ADMINISTRATOR:
            found |= ASSIGNING
        elif role is not None:
            found |= expand(role)
    return found
