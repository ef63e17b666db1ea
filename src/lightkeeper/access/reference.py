"""The oracle: the same question answered by reading every fact, every time, with nothing kept in between.

It shares no code with the index or the decision beyond the nouns, so that a mistake has to be made twice to go unseen.
Slow on purpose; tests hold `decide` equal to it, and `lightkeeper` never asks it for a living.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from lightkeeper.access import facts
from lightkeeper.access.facts import Fact
from lightkeeper.access.model import OWNER, USER_ACCESS_ADMINISTRATOR, PermissionBlock, Role, RoleId, Subject
from lightkeeper.access.roles import Catalogue

_SUPPORT_ONLY = Role(RoleId("support"), "Support", permissions=(PermissionBlock(("Microsoft.Support/*",)),))


class Reference:
    """Facts in the order they were told."""

    def __init__(self, catalogue: Catalogue, told: Iterable[Fact] = ()) -> None:
        self._catalogue = catalogue
        self.told: list[Fact] = list(told)

    def allows(self, subject: Subject, action: str, scope: str, now: datetime) -> bool:
        """Return what `decide` must say."""
        home = self._home_of(scope, subject.tenant_id)
        keys = list(self._keys_of(scope, subject.tenant_id))
        principals = self._with_groups(subject.object_id)
        held = list(self._held_at_home(keys, principals) if home == subject.tenant_id else ())
        if home != subject.tenant_id:
            held += self._held_by_delegation(subject.tenant_id, keys, principals)
        held += self._held_by_activation(subject.tenant_id, home, keys, principals, now)
        if not any(_grants(role, action) for role in held):
            return False
        return not any(self._denies(denial, keys, principals, action) for denial in self._denials())

    def _held_at_home(self, keys: list[str], principals: set[str]) -> Iterator[Role]:
        for fact in self._standing(facts.RoleAssigned, facts.RoleUnassigned, "assignment_id"):
            if fact.scope_key in keys and fact.principal_id in principals:
                for role in self._roles(fact.role_id):
                    yield role.under(fact.condition) if fact.condition else role

    def _held_by_delegation(self, tenant_id: str, keys: list[str], principals: set[str]) -> Iterator[Role]:
        for definition in self._delegated_to(tenant_id, keys):
            for principal, role_id, _ in definition.grants:
                if principal in principals:
                    yield from self._abroad(role_id)

    def _held_by_activation(
        self, tenant_id: str, home: str | None, keys: list[str], principals: set[str], now: datetime
    ) -> Iterator[Role]:
        for fact in self._standing(facts.Activated, facts.Deactivated, "activation_id"):
            if fact.scope_key not in keys or fact.principal_id not in principals:
                continue
            if fact.managing_tenant_id != tenant_id or fact.until <= now:
                continue
            if home == tenant_id:
                yield from self._roles(fact.role_id)
            elif any(self._delegated_to(tenant_id, keys[keys.index(fact.scope_key) :])):
                yield from self._abroad(fact.role_id)

    def _delegated_to(self, tenant_id: str, keys: list[str]) -> Iterator[facts.DefinitionSet]:
        for delegation in self._standing(facts.Delegated, facts.DelegationEnded, "assignment_id"):
            if delegation.scope_key not in keys:
                continue
            for definition in self._standing(facts.DefinitionSet, facts.DefinitionGone, "definition_id"):
                if definition.definition_id == delegation.definition_id and definition.managing_tenant_id == tenant_id:
                    yield definition

    def _abroad(self, role_id: str) -> Iterator[Role]:
        for role in self._roles(role_id):
            if role_id != OWNER and not role.deprecated and role_id != USER_ACCESS_ADMINISTRATOR:
                yield role
            elif role_id == USER_ACCESS_ADMINISTRATOR:
                yield _SUPPORT_ONLY

    def _roles(self, role_id: str) -> Iterator[Role]:
        found = self._catalogue.role_of(role_id)
        for fact in self.told:
            if isinstance(fact, facts.RoleDefined) and fact.role.id == role_id:
                found = fact.role
            elif isinstance(fact, facts.RoleGone) and fact.role_id == role_id:
                found = None
        if found is not None:
            yield found

    def _denials(self) -> Iterator[facts.Denied]:
        yield from self._standing(facts.Denied, facts.DenyLifted, "deny_id")

    def _denies(self, denial: facts.Denied, keys: list[str], principals: set[str], action: str) -> bool:
        here = denial.scope_key == keys[0] if denial.not_below else denial.scope_key in keys
        meant = facts.EVERYONE in denial.principal_ids or bool(denial.principal_ids & principals)
        spared = bool(denial.excluded_ids & principals)
        named = any(_covers(p, action) for p in denial.actions) and not any(
            _covers(p, action) for p in denial.not_actions
        )
        return here and meant and not spared and named

    def _standing(self, begin: type, end: type, name: str) -> list[Any]:
        """Return the last told fact of a kind for each id that was not ended after it."""
        found: dict[str, Fact] = {}
        for fact in self.told:
            if isinstance(fact, begin):
                found[getattr(fact, name)] = fact
            elif isinstance(fact, end):
                found.pop(getattr(fact, name), None)
        return list(found.values())

    def _with_groups(self, object_id: str) -> set[str]:
        edges: set[tuple[str, str]] = set()
        for fact in self.told:
            if isinstance(fact, facts.Joined):
                edges.add((fact.group_id, fact.member_id))
            elif isinstance(fact, facts.Left):
                edges.discard((fact.group_id, fact.member_id))
            elif isinstance(fact, facts.PrincipalGone):
                edges = {edge for edge in edges if fact.principal_id not in edge}
        found = {object_id}
        while more := {group for group, member in edges if member in found} - found:
            found |= more
        return found

    def _home_of(self, scope: str, tenant_id: str) -> str | None:
        parts = [part.lower() for part in scope.split("/") if part]
        if parts[:1] != ["subscriptions"]:
            return tenant_id
        placed = [f for f in self.told if isinstance(f, facts.SubscriptionPlaced) and f.subscription_id == parts[1]]
        return placed[-1].tenant_id if placed else None

    def _keys_of(self, scope: str, tenant_id: str) -> Iterator[str]:
        """Yield the keys a scope lies in, nearest first: cut the path shorter until nothing is left of it."""
        parts = [part.lower() for part in scope.split("/") if part]
        group: str | None = None
        while parts:
            key = "/" + "/".join(parts)
            if parts[:1] == ["subscriptions"]:
                if _is_scope(parts):
                    yield key
            elif parts[-3:-1] == ["microsoft.management", "managementgroups"] and len(parts) == 4:
                group = parts[-1]
                break
            elif _is_scope(parts):
                yield f"{tenant_id}:{key}"
            parts.pop()
        owner: str | None = tenant_id
        if scope.lower().startswith("/subscriptions/"):
            owner = self._home_of(scope, tenant_id)
            group = self._group_of(scope)
        if owner is None:
            return
        seen = set()
        while group is not None and group not in seen:
            seen.add(group)
            yield f"{owner}:/providers/microsoft.management/managementgroups/{group}"
            group = self._parent_of(owner, group)
        yield f"{owner}:/"

    def _group_of(self, scope: str) -> str | None:
        subscription = scope.lower().split("/")[2]
        placed = [f for f in self.told if isinstance(f, facts.SubscriptionPlaced) and f.subscription_id == subscription]
        group = placed[-1].management_group if placed else None
        return group.lower() if group else None

    def _parent_of(self, tenant_id: str, name: str) -> str | None:
        parent: str | None = None
        for fact in self.told:
            if isinstance(fact, facts.ManagementGroupPlaced) and (fact.tenant_id, fact.name.lower()) == (
                tenant_id,
                name,
            ):
                parent = fact.parent.lower() if fact.parent else None
            elif isinstance(fact, facts.ManagementGroupGone) and (fact.tenant_id, fact.name.lower()) == (
                tenant_id,
                name,
            ):
                parent = None
        return parent


def _is_scope(parts: list[str]) -> bool:
    """Return whether the path names something: a subscription, a group, or a provider's type and name pairs."""
    if "providers" not in parts:
        return len(parts) == 2 or (len(parts) == 4 and parts[2] == "resourcegroups")
    last = len(parts) - 1 - parts[::-1].index("providers")
    return len(parts) - last > 2 and (len(parts) - last) % 2 == 0


def _grants(role: Role, action: str) -> bool:
    return any(
        any(_covers(pattern, action) for pattern in block.actions)
        and not any(_covers(pattern, action) for pattern in block.not_actions)
        and block.guarded is not None
        and not any(_covers(pattern, action) for pattern in block.guarded)
        for block in role.permissions
    )


def _covers(pattern: str, text: str) -> bool:
    """Return whether a pattern covers the text: each literal part is found in turn, the ends are anchored."""
    first, *parts = pattern.lower().split("*")
    text = text.lower()
    if not parts:
        return text == first
    if not text.startswith(first):
        return False
    at = len(first)
    for part in parts[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - len(parts[-1]) >= at and text.endswith(parts[-1])
