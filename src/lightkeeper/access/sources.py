"""Where facts come from: each source reads state tables once at start, and log entries ever after."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

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
from lightkeeper.kernel import log
from lightkeeper.kernel.log import Entry


class GrantSource(Protocol):
    """Tells the index what is true."""

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield everything that is true now, from state tables."""
        ...

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield what one log entry made true; nothing for entries of other matters."""
        ...


Reading = Callable[[Mapping[str, Any]], Fact]


class FromLog:
    """A source whose whole truth is in the log: it starts by reading its kinds of entries from the beginning."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self._readings = readings

    def load(self, connection: Connection) -> Iterable[Fact]:
        """Yield the facts of every entry of these kinds, oldest first."""
        revision = 0
        while batch := log.after(connection, revision, kinds=tuple(self._readings)):
            for entry in batch:
                yield from self.facts_of(entry)
            revision = batch[-1].revision

    def facts_of(self, entry: Entry) -> Iterable[Fact]:
        """Yield the fact of an entry of one of these kinds."""
        reading = self._readings.get(entry.kind)
        if reading is not None:
            yield reading(entry.body)


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


RESOURCE_TREE = FromLog(
    {
        "SubscriptionWritten": lambda body: SubscriptionPlaced(
            body["subscription_id"], body["tenant_id"], body.get("management_group")
        ),
        "ManagementGroupWritten": lambda body: ManagementGroupPlaced(
            body["tenant_id"], body["name"], body.get("parent")
        ),
        "ManagementGroupDeleted": lambda body: ManagementGroupGone(body["tenant_id"], body["name"]),
    }
)
"""Subscriptions and management groups, as resources logs them."""
