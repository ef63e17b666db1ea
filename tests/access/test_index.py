"""The index and the decision against the oracle, over random sequences of changes."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.access import facts
from lightkeeper.access.decide import decide
from lightkeeper.access.explain import explain
from lightkeeper.access.facts import Fact
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import (
    CONTRIBUTOR,
    OWNER,
    READER,
    USER_ACCESS_ADMINISTRATOR,
    PermissionBlock,
    Role,
    RoleId,
    Subject,
)
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
conditions = st.sampled_from(
    ["", "(!(ActionMatches{'Microsoft.Compute/virtualMachines/delete'})) OR (@Resource[x] boolequals true)", "nonsense"]
)
custom = Role(RoleId("custom"), "Custom", permissions=(PermissionBlock(("*/delete",)),), built_in=False)

changes: st.SearchStrategy[Fact] = st.one_of(
    st.builds(facts.RoleAssigned, ids, st.sampled_from(SCOPE_KEYS), anybody, roles, conditions),
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
    st.just(facts.RoleDefined(replace(custom, permissions=(PermissionBlock(("*/read",)),)))),
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
    min_size=12,
    max_size=24,
)


def told(sequence: list[Fact]) -> AccessIndex:
    index = AccessIndex(ROLES)
    index.apply(sequence)
    return index


EVERYBODY = [Subject(person, tenant) for person in PEOPLE for tenant in TENANTS]


def answers(view: View) -> list[bool]:
    """Everybody's answers to a fixed set of questions."""
    return [decide(view, who, action, scope, NOW) for who in EVERYBODY for action in ACTIONS[:3] for scope in QUESTIONS]


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
@given(st.lists(changes, min_size=12, max_size=50), questions)
def test_the_index_answers_like_a_plain_scan_after_every_change(sequence: list[Fact], asked: Any) -> None:
    """Design, deciding access: the plain scan over the same facts is the oracle."""
    index = told(BEGINNING)
    oracle = Reference(ROLES, BEGINNING)

    for fact in sequence:
        index.apply([fact])
        oracle.told.append(fact)
        who, action, scope = asked[len(oracle.told) % len(asked)]
        assert decide(index.view, who, action, scope, NOW) == oracle.allows(who, action, scope, NOW)

    for who, action, scope in asked:
        expected = oracle.allows(who, action, scope, NOW)
        assert decide(index.view, who, action, scope, NOW) == expected, (who, action, scope)
        assert explain(index.view, who, action, scope, NOW).allowed == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(changes, min_size=12, max_size=50))
def test_one_fact_at_a_time_comes_to_the_same_as_all_at_once(sequence: list[Fact]) -> None:
    """A rebuilt index equals one that followed the log."""
    followed = told(BEGINNING)
    for fact in sequence:
        answers(followed.view)  # fills the memories that the next view must not trust
        followed.apply([fact])

    rebuilt = told(BEGINNING + sequence)

    assert plain(followed.view) == plain(rebuilt.view)
    assert answers(followed.view) == answers(rebuilt.view)
    for who in EVERYBODY:
        assert subscriptions_of(followed.view, who, NOW) == subscriptions_of(rebuilt.view, who, NOW)
        for subscription in SUBSCRIPTIONS:
            assert may_enter(followed.view, who, subscription, NOW) == may_enter(rebuilt.view, who, subscription, NOW)


@settings(max_examples=100, deadline=None)
@given(st.lists(changes, min_size=8, max_size=40), questions, st.sampled_from(SCOPE_KEYS), anybody, roles)
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
    st.lists(changes, min_size=8, max_size=40),
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
@given(st.lists(changes, min_size=8, max_size=40), questions)
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


def test_a_deny_assignment_keeps_a_provider_from_handing_roles_on() -> None:
    """L103, L106: who may not give roles may not hand on delegated ones either."""
    grant = ("ann", USER_ACCESS_ADMINISTRATOR, (READER,))
    denial = facts.Denied("1", VM.lower(), frozenset({facts.EVERYONE}), ("Microsoft.Authorization/*",))
    delegated = [facts.DefinitionSet("d", "fabrikam", (grant,)), facts.Delegated("a", "/subscriptions/prod", "d")]
    view = told([*BEGINNING, *delegated, denial]).view

    assert delegated_roles_of(view, Subject("ann", "fabrikam"), VM) == frozenset()
    assert delegated_roles_of(view, Subject("ann", "fabrikam"), "/subscriptions/prod") == {READER}


