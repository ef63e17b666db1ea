"""Roles of a tenant's own, locks and denials on both databases: kept, changed, followed by the index, gone with their scope."""

from collections.abc import Iterator

import pytest

from lightkeeper.access import custom_roles, denials, locks, service
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.facts import EVERYONE
from lightkeeper.access.locks import LockAsked
from lightkeeper.access.model import OWNER, DenyAssignment, PermissionBlock
from lightkeeper.access.role_rules import RoleAsked
from lightkeeper.access.sources import CUSTOM_ROLES, DENY_ASSIGNMENTS, MEMBERSHIPS, RESOURCE_TREE, RoleAssignments
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Conflict
from tests.access.town import CONTOSO, NOON, SUBSCRIPTION, Town, who

RESTART = "Microsoft.Compute/virtualMachines/restart/action"
ROLE = named("role", "restarter")
SOURCES = (MEMBERSHIPS, RESOURCE_TREE, RoleAssignments(), CUSTOM_ROLES, DENY_ASSIGNMENTS)


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    found = Town(database)
    with database.read() as connection:
        found.index.rebuild(connection, SOURCES)
    yield found


def may(town: Town, name: str, action: str = RESTART) -> bool:
    with town.office.reading(town.caller(name)) as call:
        return call.allows(action, SUBSCRIPTION)


def write(town: Town, *actions: str) -> bool:
    asked = RoleAsked("Restarter", "", None, (PermissionBlock(actions),), (SUBSCRIPTION,))
    with town.office.writing(town.caller("owner")) as call:
        return custom_roles.put_role(call, SUBSCRIPTION, ROLE, asked).created


def test_a_role_is_made_changed_and_rebuilt(town: Town) -> None:
    """The index that followed the log and the one rebuilt from the tables answer the same."""
    assert write(town, RESTART) and not write(town, RESTART)
    town.gives("owner", ROLE, "ann", SUBSCRIPTION)
    assert may(town, "ann")

    assert not write(town, "Microsoft.Compute/*/read")
    assert not may(town, "ann")

    write(town, RESTART)
    with town.office.database.read() as connection:
        town.index.rebuild(connection, SOURCES)
    assert may(town, "ann") and not may(town, "ann", "Microsoft.Compute/virtualMachines/delete")


def test_a_lock_and_a_denial_are_kept_and_go_with_their_scope(town: Town) -> None:
    """L68 for what is kept at a scope: what is deleted takes its locks and denials along."""
    denied = DenyAssignment(
        named("denial", "one"), SUBSCRIPTION, SUBSCRIPTION, CONTOSO, "x", "", (RESTART,), (),
        ((EVERYONE, "SystemDefined"),), (), False, NOON, "platform",
    )  # fmt: skip
    with town.office.writing(OPERATOR) as call:
        assert locks.put_lock(call, SUBSCRIPTION, "keep", LockAsked("readonly")).created
        assert not locks.put_lock(call, SUBSCRIPTION, "KEEP", LockAsked("ReadOnly", "note")).created
        denials.put_denial(call, denied)
        denials.put_denial(call, denied)

    with pytest.raises(Conflict) as refused, town.office.writing(town.caller("owner")) as call:
        call.authorize("Microsoft.Compute/virtualMachines/write", SUBSCRIPTION)
    assert refused.value.code == "ScopeLocked" and not may(town, "owner")
    with town.office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        service.on_scope_deleted(call, SUBSCRIPTION)
    with town.office.writing(OPERATOR) as call:
        assert not locks.list_locks(call, SUBSCRIPTION) and not denials.list_denials(call, SUBSCRIPTION)


def test_a_condition_of_an_assignment_holds_after_a_restart(town: Town) -> None:
    """What a condition speaks about is withheld by the index that followed the log and by the one rebuilt from tables."""
    guarded = f"(!(ActionMatches{{'{RESTART}'}})) OR (@Resource[x] boolequals true)"
    with town.office.writing(town.caller("owner")) as call:
        service.assign_role(
            call, SUBSCRIPTION, Asked(named("assignment", "guarded"), who("ann"), OWNER, condition=guarded)
        )

    for _ in range(2):
        assert not may(town, "ann")
        assert may(town, "ann", "Microsoft.Compute/virtualMachines/read")
        with town.office.database.read() as connection:
            town.index.rebuild(connection, SOURCES)
