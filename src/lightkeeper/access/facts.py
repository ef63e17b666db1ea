"""What the access index is told: one small value per thing that became true or ceased to be.

A scope's `scope_key` is the lower-case ARM id for a subscription and everything below it. `/` and management groups
exist once per tenant, so their keys are qualified with the tenant (scopes.qualified). All ids are lower case.
"""

from dataclasses import dataclass
from datetime import datetime

from lightkeeper.access.model import Role

EVERYONE = "00000000-0000-0000-0000-000000000000"
"""The principal of a deny assignment that names all principals."""


@dataclass(frozen=True, slots=True)
class RoleAssigned:
    """A principal of the scope's own tenant holds a role at a scope and below, perhaps under a condition."""

    assignment_id: str
    scope_key: str
    principal_id: str
    role_id: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class RoleUnassigned:
    """A role assignment is gone."""

    assignment_id: str


@dataclass(frozen=True, slots=True)
class DefinitionSet:
    """A registration definition says this now: each grant is (principal, role, delegated roles)."""

    definition_id: str
    managing_tenant_id: str
    grants: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class DefinitionGone:
    """A registration definition is gone."""

    definition_id: str


@dataclass(frozen=True, slots=True)
class Delegated:
    """A registration assignment gives a definition's principals their roles at a scope."""

    assignment_id: str
    scope_key: str
    definition_id: str


@dataclass(frozen=True, slots=True)
class DelegationEnded:
    """A registration assignment is gone."""

    assignment_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A principal, possibly a group, became a direct member of a group."""

    group_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class Left:
    """A direct membership ended."""

    group_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class PrincipalGone:
    """A principal was deleted, and with it every membership of and in it."""

    principal_id: str


@dataclass(frozen=True, slots=True)
class SubscriptionPlaced:
    """A subscription belongs to a tenant, below a management group (by name) or directly below its root."""

    subscription_id: str
    tenant_id: str
    management_group: str | None = None


@dataclass(frozen=True, slots=True)
class ManagementGroupPlaced:
    """A management group of a tenant hangs below another, or directly below the root."""

    tenant_id: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class ManagementGroupGone:
    """A management group is gone."""

    tenant_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A deny assignment: these principals may not do these actions at the scope and below, whatever they hold."""

    deny_id: str
    scope_key: str
    principal_ids: frozenset[str]
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    excluded_ids: frozenset[str] = frozenset()
    not_below: bool = False  # holds at the scope itself only


@dataclass(frozen=True, slots=True)
class DenyLifted:
    """A deny assignment is gone."""

    deny_id: str


@dataclass(frozen=True, slots=True)
class Activated:
    """A principal activated an eligible role until a moment, as a member of `managing_tenant_id`."""

    activation_id: str
    scope_key: str
    principal_id: str
    role_id: str
    managing_tenant_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Deactivated:
    """An activation is over."""

    activation_id: str


@dataclass(frozen=True, slots=True)
class RoleDefined:
    """A role exists beside the built-in ones, or says something else now."""

    role: Role


@dataclass(frozen=True, slots=True)
class RoleGone:
    """A role is gone; who holds it holds nothing by it."""

    role_id: str


Fact = (
    RoleAssigned
    | RoleUnassigned
    | DefinitionSet
    | DefinitionGone
    | Delegated
    | DelegationEnded
    | Joined
    | Left
    | PrincipalGone
    | SubscriptionPlaced
    | ManagementGroupPlaced
    | ManagementGroupGone
    | Denied
    | DenyLifted
    | Activated
    | Deactivated
    | RoleDefined
    | RoleGone
)