ANN = Subject("ann", "contoso")
READ = ACTIONS[0]


def test_a_subscription_that_moves_takes_its_inheritance_along() -> None:
    """Roles at a management group hold for what is below it now, not for what was."""
    top = "contoso:/providers/microsoft.management/managementgroups/top"
    index = told([*BEGINNING, facts.RoleAssigned("1", top, "ann", READER)])
    assert decide(index.view, ANN, READ, VM, NOW)

    index.apply([facts.SubscriptionPlaced("prod", "contoso", None)])
    assert not decide(index.view, ANN, READ, VM, NOW)

    index.apply(
        [facts.SubscriptionPlaced("prod", "contoso", "mid"), facts.ManagementGroupPlaced("contoso", "mid", None)]
    )
    assert not decide(index.view, ANN, READ, VM, NOW)


def test_a_subscription_that_changes_its_tenant_leaves_the_old_one() -> None:
    """Role assignments count for subjects of the tenant the subscription is in now; delegations stay (L130)."""
    index = told([*BEGINNING, facts.RoleAssigned("1", "/subscriptions/prod", "ann", READER)])
    assert decide(index.view, ANN, READ, VM, NOW)

    index.apply([facts.SubscriptionPlaced("prod", "fabrikam", None)])

    assert not decide(index.view, ANN, READ, VM, NOW)
    assert subscriptions_of(index.view, ANN, NOW) == []


def test_who_leaves_a_group_inside_a_group_loses_what_the_outer_one_holds() -> None:
    """Membership is transitive, and so is its end."""
    index = told(
        [
            *BEGINNING,
            facts.RoleAssigned("1", "/subscriptions/prod", "g1", READER),
            facts.Joined("g1", "g2"),
            facts.Joined("g2", "g3"),
            facts.Joined("g3", "ann"),
        ]
    )
    assert decide(index.view, ANN, READ, VM, NOW)

    index.apply([facts.Left("g1", "g2")])
    assert not decide(index.view, ANN, READ, VM, NOW)

    index.apply([facts.Joined("g1", "g2")])
    assert decide(index.view, ANN, READ, VM, NOW)

    index.apply([facts.PrincipalGone("g2")])
    assert not decide(index.view, ANN, READ, VM, NOW)


def test_one_of_two_roles_taken_leaves_the_other() -> None:
    """Each assignment counts for itself, even where two give the same role."""
    prod = "/subscriptions/prod"
    index = told(
        [*BEGINNING, facts.RoleAssigned("1", prod, "ann", READER), facts.RoleAssigned("2", prod, "ann", OWNER)]
    )

    index.apply([facts.RoleUnassigned("2")])
    assert decide(index.view, ANN, READ, VM, NOW)
    assert not decide(index.view, ANN, ACTIONS[1], VM, NOW)

    index.apply([facts.RoleAssigned("3", prod, "ann", READER), facts.RoleUnassigned("1")])
    assert decide(index.view, ANN, READ, VM, NOW)


def test_a_deny_assignment_may_stop_at_its_scope() -> None:
    """Deny assignments can be kept from child scopes."""
    prod = "/subscriptions/prod"
    denial = facts.Denied("1", prod, frozenset({facts.EVERYONE}), ("*",), not_below=True)
    view = told([*BEGINNING, facts.RoleAssigned("1", prod, "ann", OWNER), denial]).view

    assert not decide(view, ANN, READ, prod, NOW)
    assert decide(view, ANN, READ, VM, NOW)


