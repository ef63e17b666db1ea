"""Roles given and taken within limits: under a condition, and by a provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.access import locks, service
from lightkeeper.access.assignment_rules import Asked, AssignmentFacts, check_assignment
from lightkeeper.access.facts import EVERYONE, Denied
from lightkeeper.access.locks import LockAsked
from lightkeeper.access.model import LockLevel
from lightkeeper.access.roles import role_named, role_of
from lightkeeper.directory.model import User
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import new_guid
from lightkeeper.kernel.problems import Conflict, Forbidden
from lightkeeper.resources.seams import seams
from tests.access.town import CONTOSO, CONTRIBUTOR, READER, SUBSCRIPTION, USER_ACCESS_ADMINISTRATOR, Town, who
from tests.databases import furnish

ROLE_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
IDENTITY = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/p"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The town in a file: nothing here depends on the kind of database."""
    database = Database(f"sqlite:///{tmp_path}/town.db", durable=False)
    furnish(database)
    yield Town(database)
    database.close()


def reads(town: Town, name: str) -> bool:
    with town.office.reading(town.caller(name)) as call:
        return call.allows("Microsoft.Compute/virtualMachines/read", SUBSCRIPTION)


def test_a_provider_does_not_rewrite_what_the_customer_gave(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """L105, L106: knowing the name of the customer's assignment is not enough to take its condition away."""
    monkeypatch.setattr(seams, "identity_carriers", [lambda call, key: {who("identity")}])
    town.delegates(USER_ACCESS_ADMINISTRATOR, CONTRIBUTOR)
    theirs, _ = town.gives("owner", CONTRIBUTOR, "identity", SUBSCRIPTION, condition="Exists @Request[x]")

    with pytest.raises(Forbidden):
        town.gives(
            "tech",
            CONTRIBUTOR,
            "identity",
            SUBSCRIPTION,
            name=theirs.name,
            principal_type="ServicePrincipal",
            delegated_managed_identity_resource_id=IDENTITY,
        )

    with town.office.reading(town.caller("owner")) as call:
        assert service.get_assignment(call, SUBSCRIPTION, theirs.name).condition == "Exists @Request[x]"


@pytest.mark.parametrize(
    ("condition", "version", "code"),
    [
        ("@Resource[x] StringEquals 'y'", "3.0", "InvalidConditionVersion"),
        (None, "2.0", "ConditionMissing"),
        ("@Resource[x] StringEquals 'y'", "2.0", None),
        ("@Resource[x] StringEquals 'y'", None, None),
        ("@Resource[x] StringEquals y", "2.0", "InvalidCondition"),
        (f"@Resource[x] StringEquals '{'y' * 8192}'", "2.0", "InvalidCondition"),
    ],
)
def test_a_condition_is_well_formed_and_of_a_version_that_is_known(
    condition: str | None, version: str | None, code: str | None
) -> None:
    """The description of a condition: 2.0 is the accepted version."""
    asked = Asked(new_guid(), who("ann"), READER, condition=condition, condition_version=version)
    facts = AssignmentFacts(CONTOSO, User(who("ann"), CONTOSO), role_of(READER))

    assert [fault.code for fault in check_assignment(asked, facts)] == [code] * (code is not None)


def _guarded(verb: str, source: str, *rest: str) -> str:
    said = (
        f"@{source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}}"
    )
    guard = f"!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{verb}'}})"
    return f"(({guard}) OR ({' AND '.join((said, *rest))}))"


ONLY_READERS = " AND ".join(
    (
        _guarded(
            "write",
            "Request",
            "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'user'",
        ),
        _guarded("delete", "Resource"),
    )
)


def takes(town: Town, by: str, name: str) -> bool:
    with town.office.writing(town.caller(by)) as call:
        return service.remove_role(call, SUBSCRIPTION, name) is not None


def test_who_gives_roles_under_a_condition_gives_what_it_admits(town: Town) -> None:
    """The public description of delegating role assignments: which roles, to which principals, given and taken."""
    held, _ = town.gives("owner", ROLE_ADMINISTRATOR, "ann", SUBSCRIPTION, condition=ONLY_READERS)
    others, _ = town.gives("owner", CONTRIBUTOR, "identity", SUBSCRIPTION)

    given, created = town.gives("ann", READER, "bob", SUBSCRIPTION)

    assert created and reads(town, "bob")
    for role, to, asked in (
        (CONTRIBUTOR, "bob", {}),  # another role
        (READER, "readers", {}),  # another type of principal
        (READER, "readers", {"principal_type": "User"}),  # what is said of it does not count
        (ROLE_ADMINISTRATOR, "ann", {"name": held.name}),  # the own assignment, without its condition
    ):
        with pytest.raises(Forbidden) as refused:
            town.gives("ann", role, to, SUBSCRIPTION, **asked)
        assert refused.value.code == "AuthorizationFailed"
    for name in (others.name, held.name, new_guid()):
        with pytest.raises(Forbidden):
            takes(town, "ann", name)
    assert takes(town, "ann", given.name) and not reads(town, "bob")


def test_locks_and_denials_stop_those_with_a_condition_too(town: Town) -> None:
    """A condition limits a right; it never widens it."""
    town.gives("owner", ROLE_ADMINISTRATOR, "ann", SUBSCRIPTION, condition=ONLY_READERS)
    with town.office.writing(town.caller("owner")) as call:
        locks.put_lock(call, SUBSCRIPTION, "still", LockAsked(LockLevel.READ_ONLY))
    with pytest.raises(Conflict) as locked:
        town.gives("ann", READER, "bob", SUBSCRIPTION)
    assert locked.value.code == "ScopeLocked"

    town.index.apply([Denied("d", SUBSCRIPTION, frozenset({EVERYONE}), ("Microsoft.Authorization/*",))])

    with pytest.raises(Forbidden):
        town.gives("ann", READER, "bob", SUBSCRIPTION)


def test_the_conditions_of_built_in_roles_are_met_likewise(town: Town) -> None:
    """Key Vault Data Access Administrator gives and takes the roles of key vaults, and no others."""
    role = role_named("Key Vault Data Access Administrator")
    secrets = role_named("Key Vault Secrets User")
    assert role is not None and secrets is not None
    town.gives("owner", role.id, "ann", SUBSCRIPTION)

    given, _ = town.gives("ann", secrets.id, "bob", SUBSCRIPTION)
    with pytest.raises(Forbidden):
        town.gives("ann", READER, "bob", SUBSCRIPTION)

    assert takes(town, "ann", given.name)
