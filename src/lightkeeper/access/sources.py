"""Where facts come from: each source reads state tables once at start, and log entries ever after."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import Connection

from lightkeeper.access import deny_store, role_store, store
from lightkeeper.access.facts import (
    Denied,
    DenyLifted,
    Fact,
    Joined,
    Left,
    ManagementGroupGone,
    ManagementGroupPlaced,
    PrincipalGone,
    RoleAssigned,
    RoleDefined,
    RoleGone,
    RoleUnassigned,
    SubscriptionPlaced,
)
from lightkeeper.access.model import RoleId, custom_role_id
from lightkeeper.access.roles import role_of
from lightkeeper.directory import service as directory
from lightkeeper.kernel.log import Entry
from lightkeeper.resources import service as resources


class GrantSource(Protocol):
    """Tells the index what is true."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield everything that is true now, from state tables."""
        ...

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what one log entry made true; nothing for entries of other matters."""
        ...


class RoleAssignments:
    """Role assignments of this context."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield every role assignment."""
        for assignment in store.all_of(connection):
            role = role_key(assignment.tenant_id, assignment.role_id)
            condition = assignment.condition or ""
            yield RoleAssigned(assignment.key, assignment.scope_key, assignment.principal_id, role, condition)

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what a written or deleted role assignment means."""
        body = entry.body
        if entry.kind == "RoleAssignmentWritten":
            role = role_key(entry.tenant_id or "", body["role_id"])
            condition = body.get("condition") or ""  # entries of older versions do not say
            yield RoleAssigned(body["key"], body["scope_key"], body["principal_id"], role, condition)
        elif entry.kind == "RoleAssignmentDeleted":
            yield RoleUnassigned(body["key"])


def role_key(tenant_id: str, guid: str) -> RoleId:
    """Return the id under which the index knows a role of this GUID, as an assignment of the tenant means it."""
    return RoleId(guid) if role_of(guid) is not None else custom_role_id(tenant_id, guid)


class CustomRoles:
    """The roles tenants make for themselves."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield every custom role."""
        for custom in role_store.all_roles(connection):
            yield RoleDefined(custom.role)

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what a written or deleted role definition means."""
        if entry.kind == "RoleDefinitionWritten":
            yield RoleDefined(
                role_store.role_from(entry.body["role_id"], entry.body["name"], entry.body["permissions"])
            )
        elif entry.kind == "RoleDefinitionDeleted":
            yield RoleGone(entry.body["role_id"])


class DenyAssignments:
    """What the platform forbids."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield every deny assignment."""
        for denial in deny_store.all_of(connection):
            yield _denied(deny_store.document_of(denial))

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what a made or lifted deny assignment means."""
        if entry.kind == "DenyAssignmentWritten":
            yield _denied(entry.body)
        elif entry.kind == "DenyAssignmentDeleted":
            yield DenyLifted(entry.body["key"])


def _denied(body: Mapping[str, Any]) -> Denied:
    return Denied(
        body["key"],
        body["scope_key"],
        frozenset(principal for principal, _ in body["principals"]),
        tuple(body["actions"]),
        tuple(body["not_actions"]),
        frozenset(principal for principal, _ in body["excluded"]),
        body["not_below"],
    )


class Memberships:
    """Who is in which group, from the directory."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield every direct membership."""
        for group_id, member_id in directory.all_memberships(connection):
            yield Joined(group_id, member_id)

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what joining, leaving and the deletion of a principal mean."""
        body = entry.body
        if entry.kind == "MemberAdded":
            yield Joined(body["group_id"], body["member_id"])
        elif entry.kind == "MemberRemoved":
            yield Left(body["group_id"], body["member_id"])
        elif entry.kind == "PrincipalDeleted":
            yield PrincipalGone(body["id"])


class ResourceTree:
    """Which subscription and management group stands where, from resources."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield every management group and subscription."""
        groups, subscriptions = resources.placements(connection)
        for group in groups:
            yield ManagementGroupPlaced(group.tenant_id, group.name, group.parent)
        for subscription in subscriptions:
            yield SubscriptionPlaced(subscription.id, subscription.tenant_id, subscription.management_group)

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what a written or deleted subscription or management group means."""
        body = entry.body
        if entry.kind == "SubscriptionWritten":
            yield SubscriptionPlaced(body["subscription_id"], body["tenant_id"], body.get("management_group"))
        elif entry.kind == "ManagementGroupWritten":
            yield ManagementGroupPlaced(body["tenant_id"], body["name"], body.get("parent"))
        elif entry.kind == "ManagementGroupDeleted":
            yield ManagementGroupGone(body["tenant_id"], body["name"])


MEMBERSHIPS = Memberships()
RESOURCE_TREE = ResourceTree()
CUSTOM_ROLES = CustomRoles()
DENY_ASSIGNMENTS = DenyAssignments()
