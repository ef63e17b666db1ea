"""Why a decision came out as it did: the grants that allow it, or those that came nearest.

Walks the same view as `decide`, without its hurry. Every reason is a sentence for people and the same as fields.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lightkeeper.access.compiled import DELEGATED_ADMINISTRATOR
from lightkeeper.access.decide import delegated_to, denying
from lightkeeper.access.model import OWNER, USER_ACCESS_ADMINISTRATOR, Role, Subject
from lightkeeper.access.patterns import first_match
from lightkeeper.access.scopes import Chain
from lightkeeper.access.view import View

MOST = 20
"""How many reasons and how many role names an explanation lists."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing the subject holds: a role at a scope, and how it came by it."""

    kind: str  # 'roleAssignment' | 'delegation' | 'activation'
    scope: str
    role_id: str
    principal_id: str
    assignment_id: str
    through: tuple[str, ...] = ()  # groups from the subject up to the principal that holds the role
    definition_id: str | None = None
    managing_tenant_id: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of an explanation; `code` says which kind of reason it is.

    Codes of what allows: `RoleAssignment`, `Delegation`, `Activation`. Codes of what does not: `DeniedHere`,
    `RemovedByNotActions`, `ConditionNotEvaluated`, `RoleLacksAction`, `OtherScope`, `ActivationEnded`,
    `NotThroughDelegation`, `OtherTenant`, `UnknownSubscription`, `NothingHeld`.
    """

    code: str
    sentence: str
    grant: Grant | None = None
    role_name: str | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decision with its reasons; `roles` are names of built-in roles that would allow the action, a bounded list."""

    allowed: bool
    action: str
    scope: str
    because: tuple[Reason, ...]
    nearest: tuple[Reason, ...]
    roles: tuple[str, ...]


def explain(view: View, subject: Subject, action: str, scope: str, now: datetime) -> Explanation:
    """Return what `decide` answers and why: `because` names every grant that allows, `nearest` what came close."""
    chain = view.chain(scope, subject.tenant_id)
    because: list[Reason] = []
    nearest: list[Reason] = []
    for grant in _held(view, subject):
        reason = _weigh(view, subject, chain, grant, action, now)
        if reason is not None:
            (because if reason.code in _ALLOWING else nearest).append(reason)
    denial = denying(view, subject, chain, action)
    if denial is not None:
        sentence = (
            f"Deny assignment '{denial.deny_id}' at '{denial.scope_key}' forbids the action, whatever roles are held."
        )
        nearest.insert(0, Reason("DeniedHere", sentence))
    elif not because and not any(reason.code != "OtherScope" for reason in nearest):
        nearest.insert(0, _nothing(view, subject, chain, action))
    allowed = bool(because) and denial is None
    nearest.sort(key=lambda reason: _ORDER.index(reason.code))
    return Explanation(
        allowed=allowed,
        action=action,
        scope=scope,
        because=tuple(because[:MOST]),
        nearest=() if allowed else tuple(nearest[:MOST]),
        roles=tuple(_roles_allowing(view, action)),
    )


_ALLOWING = {"RoleAssignment", "Delegation", "Activation"}
_ORDER = (
    "DeniedHere",
    "RemovedByNotActions",
    "ConditionNotEvaluated",
    "NotThroughDelegation",
    "ActivationEnded",
    "RoleLacksAction",
    "UnknownSubscription",
    "OtherTenant",
    "NothingHeld",
    "OtherScope",
)
_KINDS = {"roleAssignment": "RoleAssignment", "delegation": "Delegation", "activation": "Activation"}


def _held(view: View, subject: Subject) -> Iterator[Grant]:
    """Yield everything the subject and its groups hold anywhere, as far as its tenant makes it count."""
    tables = view.tables
    for principal in view.principals(subject.object_id):
        through = _path(view, subject.object_id, principal)
        for scope in tables.scopes_of.get(principal, ()):
            for fact in tables.assigned_at.get(scope, {}).values():
                if fact.principal_id == principal:
                    yield Grant("roleAssignment", scope, fact.role_id, principal, fact.assignment_id, through)
        for definition_id in tables.definitions_of.get(principal, ()):
            definition = tables.definitions[definition_id]
            if definition.managing_tenant_id != subject.tenant_id:
                continue
            for assignment_id, scope in tables.delegations_by.get(definition_id, {}).items():
                for role_id in definition.role_ids[principal]:
                    yield Grant(
                        "delegation", scope, role_id, principal, assignment_id, through,
                        definition_id, definition.managing_tenant_id,
                    )  # fmt: skip
        for activation in tables.activated_by.get(principal, {}).values():
            if activation.managing_tenant_id == subject.tenant_id:
                yield Grant(
                    "activation", activation.scope_key, activation.role_id, principal, activation.activation_id, through,
                    managing_tenant_id=activation.managing_tenant_id, until=activation.until,
                )  # fmt: skip


