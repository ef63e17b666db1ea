"""From one view to the next: facts are written into copies of the pages they touch, and nothing else is copied.

Every fact may come twice or late (an assignment already gone, a definition not yet known): the outcome only depends on
what was said last about each thing.
"""

from collections.abc import MutableMapping
from dataclasses import fields, replace
from functools import singledispatchmethod
from typing import Any

from lightkeeper.access import facts
from lightkeeper.access.compiled import CompiledRoles
from lightkeeper.access.facts import Fact
from lightkeeper.access.model import Role, conditioned_id
from lightkeeper.access.roles import Catalogue
from lightkeeper.access.scopes import Placement, management_group_key, subscription_in
from lightkeeper.access.view import Definition, Tables, View


class Draft:
    """A view being written."""

    def __init__(self, base: View) -> None:
        self._base = base
        self._tables = Tables(**{table.name: getattr(base.tables, table.name) for table in fields(Tables)})
        self._roles = base.roles
        self._copied: set[str] = set()
        self._ours: set[tuple[str, str]] = set()
        self._moved = False
        self._regrouped: set[str] = set()
        self._redefined: dict[str, Role | None] = {}
        self._reconditioned = False

    def finish(self, revision: int) -> View:
        """Return the new view. The draft must not be written to afterwards."""
        memberships = self._base.memberships
        if self._regrouped:
            stale = self._below(self._regrouped)
            memberships = {key: groups for key, groups in list(memberships.items()) if key not in stale}
        chains = {} if self._moved else self._base.chains
        if self._redefined or self._reconditioned:
            catalogue = self._roles.catalogue.changed(self._redefined)
            self._roles = CompiledRoles(catalogue.changed(self._conditioned(catalogue)), self._roles.bits)
        return View(self._tables, self._roles, revision, chains, memberships)

    def _conditioned(self, catalogue: Catalogue) -> dict[str, Role | None]:
        """Return each role held under a condition as it is now; None for those nobody holds any more."""
        held = {assigned.role_id for assigned in self._tables.assignments.values() if assigned.condition}
        found: dict[str, Role | None] = {}
        for key, (role_id, condition) in list(self._tables.conditional.items()):
            role = catalogue.role_of(role_id) if key in held else None
            found[key] = role.under(condition) if role is not None else None
            if key not in held:
                del self._table("conditional")[key]
        return found

    @singledispatchmethod
    def write(self, fact: Fact) -> None:
        """Make one fact true."""
        raise TypeError(f"{type(fact).__name__} is not a fact")

    @write.register
    def _(self, fact: facts.RoleAssigned) -> None:
        self._unassign(fact.assignment_id)
        if fact.condition:
            key = conditioned_id(fact.role_id, fact.condition)
            self._table("conditional")[key] = (fact.role_id, fact.condition)
            self._reconditioned = True
            fact = replace(fact, role_id=key)
        self._table("assignments")[fact.assignment_id] = fact
        self._inner("assigned_at", fact.scope_key)[fact.assignment_id] = fact
        grants = self._inner("grants_at", fact.scope_key)
        grants[fact.principal_id] = grants.get(fact.principal_id, 0) | self._roles.bits.of(fact.role_id)
        self._inner("scopes_of", fact.principal_id)[fact.scope_key] = None

    @write.register
    def _(self, fact: facts.RoleUnassigned) -> None:
        self._unassign(fact.assignment_id)

    def _unassign(self, assignment_id: str) -> None:
        old = self._tables.assignments.get(assignment_id)
        if old is None:
            return
        del self._table("assignments")[assignment_id]
        self._reconditioned = self._reconditioned or bool(old.condition)
        self._forget("assigned_at", old.scope_key, assignment_id)
        left = 0
        for other in self._tables.assigned_at.get(old.scope_key, {}).values():
            if other.principal_id == old.principal_id:
                left |= self._roles.bits.of(other.role_id)
        if left:
            self._inner("grants_at", old.scope_key)[old.principal_id] = left
        else:
            self._forget("grants_at", old.scope_key, old.principal_id)
            self._forget("scopes_of", old.principal_id, old.scope_key)

    @write.register
    def _(self, fact: facts.DefinitionSet) -> None:
        self._undefine(fact.definition_id)
        roles: dict[str, int] = {}
        role_ids: dict[str, tuple[str, ...]] = {}
        delegated: dict[str, frozenset[str]] = {}
        for principal, role_id, handed_on in fact.grants:
            roles[principal] = roles.get(principal, 0) | self._roles.delegated_bit(role_id)
            role_ids[principal] = (*role_ids.get(principal, ()), role_id)
            if handed_on:
                delegated[principal] = delegated.get(principal, frozenset()) | frozenset(handed_on)
            self._inner("definitions_of", principal)[fact.definition_id] = None
        self._table("definitions")[fact.definition_id] = Definition(fact.managing_tenant_id, roles, role_ids, delegated)

    @write.register
    def _(self, fact: facts.DefinitionGone) -> None:
        self._undefine(fact.definition_id)

    def _undefine(self, definition_id: str) -> None:
        old = self._tables.definitions.get(definition_id)
        if old is None:
            return
        del self._table("definitions")[definition_id]
        for principal in old.role_ids:
            self._forget("definitions_of", principal, definition_id)

    @write.register
    def _(self, fact: facts.Delegated) -> None:
        self._end(fact.assignment_id)
        self._table("delegations")[fact.assignment_id] = (fact.scope_key, fact.definition_id)
        self._inner("delegations_at", fact.scope_key)[fact.assignment_id] = fact.definition_id
        self._inner("delegations_by", fact.definition_id)[fact.assignment_id] = fact.scope_key
        if subscription := subscription_in(fact.scope_key):
            self._inner("delegations_in", subscription)[fact.assignment_id] = fact.definition_id

    @write.register
    def _(self, fact: facts.DelegationEnded) -> None:
        self._end(fact.assignment_id)

    def _end(self, assignment_id: str) -> None:
        old = self._tables.delegations.get(assignment_id)
        if old is None:
            return
        scope_key, definition_id = old
        del self._table("delegations")[assignment_id]
        self._forget("delegations_at", scope_key, assignment_id)
        self._forget("delegations_by", definition_id, assignment_id)
        if subscription := subscription_in(scope_key):
            self._forget("delegations_in", subscription, assignment_id)

    @write.register
    def _(self, fact: facts.Joined) -> None:
        self._inner("groups_with", fact.member_id)[fact.group_id] = None
        self._inner("members_of", fact.group_id)[fact.member_id] = None
        self._regrouped.add(fact.member_id)

    @write.register
    def _(self, fact: facts.Left) -> None:
        self._regrouped |= self._below({fact.member_id})
        self._forget("groups_with", fact.member_id, fact.group_id)
        self._forget("members_of", fact.group_id, fact.member_id)

    @write.register
    def _(self, fact: facts.PrincipalGone) -> None:
        gone = fact.principal_id
        self._regrouped |= self._below({gone})
        for group in tuple(self._tables.groups_with.get(gone, ())):
            self._forget("members_of", group, gone)
        for member in tuple(self._tables.members_of.get(gone, ())):
            self._forget("groups_with", member, gone)
        for table in ("groups_with", "members_of"):
            if gone in getattr(self._tables, table):
                del self._table(table)[gone]

    @write.register
    def _(self, fact: facts.SubscriptionPlaced) -> None:
        old = self._tables.subscriptions.get(fact.subscription_id)
        if old is not None:
            self._forget("subscriptions_in", old.tenant_id, fact.subscription_id)
        group = fact.management_group.lower() if fact.management_group else None
        self._table("subscriptions")[fact.subscription_id] = Placement(fact.tenant_id, group)
        self._inner("subscriptions_in", fact.tenant_id)[fact.subscription_id] = None
        self._moved = True

    @write.register
    def _(self, fact: facts.ManagementGroupPlaced) -> None:
        parent = fact.parent.lower() if fact.parent else None
        self._table("management_groups")[management_group_key(fact.tenant_id, fact.name)] = parent
        self._moved = True

    @write.register
    def _(self, fact: facts.ManagementGroupGone) -> None:
        self._table("management_groups").pop(management_group_key(fact.tenant_id, fact.name), None)
        self._moved = True

    @write.register
    def _(self, fact: facts.Denied) -> None:
        self.write(facts.DenyLifted(fact.deny_id))
        self._table("denials")[fact.deny_id] = fact
        self._inner("denied_at", fact.scope_key)[fact.deny_id] = fact

    @write.register
    def _(self, fact: facts.DenyLifted) -> None:
        old = self._tables.denials.get(fact.deny_id)
        if old is not None:
            del self._table("denials")[fact.deny_id]
            self._forget("denied_at", old.scope_key, fact.deny_id)

    @write.register
    def _(self, fact: facts.Activated) -> None:
        self.write(facts.Deactivated(fact.activation_id))
        self._table("activations")[fact.activation_id] = fact
        self._inner("activated_at", fact.scope_key)[fact.activation_id] = fact
        self._inner("activated_by", fact.principal_id)[fact.activation_id] = fact

    @write.register
    def _(self, fact: facts.Deactivated) -> None:
        old = self._tables.activations.get(fact.activation_id)
        if old is not None:
            del self._table("activations")[fact.activation_id]
            self._forget("activated_at", old.scope_key, fact.activation_id)
            self._forget("activated_by", old.principal_id, fact.activation_id)

    @write.register
    def _(self, fact: facts.RoleDefined) -> None:
        self._redefined[fact.role.id] = fact.role

    @write.register
    def _(self, fact: facts.RoleGone) -> None:
        self._redefined[fact.role_id] = None

    def _table(self, name: str) -> MutableMapping[str, Any]:
        """Return a table that is ours to change."""
        if name not in self._copied:
            self._copied.add(name)
            setattr(self._tables, name, getattr(self._tables, name).copy())
        table: MutableMapping[str, Any] = getattr(self._tables, name)
        return table

    def _inner(self, name: str, key: str) -> dict[str, Any]:
        """Return the map at `key` of a table of maps, ours to change."""
        table = self._table(name)
        if (name, key) not in self._ours:
            self._ours.add((name, key))
            table[key] = dict(table.get(key, ()))
        elif key not in table:
            table[key] = {}
        inner: dict[str, Any] = table[key]
        return inner

    def _forget(self, name: str, key: str, inner_key: str) -> None:
        """Take one entry out of a table of maps; a map left empty goes too."""
        inner = self._inner(name, key)
        inner.pop(inner_key, None)
        if not inner:
            del self._table(name)[key]

    def _below(self, principals: set[str]) -> set[str]:
        """Return these principals and everybody who is in them."""
        found, waiting = set(principals), list(principals)
        while waiting:
            for member in self._tables.members_of.get(waiting.pop(), ()):
                if member not in found:
                    found.add(member)
                    waiting.append(member)
        return found
