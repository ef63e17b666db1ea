"""Who can do what, as lists: everything a principal holds, and everybody who holds something at a scope. For the operator."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lightkeeper.access.facts import Activated
from lightkeeper.access.model import Subject
from lightkeeper.access.view import View


@dataclass(frozen=True, slots=True)
class Right:
    """One role held at one scope: by a role assignment, a delegation or an activation."""

    kind: str  # 'roleAssignment' | 'delegation' | 'activation'
    scope: str
    role: str
    principal_id: str
    through: str  # the assignment's or activation's id
    managing_tenant_id: str | None = None
    until: datetime | None = None


def rights_of(view: View, subject: Subject, now: datetime) -> list[Right]:
    """Return everything the subject and its groups hold, by scope."""
    principals = view.principals(subject.object_id)
    found: list[Right] = []
    for principal in principals:
        for scope in view.tables.scopes_of.get(principal, ()):
            found += [right for right in _assigned(view, scope) if right.principal_id == principal]
        for definition_id in view.tables.definitions_of.get(principal, ()):
            if view.tables.definitions[definition_id].managing_tenant_id == subject.tenant_id:
                for assignment_id, scope in view.tables.delegations_by.get(definition_id, {}).items():
                    named = _named(view, scope, assignment_id, definition_id)
                    found += [right for right in named if right.principal_id == principal]
        for activation in view.tables.activated_by.get(principal, {}).values():
            if activation.until > now:
                found.append(_activation(view, activation.scope_key, activation))
    return sorted(found, key=lambda right: (right.scope, right.role))


def who_reaches(view: View, scope: str, tenant_id: str, now: datetime) -> list[Right]:
    """Return everything held at `scope` or above it, by anybody; the nearest first."""
    chain = view.chain(scope, tenant_id)
    found: list[Right] = []
    for key in chain.keys:
        found += _assigned(view, key)
        for assignment_id, definition_id in view.tables.delegations_at.get(key, {}).items():
            found += _named(view, key, assignment_id, definition_id)
        for activation in view.tables.activated_at.get(key, {}).values():
            if activation.until > now:
                found.append(_activation(view, key, activation))
    return found


def _assigned(view: View, scope: str) -> Iterator[Right]:
    for fact in view.tables.assigned_at.get(scope, {}).values():
        yield Right(
            "roleAssignment", _readable(scope), _role(view, fact.role_id), fact.principal_id, fact.assignment_id
        )


def _named(view: View, scope: str, assignment_id: str, definition_id: str) -> Iterator[Right]:
    definition = view.tables.definitions.get(definition_id)
    if definition is None:
        return
    for principal, role_ids in definition.role_ids.items():
        for role_id in role_ids:
            yield Right(
                "delegation", scope, _role(view, role_id), principal, assignment_id, definition.managing_tenant_id
            )


def _activation(view: View, scope: str, fact: Activated) -> Right:
    return Right(
        "activation",
        _readable(scope),
        _role(view, fact.role_id),
        fact.principal_id,
        fact.activation_id,
        fact.managing_tenant_id,
        fact.until,
    )


def _role(view: View, role_id: str) -> str:
    role = view.roles.catalogue.role_of(role_id)
    name = role.name if role is not None else role_id
    return f"{name} (under a condition)" if role_id in view.tables.conditional else name


def _readable(scope_key: str) -> str:
    """Return the ARM id in a key: keys above subscriptions begin with their tenant."""
    return scope_key if scope_key.startswith("/") else scope_key.split(":", 1)[1]