def test_a_name_in_another_tenants_definition_opens_nothing() -> None:
    """The definition's managing tenant must be the subject's, for the door and for lists as for the decision."""
    grants = (("ann", READER, ()),)
    view = told(
        [*BEGINNING, facts.DefinitionSet("d", "tailspin", grants), facts.Delegated("1", "/subscriptions/own", "d")]
    ).view

    assert subscriptions_of(view, ANN, NOW) == []
    assert not may_enter(view, ANN, "own", NOW)
    assert may_enter(view, Subject("ann", "tailspin"), "own", NOW)
    assert subscriptions_of(view, Subject("ann", "tailspin"), NOW) == ["own"]
    assert managing_tenants_of(view, "own") == ["tailspin"]


def test_redefining_changes_every_delegated_scope_at_once() -> None:
    """L94: an update counts wherever the definition is assigned; what it leaves out is gone (L90)."""
    index = told(
        [
            *BEGINNING,
            facts.DefinitionSet("d", "fabrikam", (("tech", READER, ()), ("old", READER, ()))),
            facts.Delegated("1", "/subscriptions/prod", "d"),
            facts.Delegated("2", "/subscriptions/test/resourcegroups/a", "d"),
        ]
    )
    index.apply([facts.DefinitionSet("d", "fabrikam", (("tech", CONTRIBUTOR, ()),))])

    for scope in (VM, "/subscriptions/test/resourceGroups/A"):
        assert decide(index.view, Subject("tech", "fabrikam"), ACTIONS[1], scope, NOW)
        assert not decide(index.view, Subject("old", "fabrikam"), READ, scope, NOW)
    index.apply([facts.DelegationEnded("1")])
    assert not decide(index.view, Subject("tech", "fabrikam"), READ, VM, NOW)
    assert subscriptions_of(index.view, Subject("tech", "fabrikam"), NOW) == ["test"]


def test_a_role_activated_at_a_management_group_shows_the_subscriptions_below_it() -> None:
    """An activation above subscriptions is inherited like an assignment there."""
    top = "contoso:/providers/microsoft.management/managementgroups/top"
    until = NOW + timedelta(hours=1)
    view = told([*BEGINNING, facts.Activated("1", top, "ann", READER, "contoso", until)]).view

    assert decide(view, ANN, READ, VM, NOW)
    assert subscriptions_of(view, ANN, NOW) == ["prod"]
    assert subscriptions_of(view, ANN, until) == []


GUARDED = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[x] GuidEquals {1})"


def test_a_condition_on_an_assignment_withholds_what_it_speaks_about() -> None:
    """What a condition might stop is not granted; the role's other rights are, and other holders are not touched."""
    prod, write = "/subscriptions/prod", "Microsoft.Authorization/roleAssignments/write"
    index = told(
        [*BEGINNING, facts.RoleAssigned("1", prod, "ann", OWNER, GUARDED), facts.RoleAssigned("2", prod, "bob", OWNER)]
    )
    ann, bob = Subject("ann", "contoso"), Subject("bob", "contoso")

    assert not decide(index.view, ann, write, prod, NOW)
    assert decide(index.view, ann, "Microsoft.Compute/virtualMachines/read", prod, NOW)
    assert decide(index.view, bob, write, prod, NOW)
    assert explain(index.view, ann, write, prod, NOW).nearest[0].code == "ConditionNotEvaluated"

    index.apply([facts.RoleAssigned("1", prod, "ann", OWNER)])
    assert decide(index.view, ann, write, prod, NOW)
    assert index.view.tables.conditional == {}


def test_a_role_held_under_a_condition_changes_with_the_role() -> None:
    """A role may be told after its assignment, and again; the condition stays."""
    prod, restart = "/subscriptions/prod", "Microsoft.Compute/virtualMachines/restart/action"
    index = told([*BEGINNING, facts.RoleAssigned("1", prod, "ann", "custom", GUARDED)])
    ann = Subject("ann", "contoso")
    assert not decide(index.view, ann, restart, prod, NOW)

    index.apply([facts.RoleDefined(replace(custom, permissions=(PermissionBlock(("*",)),)))])

    assert decide(index.view, ann, restart, prod, NOW)
    assert not decide(index.view, ann, "Microsoft.Authorization/roleAssignments/write", prod, NOW)
