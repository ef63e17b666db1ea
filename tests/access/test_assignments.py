"""Giving and taking roles: who may, what is refused and in which words, and who sees what."""

from collections.abc import Iterator

import pytest

from lightkeeper.access import service
from lightkeeper.access.facts import RoleAssigned
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import Subject
from lightkeeper.access.roles import built_in
from lightkeeper.access.service import AssignmentFilter
from lightkeeper.access.sources import Memberships, ResourceTree, RoleAssignments
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named, new_guid
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from lightkeeper.resources.seams import seams
from tests.access.town import (
    CONTOSO,
    CONTRIBUTOR,
    OWNER,
    READER,
    SUBSCRIPTION,
    TEST,
    USER_ACCESS_ADMINISTRATOR,
    Town,
    who,
)

READ = "Microsoft.Compute/virtualMachines/read"
IDENTITY = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/p"


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    yield Town(database)


def may(town: Town, name: str, action: str = READ, scope: str = SUBSCRIPTION) -> bool:
    with town.office.reading(town.caller(name)) as call:
        return call.allows(action, scope)


def listed(town: Town, name: str, scope: str = SUBSCRIPTION, **asked: object) -> set[tuple[str, str]]:
    with town.office.reading(town.caller(name)) as call:
        found = service.list_assignments(call, scope, AssignmentFilter(**asked))  # type: ignore[arg-type]
        return {(one.principal_id, one.role_id) for one in found}


def test_a_role_given_counts_with_the_answer_and_a_role_taken_stops_with_it(town: Town) -> None:
    """Revocation is immediate: whoever got an answer finds the index at least that far."""
    assert not may(town, "ann")

    assignment, created = town.gives("owner", READER, "ann", SUBSCRIPTION)

    assert created and may(town, "ann")
    with town.office.writing(town.caller("owner")) as call:
        assert service.remove_role(call, SUBSCRIPTION, assignment.name) == assignment
    assert not may(town, "ann")


def test_who_lacks_the_right_is_refused_in_arms_words(town: Town) -> None:
    """ARM contract 2.2, AuthorizationFailed."""
    town.gives("owner", CONTRIBUTOR, "ann", SUBSCRIPTION)

    with pytest.raises(Forbidden) as refused:
        town.gives("ann", READER, "bob", SUBSCRIPTION)

    assert refused.value.code == "AuthorizationFailed"
    assert refused.value.message == (
        f"The client 'ann@example' with object id '{who('ann')}' does not have authorization to perform action "
        f"'Microsoft.Authorization/roleAssignments/write' over scope '{SUBSCRIPTION}' or the scope is invalid. If access "
        "was recently granted, please refresh your credentials."
    )


@pytest.mark.parametrize(
    ("code", "to", "role", "more"),
    [
        ("InvalidRoleAssignmentId", "ann", READER, {"name": "mine"}),
        ("PrincipalNotFound", "nobody", READER, {}),
        ("PrincipalNotFound", "tech", READER, {}),
        ("RoleDefinitionDoesNotExist", "ann", named("role", "none"), {}),
        ("UnmatchedPrincipalType", "ann", READER, {"principal_type": "Group"}),
    ],
)
def test_what_does_not_exist_cannot_be_assigned(
    town: Town, code: str, to: str, role: str, more: dict[str, str]
) -> None:
    """ARM contract 6.2, errors; somebody of another tenant does not exist in this directory."""
    with pytest.raises(Invalid) as refused:
        town.gives("owner", role, to, SUBSCRIPTION, **more)

    assert refused.value.code == code


