"""Where facts come from: each source reads state tables once at start, and log entries ever after."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import Connection

from lightkeeper.access import store
from lightkeeper.access.facts import (
    Fact,
    Joined,
    Left,
    ManagementGroupGone,
    ManagementGroupPlaced,
    PrincipalGone,
    RoleAssigned,
    RoleUnassigned,
    SubscriptionPlaced,
)
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
            yield RoleAssigned(assignment.key, assignment.scope_key, assignment.principal_id, assignment.role_id)

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what a written or deleted role assignment means."""
        body = entry.body
        if entry.kind == "RoleAssignmentWritten":
            yield RoleAssigned(body["key"], body["scope_key"], body["principal_id"], body["role_id"])
        elif entry.kind == "RoleAssignmentDeleted":
            yield RoleUnassigned(body["key"])


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