def _weigh(view: View, subject: Subject, chain: Chain, grant: Grant, action: str, now: datetime) -> Reason | None:
    """Return what one grant means for the question; None for one elsewhere that would not help here either."""
    abroad = chain.home != subject.tenant_id
    role = view.roles.catalogue.role_of(grant.role_id)
    name = role.name if role is not None else grant.role_id
    if (grant.kind == "roleAssignment" and abroad) or (grant.kind == "delegation" and not abroad):
        return Reason("OtherScope", f"'{name}' is held at '{grant.scope}', in another tenant's tree.", grant, name)
    if role is None:
        return Reason("RoleLacksAction", f"The role '{name}' does not exist any more.", grant, name)
    if grant.scope not in chain.keys:
        if role.granting(action) is None:
            return None
        return Reason(
            "OtherScope", f"'{name}' would allow the action, but is held at '{grant.scope}', not here.", grant, name
        )
    if grant.until is not None and grant.until <= now:
        return Reason("ActivationEnded", f"The activation of '{name}' ended at {grant.until.isoformat()}.", grant, name)
    if abroad:
        if grant.kind == "activation" and not delegated_to(
            view, subject.tenant_id, chain.keys[chain.keys.index(grant.scope) :]
        ):
            return Reason(
                "NotThroughDelegation", f"'{name}' was activated, but nothing is delegated there any more.", grant, name
            )
        effective = _abroad(role)
        if effective is None or effective.granting(action) is None:
            if role.granting(action) is not None:
                return Reason("NotThroughDelegation", f"'{name}' does not give this through a delegation.", grant, name)
        else:
            role = effective
    return _read(role, name, grant, action)


def _read(role: Role, name: str, grant: Grant, action: str) -> Reason:
    """Return what the role, held here, says about the action."""
    pattern = role.granting(action)
    if pattern is not None:
        return Reason(_KINDS[grant.kind], _sentence(grant, name, pattern), grant, name, pattern)
    removed = role.removing(action)
    if removed is not None:
        return Reason(
            "RemovedByNotActions",
            f"'{name}' is held here, but its notActions take '{removed}' away.",
            grant,
            name,
            removed,
        )
    if any(block.withholds(action) and _names(block.actions, action) for block in role.permissions):
        return Reason(
            "ConditionNotEvaluated",
            f"'{name}' gives this only under a condition, which depends on the request.",
            grant,
            name,
        )
    return Reason("RoleLacksAction", f"'{name}' is held here, but does not have the action.", grant, name)


def _sentence(grant: Grant, name: str, pattern: str) -> str:
    via = f", as a member of {' in '.join(grant.through)}," if grant.through else ""
    if grant.kind == "delegation":
        how = f"through the delegation '{grant.assignment_id}' of definition '{grant.definition_id}'"
    elif grant.kind == "activation":
        how = f"by activation until {grant.until.isoformat() if grant.until else ''}"
    else:
        how = f"by role assignment '{grant.assignment_id}'"
    return f"'{name}' is held at '{grant.scope}'{via} {how}; its permission '{pattern}' covers the action."


def _abroad(role: Role) -> Role | None:
    """Return what a role is inside a delegation, None when it is nothing (L21, L30, L106)."""
    if role.id == OWNER or role.deprecated:
        return None
    return DELEGATED_ADMINISTRATOR if role.id == USER_ACCESS_ADMINISTRATOR else role


def _nothing(view: View, subject: Subject, chain: Chain, action: str) -> Reason:
    if chain.home is None:
        return Reason("UnknownSubscription", "There is no such subscription.")
    if chain.home == subject.tenant_id:
        return Reason(
            "NothingHeld", "No role assignment at this scope or above names the subject or one of its groups."
        )
    if delegated_to(view, subject.tenant_id, chain.delegable):
        return Reason(
            "NothingHeld",
            "A delegation to the subject's tenant stands here, but it names neither the subject nor one of its groups.",
        )
    return Reason(
        "OtherTenant", "The scope belongs to another tenant, which delegates nothing here to the subject's tenant."
    )


def _roles_allowing(view: View, action: str) -> Iterable[str]:
    ids = view.roles.bits.ids_in(view.roles.allowing(action))
    names = sorted(
        role.name for role_id in ids if (role := view.roles.catalogue.role_of(role_id)) is not None and role.built_in
    )
    return names[:MOST]


def _names(patterns: Iterable[str], action: str) -> bool:
    return first_match(patterns, action) is not None


def _path(view: View, start: str, goal: str) -> tuple[str, ...]:
    """Return the shortest way of groups from a principal up to `goal`; empty when they are the same."""
    came_from: dict[str, str] = {}
    waiting = [start]
    for current in waiting:
        if current == goal:
            break
        for group in view.tables.groups_with.get(current, ()):
            if group != start and group not in came_from:
                came_from[group] = current
                waiting.append(group)
    path: list[str] = []
    while goal != start and goal in came_from:
        path.append(goal)
        goal = came_from[goal]
    return tuple(reversed(path))