def test_the_same_role_twice_is_refused_and_the_same_request_twice_is_fine(town: Town) -> None:
    """ARM contract 6.2: RoleAssignmentExists for another name; RoleAssignmentUpdateNotPermitted for another content."""
    first, _ = town.gives("owner", READER, "ann", SUBSCRIPTION)

    again, created = town.gives(
        "owner", READER, "ann", SUBSCRIPTION.upper().replace("SUBSCRIPTIONS", "subscriptions"), name=first.name
    )
    assert not created and again.created_at == first.created_at
    with pytest.raises(Conflict) as twice:
        town.gives("owner", READER, "ann", SUBSCRIPTION, name=new_guid())
    with pytest.raises(Problem) as other:
        town.gives("owner", READER, "bob", SUBSCRIPTION, name=first.name)

    assert (twice.value.code, twice.value.message) == ("RoleAssignmentExists", "The role assignment already exists.")
    assert other.value.code == "RoleAssignmentUpdateNotPermitted"


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("/providers/Microsoft.Management/managementGroups/nowhere", "NotFound"),
        (f"{SUBSCRIPTION}/resourceGroups/nowhere", "ResourceGroupNotFound"),
        (f"{SUBSCRIPTION}/resourceGroups/one/providers/Microsoft.Compute/virtualMachines/none", "ResourceNotFound"),
        (
            f"{SUBSCRIPTION}/resourceGroups/one/providers/Microsoft.Storage/storageAccounts/none/blobServices/default",
            "ResourceNotFound",
        ),
    ],
)
def test_nothing_is_given_where_nothing_is(town: Town, scope: str, code: str) -> None:
    """ARM contract 2.2: a group or resource that is not there is named as missing, also by who would hold a role at it."""
    town.builds("one")
    town.index.apply([RoleAssigned("everywhere", f"{CONTOSO}:/", who("owner"), OWNER)])

    with pytest.raises(NotFound) as refused:
        town.gives("owner", READER, "ann", scope)
    with pytest.raises(NotFound) as unlisted:
        listed(town, "owner", scope)

    assert (refused.value.code, unlisted.value.code) == (code, code)


def test_a_list_shows_above_and_below_and_filters_narrow_it(town: Town) -> None:
    """ARM contract 6.2: no filter at, above and below; atScope() not below; assignedTo() through groups."""
    group = f"{SUBSCRIPTION}/resourceGroups/one"
    town.builds("one")
    town.gives("owner", READER, "readers", SUBSCRIPTION)
    town.gives("owner", CONTRIBUTOR, "bob", group)

    owner, readers, bob = (who("owner"), OWNER), (who("readers"), READER), (who("bob"), CONTRIBUTOR)
    assert listed(town, "owner") == {owner, readers, bob}
    assert listed(town, "owner", at_scope=True) == {owner, readers}
    assert listed(town, "owner", group) == {owner, readers, bob}
    assert listed(town, "owner", assigned_to=who("bob")) == {readers, bob}
    assert listed(town, "owner", assigned_to=who("bob"), at_scope=True) == {readers}
    assert listed(town, "owner", principal_id=who("bob")) == {bob}


def test_neither_side_sees_the_others_grants_as_role_assignments(town: Town) -> None:
    """L105."""
    town.delegates(READER)

    assert may(town, "tech")
    assert listed(town, "tech") == set()
    assert listed(town, "owner") == {(who("owner"), OWNER)}
    with town.office.reading(town.caller("tech")) as call, pytest.raises(NotFound):
        service.get_assignment(call, SUBSCRIPTION, named("assignment", f"{OWNER} owner {SUBSCRIPTION}"))


