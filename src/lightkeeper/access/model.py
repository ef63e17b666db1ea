"""Nouns of access: roles, who holds them, and who is asking."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from lightkeeper.access.conditions import guarded_actions
from lightkeeper.access.patterns import first_match

RoleId = NewType("RoleId", str)  # a role's GUID, lower case; ids of the same role at different scopes share it

OWNER = RoleId("8e3af657-a8ff-443c-a75c-2fe8c4bcb635")
CONTRIBUTOR = RoleId("b24988ac-6180-42a0-ab88-20f7382dd24c")
READER = RoleId("acdd72a7-3385-48ef-bd42-f606fba81ae7")
USER_ACCESS_ADMINISTRATOR = RoleId("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9")
DELETE_ROLE = RoleId("91c1777a-f3dc-4fae-b103-61d183457e46")  # Managed Services Registration assignment Delete Role
MONITORING_READER = RoleId("43d0d8ad-25c7-4714-9337-8ba259a9fe05")


@dataclass(frozen=True, slots=True)
class PermissionBlock:
    """One set of permissions: `not_actions` take away from `actions` of the same block only."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str = ""
    # Actions the condition speaks about; None when it cannot be told, and the block then grants nothing.
    guarded: tuple[str, ...] | None = field(default=(), compare=False)

    @classmethod
    def under(cls, condition: str, **lists: tuple[str, ...]) -> "PermissionBlock":
        """Return a block with its condition read."""
        return cls(**lists, condition=condition, guarded=guarded_actions(condition) if condition else ())

    def also_under(self, condition: str) -> "PermissionBlock":
        """Return the block under one more condition."""
        more = guarded_actions(condition)
        guarded = None if more is None or self.guarded is None else (*self.guarded, *more)
        both = f"({self.condition}) AND ({condition})" if self.condition else condition
        return replace(self, condition=both, guarded=guarded)

    def granting(self, action: str) -> str | None:
        """Return the pattern by which this block grants a control-plane action, or None when it does not."""
        return first_match(self.actions, action) if self.names(action) and not self.withholds(action) else None

    def names(self, action: str) -> bool:
        """Return whether the action is in this block, whatever the condition says."""
        return first_match(self.actions, action) is not None and self.removing(action) is None

    def removing(self, action: str) -> str | None:
        """Return the pattern of `not_actions` that takes the action away again, or None."""
        return first_match(self.not_actions, action)

    def withholds(self, action: str) -> bool:
        """Return whether the condition keeps the action from being granted (conditions.py says when)."""
        return self.guarded is None or first_match(self.guarded, action) is not None


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition; `id` is its GUID."""

    id: RoleId
    name: str
    category: str = "Other"
    permissions: tuple[PermissionBlock, ...] = ()
    deprecated: bool = False
    built_in: bool = True

    @property
    def data_actions(self) -> bool:
        """Return whether the role names data actions, granted or taken away: such a role cannot be delegated (L24)."""
        return any(block.data_actions or block.not_data_actions for block in self.permissions)

    def under(self, condition: str) -> "Role":
        """Return the role as somebody holds it under a condition: what that speaks about is not granted."""
        return Role(
            conditioned_id(self.id, condition),
            self.name,
            self.category,
            tuple(block.also_under(condition) for block in self.permissions),
            self.deprecated,
            built_in=False,
        )

    def granting(self, action: str) -> str | None:
        """Return the pattern by which the role grants a control-plane action, or None when it does not."""
        return next((found for block in self.permissions if (found := block.granting(action)) is not None), None)

    def removing(self, action: str) -> str | None:
        """Return the `notActions` pattern without which the role would grant the action, or None."""
        for block in self.permissions:
            if first_match(block.actions, action) is not None and (found := block.removing(action)) is not None:
                return found
        return None


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A role of a tenant's own making. `role.id` is unique among all tenants, `guid` only in its own."""

    tenant_id: str
    role: Role
    description: str
    assignable_scopes: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    created_by: str
    updated_by: str

    @property
    def guid(self) -> str:
        """Return the GUID by which the tenant knows it."""
        return self.role.id.rsplit("/", 1)[-1]


def custom_role_id(tenant_id: str, guid: str) -> RoleId:
    """Return the id of a tenant's own role: GUIDs are only unique in a tenant, since templates bring theirs along."""
    return RoleId(f"{tenant_id.lower()}/{guid.lower()}")


def conditioned_id(role_id: str, condition: str) -> RoleId:
    """Return the id under which the index knows a role that is held under a condition."""
    return RoleId(f"{role_id}?{hashlib.sha256(condition.encode()).hexdigest()[:24]}")


@dataclass(frozen=True, slots=True)
class DenyAssignment:
    """What nobody named may do at a scope, whatever they hold; made by the platform only (L103)."""

    name: str
    scope: str
    scope_key: str
    tenant_id: str
    display_name: str
    description: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]  # (object id, type); EVERYONE with SystemDefined is everybody
    excluded: tuple[tuple[str, str], ...]
    not_below: bool
    created_at: datetime
    created_by: str

    @property
    def key(self) -> str:
        """Return what identifies it in the index and the log."""
        return key_of(self.tenant_id, self.name)


class LockLevel(StrEnum):
    """What a lock stops."""

    CAN_NOT_DELETE = "CanNotDelete"  # deleting
    READ_ONLY = "ReadOnly"  # every change, and actions that are more than a look


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock at a subscription, group or resource; it holds there and below for the customer's own people (L103)."""

    name: str
    scope: str
    scope_key: str
    tenant_id: str
    subscription_id: str
    level: LockLevel
    notes: str | None
    created_at: datetime
    created_by: str

    @property
    def id(self) -> str:
        """Return the ARM id."""
        return f"{self.scope}/providers/Microsoft.Authorization/locks/{self.name}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: an object id, and the tenant whose directory it is in."""

    object_id: str
    tenant_id: str


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role given to a principal at a scope, by the scope's own tenant or by a provider within its limits (L106).

    `scope_key` is the qualified key (scopes.py); `tenant_id` the tenant the scope belongs to.
    """

    id: str
    name: str
    scope: str
    scope_key: str
    tenant_id: str
    subscription_id: str | None
    principal_id: str
    principal_type: str
    role_id: RoleId
    created_at: datetime
    updated_at: datetime
    created_by: str
    updated_by: str
    created_by_tenant_id: str
    description: str | None = None
    condition: str | None = None
    condition_version: str | None = None
    delegated_managed_identity_resource_id: str | None = None

    @property
    def key(self) -> str:
        """Return what identifies the assignment in the index and the log."""
        return key_of(self.tenant_id, self.name)


def key_of(tenant_id: str, name: str) -> str:
    """Return the key of the assignment of this name: names are unique in a tenant."""
    return f"{tenant_id}/{name.lower()}"
