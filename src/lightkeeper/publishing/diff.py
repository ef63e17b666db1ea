"""What differs between two offer documents: fields, and what principals may effectively do.

Pure over documents. Rights are compared twice: as roles, which is what customers are asked to accept, and as operations
of the public catalogue, which is what the roles let somebody do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.access import roles as built_in_roles
from lightkeeper.access.operations import expand
from lightkeeper.delegation.model import Authorization, EligibleAuthorization
from lightkeeper.publishing.field_diff import FieldChange, fields_between
from lightkeeper.publishing.offer import Manifest, Plan, Roles, offer_of


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role somebody gains or loses; `access` is active or eligible, `assignable` roles a User Access Administrator gives."""

    principal_id: str
    principal_name: str
    kind: str  # gained or lost
    access: str
    role_id: str
    role_name: str
    assignable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationChange:
    """Operations somebody gains or loses when everything they hold is taken together."""

    principal_id: str
    principal_name: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanRights:
    """What changes for customers of one plan."""

    plan_id: str
    old_version: str
    new_version: str
    roles: tuple[RoleChange, ...]
    operations: tuple[OperationChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs."""

    fields: tuple[FieldChange, ...]
    rights: tuple[PlanRights, ...]

    @property
    def empty(self) -> bool:
        """Return whether nothing differs."""
        return not self.fields and not self.rights


def diff_offers(old: Any, new: Any, roles: Roles | None = None) -> Difference:
    """Return what differs between two offer documents; parts of the wrong form count as empty for rights."""
    catalogue: Roles = roles or built_in_roles
    before = {plan.id: plan for plan in offer_of(old, catalogue).plans}
    after = {plan.id: plan for plan in offer_of(new, catalogue).plans}
    rights = [_plan(plan_id, before.get(plan_id), after.get(plan_id), catalogue) for plan_id in {**before, **after}]
    changed = tuple(plan for plan in rights if plan.roles or plan.operations)
    return Difference(fields_between(old, new), changed)


def diff_rights(
    old: tuple[tuple[Authorization, ...], tuple[EligibleAuthorization, ...]],
    new: tuple[tuple[Authorization, ...], tuple[EligibleAuthorization, ...]],
    roles: Roles | None = None,
) -> tuple[tuple[RoleChange, ...], tuple[OperationChange, ...]]:
    """Return roles and operations gained and lost between two pairs of active and eligible authorizations."""
    catalogue: Roles = roles or built_in_roles
    names = {row.principal_id: row.display_name for side in (old, new) for rows in side for row in rows}
    held_before, held_after = _held(*old), _held(*new)
    changes = [
        _role_change(kind, key, names, catalogue)
        for kind, keys in (("gained", held_after - held_before), ("lost", held_before - held_after))
        for key in sorted(keys)
    ]
    changes.sort(key=lambda change: (change.principal_name, change.principal_id, change.kind, change.role_name))
    return tuple(changes), tuple(_operations(held_before, held_after, names, catalogue))


_Held = tuple[str, str, str, tuple[str, ...]]  # principal, access, role, assignable roles


def _held(active: tuple[Authorization, ...], eligible: tuple[EligibleAuthorization, ...]) -> frozenset[_Held]:
    rows = {(row.principal_id, "active", row.role_id, tuple(sorted(row.delegated_role_ids))) for row in active}
    return frozenset(rows | {(row.principal_id, "eligible", row.role_id, ()) for row in eligible})


def _plan(plan_id: str, before: Plan | None, after: Plan | None, roles: Roles) -> PlanRights:
    role_changes, operations = diff_rights(_authorizations(before), _authorizations(after), roles)
    return PlanRights(
        plan_id,
        before.manifest.version if before else "",
        after.manifest.version if after else "",
        role_changes,
        operations,
    )


def _authorizations(
    plan: Plan | None,
) -> tuple[tuple[Authorization, ...], tuple[EligibleAuthorization, ...]]:
    manifest: Manifest | None = plan.manifest if plan else None
    if manifest is None:
        return (), ()
    return (
        tuple(row.authorization() for row in manifest.active),
        tuple(row.eligible_authorization() for row in manifest.eligible),
    )


def _role_change(kind: str, key: _Held, names: Mapping[str, str], roles: Roles) -> RoleChange:
    principal, access, role_id, assignable = key
    return RoleChange(
        principal,
        names.get(principal, ""),
        kind,
        access,
        role_id,
        _name(role_id, roles),
        tuple(_name(role, roles) for role in assignable),
    )


def _name(role_id: str, roles: Roles) -> str:
    role = roles.role_of(role_id)
    return role.name if role else role_id


def _operations(
    before: frozenset[_Held], after: frozenset[_Held], names: Mapping[str, str], roles: Roles
) -> Iterator[OperationChange]:
    for principal in sorted({key[0] for key in before ^ after}, key=lambda one: (names.get(one, ""), one)):
        could, can = _reach(principal, before, roles), _reach(principal, after, roles)
        if could != can:
            yield OperationChange(
                principal, names.get(principal, ""), tuple(sorted(can - could)), tuple(sorted(could - can))
            )


def _reach(principal: str, held: frozenset[_Held], roles: Roles) -> frozenset[str]:
    """Return every operation a principal can do with all its roles, eligible ones counted as activated."""
    found: frozenset[str] = frozenset()
    for who, _, role_id, _ in held:
        role = roles.role_of(role_id) if who == principal else None
        if role is not None:
            found |= expand(role)
    return found


def grouped(operations: tuple[str, ...]) -> dict[str, list[str]]:
    """Return operations by provider namespace and resource type, so that a person can read hundreds of them."""
    found: dict[str, list[str]] = {}
    for operation in operations:
        *front, verb = operation.split("/")
        if verb == "action" and front:
            *front, name = front
            verb = f"{name}/action"
        found.setdefault("/".join(front), []).append(verb)
    return found
