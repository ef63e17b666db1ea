"""The index and the decision against the oracle, over random sequences of changes."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.access import facts
from lightkeeper.access.decide import decide
from lightkeeper.access.explain import explain
from lightkeeper.access.facts import Fact
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import OWNER, READER, USER_ACCESS_ADMINISTRATOR, PermissionBlock, Role, RoleId, Subject
from lightkeeper.access.reach import delegated_roles_of, managing_tenants_of, may_enter, subscriptions_of
from lightkeeper.access.reference import Reference
from lightkeeper.access.roles import Catalogue, built_in
from lightkeeper.access.view import Tables, View
from tests.access.world import NOW, TENANTS, VM

ROLES = Catalogue(
    [
        *(role for name in ("Owner", "Contributor", "Reader") if (role := built_in().role_named(name))),
        *(role for name in ("User Access Administrator", "Virtual Machine Contributor") if (role := built_in().role_named(name))),
        *(role for name in ("Purview role 1 (Deprecated)", "DevCenter Owner") if (role := built_in().role_named(name))),
        Role(RoleId("two-blocks"), "Two blocks", permissions=(
            PermissionBlock(("Microsoft.Compute/*",), ("Microsoft.Compute/*/delete",)),
            PermissionBlock(("Microsoft.Compute/disks/delete",)),
        )),
    ]
)  # fmt: skip
ROLE_IDS = [role.id for role in ROLES] + ["unknown", "custom"]
PEOPLE = ["ann", "bob", "eve"]
GROUPS = ["g1", "g2", "g3"]
SUBSCRIPTIONS = ["prod", "test", "own"]
DELEGABLE = [
    "/subscriptions/prod",
    "/subscriptions/prod/resourcegroups/web",
    "/subscriptions/test",
    "/subscriptions/own",
]
SCOPE_KEYS = [
    *DELEGABLE,
    VM.lower(),
    "contoso:/", "fabrikam:/",
    "contoso:/providers/microsoft.management/managementgroups/top",
    "contoso:/providers/microsoft.management/managementgroups/mid",
]  # fmt: skip
QUESTIONS = [
    VM,
    "/subscriptions/prod",
    "/SUBSCRIPTIONS/prod/resourcegroups/WEB",
    "/subscriptions/prod/providers/Microsoft.Compute/virtualMachines",
    "/subscriptions/test/resourceGroups/other",
    "/subscriptions/own/resourceGroups/x",
    "/subscriptions/nobody",
    "/providers/Microsoft.Management/managementGroups/Mid",
    "/",
]
ACTIONS = [
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/delete",
    "Microsoft.Compute/disks/delete",
    "microsoft.compute/VIRTUALMACHINES/restart/action",
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Support/supportTickets/write",
    "Microsoft.DevCenter/projects/write",
]

ids = st.sampled_from(["1", "2", "3", "4"])
roles = st.sampled_from(ROLE_IDS)
anybody = st.sampled_from(PEOPLE + GROUPS)
handed_on = st.sampled_from([(), (READER,)])
custom = Role(RoleId("custom"), "Custom", permissions=(PermissionBlock(("*/delete",)),), built_in=False)

changes: st.SearchStrategy[Fact] = st.one_of(
    st.builds(facts.RoleAssigned, ids, st.sampled_from(SCOPE_KEYS), anybody, roles),
    st.builds(facts.RoleUnassigned, ids),
    st.builds(facts.DefinitionSet, ids, st.sampled_from(TENANTS), st.lists(st.tuples(anybody, roles, handed_on), max_size=3).map(tuple)),
    st.builds(facts.DefinitionGone, ids),
    st.builds(facts.Delegated, ids, st.sampled_from(DELEGABLE), ids),
    st.builds(facts.DelegationEnded, ids),
    st.builds(facts.Joined, st.sampled_from(GROUPS), anybody),
    st.builds(facts.Left, st.sampled_from(GROUPS), anybody),
    st.builds(facts.PrincipalGone, anybody),
    st.builds(facts.SubscriptionPlaced, st.sampled_from(SUBSCRIPTIONS), st.sampled_from(TENANTS), st.sampled_from(["top", "mid", None])),
    st.builds(facts.ManagementGroupPlaced, st.sampled_from(TENANTS), st.sampled_from(["top", "mid"]), st.sampled_from(["top", "mid", None])),
    st.builds(facts.ManagementGroupGone, st.sampled_from(TENANTS), st.sampled_from(["top", "mid"])),
    st.builds(
        facts.Denied, ids, st.sampled_from(SCOPE_KEYS), st.frozensets(st.sampled_from([*PEOPLE, *GROUPS, facts.EVERYONE]), max_size=2),
        st.sampled_from([("*",), ("*/delete",)]), st.sampled_from([(), ("*/read",)]), st.frozensets(anybody, max_size=1), st.booleans(),
    ),
    st.builds(facts.DenyLifted, ids),
    st.builds(facts.Activated, ids, st.sampled_from(SCOPE_KEYS), anybody, roles, st.sampled_from(TENANTS), st.sampled_from([NOW, NOW + timedelta(hours=1)])),
    st.builds(facts.Deactivated, ids),
    st.just(facts.RoleDefined(custom)),
    st.just(facts.RoleGone("custom")),
)  # fmt: skip

BEGINNING: list[Fact] = [
    facts.SubscriptionPlaced("prod", "contoso", "mid"),
    facts.SubscriptionPlaced("test", "contoso"),
    facts.SubscriptionPlaced("own", "fabrikam"),
    facts.ManagementGroupPlaced("contoso", "mid", "top"),
]

questions = st.lists(
    st.tuples(
        st.builds(Subject, st.sampled_from(PEOPLE), st.sampled_from(TENANTS)),
        st.sampled_from(ACTIONS),
        st.sampled_from(QUESTIONS),
    ),
    min_size=1,
    max_size=12,
)


def told(sequence: list[Fact]) -> AccessIndex:
    index = AccessIndex(ROLES)
    index.apply(sequence)
    return index


def plain(view: View) -> dict[str, Any]:
    """The tables of a view, role sets spelled out (two indexes may give a role different bits)."""
    bits = view.roles.bits
    tables = {table.name: getattr(view.tables, table.name) for table in fields(Tables)}
    tables["grants_at"] = {
        scope: {principal: set(bits.ids_in(held)) for principal, held in grants.items()}
        for scope, grants in view.tables.grants_at.items()
    }
    tables["definitions"] = {
        key: (found.managing_tenant_id, found.role_ids, found.delegated,
              {principal: set(bits.ids_in(held)) for principal, held in found.roles.items()})
        for key, found in view.tables.definitions.items()
    }  # fmt: skip
    return tables


@settings(max_examples=200, deadline=None)
@given(st.lists(changes, max_size=40), questions)
def test_the_index_answers_like_a_plain_scan_after_every_change(sequence: list[Fact], asked: Any) -> None:
    """Design, deciding access: the plain scan over the same facts is the oracle."""
    index = told(BEGINNING)
    oracle = Reference(ROLES, BEGINNING)

    for fact in sequence:
        index.apply([fact])
        oracle.told.append(fact)
        who, action, scope = asked[len(oracle.told) % len(asked)]
        assert decide(index.view, who, action, scope, NOW) == oracle.allows(who, action, scope, NOW), (
            fact,
            who,
            action,
            scope,
        )

    for who, action, scope in asked:
        expected = oracle.allows(who, action, scope, NOW)
        assert decide(index.view, who, action, scope, NOW) == expected, (who, action, scope)
        assert explain(index.view, who, action, scope, NOW).allowed == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(changes, max_size=40), questions)
def test_one_fact_at_a_time_comes_to_the_same_as_all_at_once(sequence: list[Fact], asked: Any) -> None:
    """A rebuilt index equals one that followed the log."""
    followed = told(BEGINNING)
    for fact in sequence:
        for who, action, scope in asked:
            decide(followed.view, who, action, scope, NOW)  # fills the memories that the next view must not trust
        followed.apply([fact])

    rebuilt = told(BEGINNING + sequence)

    assert plain(followed.view) == plain(rebuilt.view)
    for who, action, scope in asked:
        assert decide(followed.view, who, action, scope, NOW) == decide(rebuilt.view, who, action, scope, NOW)
        assert subscriptions_of(followed.view, who, NOW) == subscriptions_of(rebuilt.view, who, NOW)
        for subscription in SUBSCRIPTIONS:
            assert may_enter(followed.view, who, subscription, NOW) == may_enter(rebuilt.view, who, subscription, NOW)


@settings(max_examples=100, deadline=None)
@given(st.lists(changes, max_size=25), questions, st.sampled_from(SCOPE_KEYS), anybody, roles)
def test_another_role_assignment_never_takes_access_away(
    sequence: list[Fact], asked: Any, scope_key: str, principal: str, role_id: str
) -> None:
    """Access is the union over roles: more assignments mean more access."""
    index = told(BEGINNING + sequence)
    before = [decide(index.view, who, action, scope, NOW) for who, action, scope in asked]

    index.apply([facts.RoleAssigned("another", scope_key, principal, role_id)])

    after = [decide(index.view, who, action, scope, NOW) for who, action, scope in asked]
    assert all(now or not then for then, now in zip(before, after, strict=True))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(changes, max_size=25),
    questions,
    st.sampled_from(DELEGABLE),
    st.lists(st.tuples(anybody, roles, handed_on), max_size=3),
)
def test_a_third_tenants_delegation_changes_nothing_for_others(
    sequence: list[Fact], asked: Any, scope: str, grants: list[Any]
) -> None:
    """A delegation speaks only to principals of its managing tenant."""
    index = told(BEGINNING + sequence)
    before = [decide(index.view, who, action, at, NOW) for who, action, at in asked]

    index.apply([facts.DefinitionSet("theirs", "tailspin", tuple(grants)), facts.Delegated("theirs", scope, "theirs")])

    assert before == [decide(index.view, who, action, at, NOW) for who, action, at in asked]


@settings(max_examples=100, deadline=None)
@given(st.lists(changes, max_size=30), questions)
def test_who_may_do_anything_in_a_subscription_may_enter_and_sees_it(sequence: list[Fact], asked: Any) -> None:
    """A token that is turned away at the door would make its rights worthless (L108)."""
    view = told(BEGINNING + sequence).view

    for who, action, scope in asked:
        if scope.lower().startswith("/subscriptions/") and decide(view, who, action, scope, NOW):
            subscription = scope.split("/")[2]
            assert may_enter(view, who, subscription, NOW)
            assert subscription in subscriptions_of(view, who, NOW)


def test_a_published_view_never_changes() -> None:
    """Readers look things up without a lock, so what they hold must stay what it was."""
    index = told(BEGINNING)
    old = index.view
    before = plain(old)

    index.apply([facts.RoleAssigned("1", "/subscriptions/prod", "ann", OWNER), facts.Joined("g1", "ann")])

    assert plain(old) == before
    assert not decide(old, Subject("ann", "contoso"), ACTIONS[0], VM, NOW)
    assert decide(index.view, Subject("ann", "contoso"), ACTIONS[0], VM, NOW)


def test_a_delegated_administrator_of_access_only_hands_on_listed_roles() -> None:
    """L106: nothing else of User Access Administrator applies."""
    grant = ("ann", USER_ACCESS_ADMINISTRATOR, (READER,))
    view = told(
        [*BEGINNING, facts.DefinitionSet("d", "fabrikam", (grant,)), facts.Delegated("a", "/subscriptions/prod", "d")]
    ).view
    ann = Subject("ann", "fabrikam")

    assert delegated_roles_of(view, ann, VM) == {READER}
    assert not decide(view, ann, "Microsoft.Authorization/roleAssignments/write", VM, NOW)
    assert not decide(view, ann, "Microsoft.Compute/virtualMachines/read", VM, NOW)
    assert decide(view, ann, "Microsoft.Support/supportTickets/write", VM, NOW)
    assert managing_tenants_of(view, "prod") == ["fabrikam"]