def test_a_provider_hands_listed_roles_to_managed_identities_of_the_customer(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L106: the role is listed, and the resource named carries the identity within what is delegated."""
    carries = {IDENTITY.lower(): {who("identity")}}
    monkeypatch.setattr(seams, "identity_carriers", [lambda call, key: carries.get(key, set())])
    bare = IDENTITY + "-other"
    town.delegates(USER_ACCESS_ADMINISTRATOR, CONTRIBUTOR)
    right = {"principal_type": "ServicePrincipal", "delegated_managed_identity_resource_id": IDENTITY}

    made, created = town.gives("tech", CONTRIBUTOR, "identity", SUBSCRIPTION, **right)

    assert created and made.tenant_id == CONTOSO
    elsewhere = f"/subscriptions/{TEST}"
    for role, to, scope, asked in (
        (READER, "identity", SUBSCRIPTION, right),  # not in the list
        (CONTRIBUTOR, "ann", SUBSCRIPTION, right),  # not an identity
        (CONTRIBUTOR, "identity", SUBSCRIPTION, {**right, "principal_type": "User"}),
        (CONTRIBUTOR, "identity", SUBSCRIPTION, {"principal_type": "ServicePrincipal"}),  # no resource named
        (CONTRIBUTOR, "identity", SUBSCRIPTION, {**right, "delegated_managed_identity_resource_id": elsewhere}),
        (
            CONTRIBUTOR,
            "identity",
            SUBSCRIPTION,
            {**right, "delegated_managed_identity_resource_id": bare},
        ),  # carries none
        (CONTRIBUTOR, "identity", elsewhere, right),  # not delegated
    ):
        with pytest.raises(Forbidden) as refused:
            town.gives("tech", role, to, scope, **asked)
        assert refused.value.code == "AuthorizationFailed"


def test_permissions_are_the_callers_own_and_without_data_actions_across_tenants(town: Town) -> None:
    """ARM contract 6.3; L101."""
    town.gives("owner", READER, "readers", SUBSCRIPTION)
    town.delegates(CONTRIBUTOR)

    with town.office.reading(town.caller("bob")) as call:
        assert [block.actions for block in service.list_permissions(call, SUBSCRIPTION)] == [("*/read",)]
    with town.office.reading(town.caller("tech")) as call:
        [block] = service.list_permissions(call, SUBSCRIPTION)
        assert block.actions == ("*",) and not block.data_actions


def test_assignments_go_with_their_scope(town: Town) -> None:
    """L68: what is kept below a deleted group goes with it; a group of a longer name stays."""
    town.builds("a", "ab")
    for place in ("a", "a/providers/Microsoft.Resources/deployments/one", "ab"):
        town.gives("owner", READER, "ann", f"{SUBSCRIPTION}/resourceGroups/{place}")

    with town.office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        service.on_scope_deleted(call, f"{SUBSCRIPTION}/resourcegroups/a")

    assert len(listed(town, "owner", principal_id=who("ann"))) == 1
    assert may(town, "ann", scope=f"{SUBSCRIPTION}/resourceGroups/ab")
    assert not may(town, "ann", scope=f"{SUBSCRIPTION}/resourceGroups/a")


def test_an_index_rebuilt_from_the_tables_equals_one_that_followed_the_log(town: Town) -> None:
    """A process that starts now decides like one that was there all the time."""
    town.gives("owner", READER, "readers", SUBSCRIPTION)
    town.gives("owner", CONTRIBUTOR, "ann", SUBSCRIPTION)
    with town.office.writing(OPERATOR) as call:
        directory.remove_member(call, who("readers"), who("bob"))
        directory.add_member(call, who("readers"), who("ann"))

    fresh = AccessIndex(built_in())
    with town.office.database.read() as connection:
        fresh.rebuild(connection, [RoleAssignments(), Memberships(), ResourceTree()])

    assert fresh.revision == town.index.revision == town.office.revision
    assert fresh.view.tables.assigned_at == town.index.view.tables.assigned_at
    assert fresh.view.tables.groups_with == town.index.view.tables.groups_with
    assert fresh.view.tables.subscriptions == town.index.view.tables.subscriptions
    assert fresh.view.tables.management_groups == town.index.view.tables.management_groups


def test_another_node_catches_up_from_the_log(town: Town) -> None:
    """Nodes that share a database read what the others wrote; entries reported early wait for those before them."""
    other = AccessIndex(built_in(), [RoleAssignments(), Memberships(), ResourceTree()])
    reported: list[list[object]] = []
    town.office.readers.append(reported.append)  # type: ignore[arg-type]
    with town.office.database.read() as connection:
        other.catch_up(connection)
    before = other.revision
    town.gives("owner", READER, "ann", SUBSCRIPTION)
    town.gives("owner", READER, "bob", SUBSCRIPTION)

    other.follow(reported[1])  # type: ignore[arg-type]
    assert other.revision == before
    with town.office.database.read() as connection:
        other.catch_up(connection)

    assert other.revision == town.index.revision
    assert other.view.tables.grants_at.keys() == town.index.view.tables.grants_at.keys()


def test_everybody_may_ask_about_themselves_and_readers_about_others(town: Town) -> None:
    """A refusal can be explained to whom it concerns."""
    with town.office.reading(town.caller("ann")) as call:
        assert not service.explain_access(call, Subject(who("ann"), CONTOSO), READ, SUBSCRIPTION).allowed
    with town.office.reading(town.caller("ann")) as call, pytest.raises(Forbidden):
        service.explain_access(call, Subject(who("bob"), CONTOSO), READ, SUBSCRIPTION)
    with town.office.reading(town.caller("owner")) as call:
        explained = service.explain_access(call, Subject(who("owner"), CONTOSO), READ, SUBSCRIPTION)
        assert explained.allowed and explained.because[0].pattern == "*"
