"""What is true about access at one revision, arranged for look-ups.

A view never changes after it is published; draft.py makes the next one. Only its memories grow: chains of scopes and
groups of principals are worked out when first asked for. They hold nothing that is not in the tables, and are bounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lightkeeper.access.compiled import Bits, CompiledRoles
from lightkeeper.access.facts import Activated, Denied, RoleAssigned
from lightkeeper.access.paged import Paged
from lightkeeper.access.roles import Catalogue
from lightkeeper.access.scopes import Chain, Placement, chain_of

REMEMBERED = 50_000
"""How many chains, and how many principals' groups, a view remembers before it forgets all of them."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A registration definition: the managing tenant, and each principal's roles as a set of bits."""

    managing_tenant_id: str
    roles: Mapping[str, int]
    role_ids: Mapping[str, tuple[str, ...]]  # the same as ids, for explanations
    delegated: Mapping[str, frozenset[str]]  # principal -> roles it may hand on (L106)


@dataclass(slots=True)
class Tables:
    """Every table of a view, by name; inner maps are replaced, never changed, once a view is published.

    What the decision looks into on every request is a plain dictionary; the rest, and the largest, is paged.
    """

    assignments: Paged[RoleAssigned] = field(default_factory=Paged)
    assigned_at: Paged[dict[str, RoleAssigned]] = field(default_factory=Paged)  # scope -> by assignment
    grants_at: dict[str, dict[str, int]] = field(default_factory=dict)  # scope -> principal -> roles
    scopes_of: Paged[dict[str, None]] = field(default_factory=Paged)  # principal -> scopes with a grant
    definitions: dict[str, Definition] = field(default_factory=dict)
    definitions_of: Paged[dict[str, None]] = field(default_factory=Paged)  # principal -> definitions naming it
    delegations: Paged[tuple[str, str]] = field(default_factory=Paged)  # assignment -> (scope, definition)
    delegations_at: dict[str, dict[str, str]] = field(default_factory=dict)  # scope -> assignment -> definition
    delegations_in: Paged[dict[str, str]] = field(default_factory=Paged)  # subscription -> assignment -> definition
    delegations_by: Paged[dict[str, str]] = field(default_factory=Paged)  # definition -> assignment -> scope
    groups_with: Paged[dict[str, None]] = field(default_factory=Paged)  # member -> groups it is directly in
    members_of: Paged[dict[str, None]] = field(default_factory=Paged)  # group -> direct members
    subscriptions: dict[str, Placement] = field(default_factory=dict)
    subscriptions_in: Paged[dict[str, None]] = field(default_factory=Paged)  # tenant -> subscriptions
    management_groups: dict[str, str | None] = field(default_factory=dict)  # key -> parent's name
    conditional: dict[str, tuple[str, str]] = field(default_factory=dict)  # conditioned role -> (role, condition)
    denials: dict[str, Denied] = field(default_factory=dict)
    denied_at: dict[str, dict[str, Denied]] = field(default_factory=dict)
    activations: dict[str, Activated] = field(default_factory=dict)
    activated_at: dict[str, dict[str, Activated]] = field(default_factory=dict)
    activated_by: dict[str, dict[str, Activated]] = field(default_factory=dict)  # principal -> by activation


class View:
    """The tables of one revision with their memories."""

    __slots__ = ("chains", "memberships", "revision", "roles", "tables")

    def __init__(
        self,
        tables: Tables,
        roles: CompiledRoles,
        revision: int = 0,
        chains: dict[tuple[str, str] | str, Chain] | None = None,
        memberships: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.tables = tables
        self.roles = roles
        self.revision = revision
        self.chains = {} if chains is None else chains
        self.memberships = {} if memberships is None else memberships

    def chain(self, scope: str, tenant_id: str) -> Chain:
        """Return the scope and everything it lies in, as a caller of `tenant_id` means it."""
        known = self.chains.get(scope) or self.chains.get((tenant_id, scope))
        if known is not None:
            return known
        chain = chain_of(scope, tenant_id, self.tables.subscriptions, self.tables.management_groups)
        if len(self.chains) >= REMEMBERED:
            self.chains.clear()
        # Only what lies in a subscription means the same to everybody.
        self.chains[scope if chain.delegable else (tenant_id, scope)] = chain
        return chain

    def principals(self, object_id: str) -> tuple[str, ...]:
        """Return the principal and every group it is in, directly or through groups; rings of groups are fine."""
        known = self.memberships.get(object_id)
        if known is not None:
            return known
        found = {object_id: None}
        waiting = [object_id]
        while waiting:
            for group in self.tables.groups_with.get(waiting.pop(), ()):
                if group not in found:
                    found[group] = None
                    waiting.append(group)
        if len(self.memberships) >= REMEMBERED:
            self.memberships.clear()
        self.memberships[object_id] = principals = tuple(found)
        return principals


def empty(catalogue: Catalogue) -> View:
    """Return a view in which nobody may do anything."""
    return View(Tables(), CompiledRoles(catalogue, Bits()))
