"""What a world file may say, and what is said about one that is wrong."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.kernel.findings import Finding
from lightkeeper.world import document
from lightkeeper.world.apply import role_known
from lightkeeper.world.model import World

EXAMPLES = Path(__file__).parents[2] / "examples" / "worlds"

SMALL = """\
tenants:
  fabrikam:
    users:
      technician: {password: "correct horse"}
    groups:
      tier1: {members: [technician]}
  contoso:
    users:
      owner: {}
subscriptions:
  prod:
    tenant: contoso
    resourceGroups:
      web: {}
"""


def faults(text: str) -> list[tuple[str, int]]:
    return [(finding.code, finding.place.line) for finding in findings(text) if finding.place]


def findings(text: str) -> list[Finding]:
    return document.read(text)[1]


def world(text: str) -> World:
    found, wrong = document.read(text)
    assert wrong == []
    return found


def test_the_demonstration_world_has_no_fault() -> None:
    """The file people copy must be a good one."""
    text = (EXAMPLES / "demo.yaml").read_text(encoding="utf-8")

    found, wrong = document.read(text, "demo.yaml", role_known=role_known)

    assert wrong == []
    assert {tenant.name for tenant in found.tenants} == {"fabrikam", "contoso", "northwind", "tailspin"}
    assert [s.channel for s in found.subscriptions if s.name == "tailspin-shop"] == ["cspReseller"]


def test_a_user_signs_in_with_name_and_domain() -> None:
    """name@domain; the domain is NAME.example when it is not given."""
    fabrikam, _ = world(SMALL).tenants

    assert fabrikam.domain == "fabrikam.example"
    assert fabrikam.users[0].upn == "technician@fabrikam.example"


def test_ids_depend_on_names_alone() -> None:
    """Derived ids are the same in every run; these are pinned because other people's files may hold them."""
    found = world(SMALL)

    assert found.tenants[0].id == "3f1e686b-ac16-5ab3-a780-93fe181d4bf6"
    assert found.tenants[0].users[0].id == "6ca0f5bc-a9c8-5f11-ab40-81984312176a"
    assert found.tenants[0].groups[0].members == (found.tenants[0].users[0].id,)


def test_the_case_of_a_name_does_not_change_its_id() -> None:
    """Names ignore case."""
    assert world(SMALL).tenants[0].id == world(SMALL.replace("fabrikam", "Fabrikam")).tenants[0].id


def test_a_given_id_is_respected_in_lower_case() -> None:
    """Ids are lower case everywhere inside."""
    text = "tenants:\n  fabrikam: {id: 11111111-AAAA-4111-8111-111111111111}\n"

    assert world(text).tenants[0].id == "11111111-aaaa-4111-8111-111111111111"


def test_a_given_tenant_id_does_not_change_the_ids_below_it() -> None:
    """An object's id is derived from names, not from other ids."""
    given = SMALL.replace("  fabrikam:\n", "  fabrikam:\n    id: 11111111-aaaa-4111-8111-111111111111\n")

    assert world(given).tenants[0].users[0].id == world(SMALL).tenants[0].users[0].id


def test_a_guest_has_its_home_in_another_tenant() -> None:
    """A guest is an object of its own that points to the account it signs in with."""
    found = world(SMALL.replace("owner: {}", "owner: {guestOf: fabrikam/technician}"))

    guest = found.tenants[1].users[0]
    assert guest.guest
    assert guest.home_id == found.tenants[0].users[0].id
    assert guest.upn == "technician_fabrikam.example#EXT#@contoso.example"


@pytest.mark.parametrize(
    ("scope", "arm_id"),
    [
        ("prod", "/subscriptions/{prod}"),
        ("PROD", "/subscriptions/{prod}"),
        ("prod/web", "/subscriptions/{prod}/resourceGroups/web"),
        ("top", "/providers/Microsoft.Management/managementGroups/top"),
        ("tenant:contoso", "/"),
        ("/subscriptions/abc", "/subscriptions/abc"),
    ],
)
def test_a_scope_is_a_name_or_an_arm_id(scope: str, arm_id: str) -> None:
    """A scope is written as subscription, subscription/group, management group, tenant:NAME, or an ARM id."""
    text = f"{SMALL}managementGroups:\n  top: {{tenant: contoso}}\nroleAssignments:\n  - {{principal: contoso/owner, role: Owner, scope: '{scope}'}}\n"

    found = world(text)

    assert found.role_assignments[0].scope == arm_id.format(prod=found.subscriptions[0].id)


def test_management_groups_come_after_their_parents() -> None:
    """The order of the file is free; the order of creation is not."""
    text = (
        "tenants: {t: {}}\nmanagementGroups:\n  below: {tenant: t, parent: above}\n  above: {tenant: t, parent: null}\n"
    )

    assert [group.name for group in world(text).management_groups] == ["above", "below"]


def test_a_child_resource_is_named_after_its_parent() -> None:
    """A type with two levels has a name with two levels."""
    text = SMALL.replace("web: {}", "web: {resources: [{type: Microsoft.Sql/servers/databases, name: s1/d1}]}")

    resource = world(text).subscriptions[0].resource_groups[0].resources[0]

    assert resource.id.endswith("/resourceGroups/web/providers/Microsoft.Sql/servers/s1/databases/d1")


def test_a_date_is_a_text() -> None:
    """An api-version without quotes is still an api-version."""
    text = SMALL.replace("web: {}", "web: {resources: [{type: A.B/c, name: x, apiVersion: 2024-07-01}]}")

    assert world(text).subscriptions[0].resource_groups[0].resources[0].api_version == "2024-07-01"


FAULTS = {
    "nothing at all": ("", [("Empty", 1)]),
    "not yaml": ("tenants: [\n  a: }", [("NotYaml", 2)]),
    "two documents": ("tenants: {}\n---\ntenants: {}\n", [("NotYaml", 2)]),
    "a list for a mapping": ("- tenants\n", [("WrongType", 1)]),
    "an unknown section": ("tenants: {}\ntennants: {}\n", [("UnknownKey", 2)]),
    "an unknown key": ("tenants:\n  a:\n    domian: a.example\n", [("UnknownKey", 3)]),
    "a key twice": ("tenants:\n  a: {}\n  a: {}\n", [("DuplicateName", 3)]),
    "a name twice but for case": ("tenants:\n  a: {}\n  A: {}\n", [("DuplicateName", 3)]),
    "a name with a slash": ("tenants:\n  a/b: {}\n", [("BadName", 2)]),
    "a bad guid": ("tenants:\n  a:\n    id: abc\n", [("BadGuid", 3)]),
    "a number as password": ("tenants:\n  a:\n    users:\n      u: {password: 123}\n", [("WrongType", 4)]),
    "an empty password": ("tenants:\n  a:\n    users:\n      u: {password: ''}\n", [("BadValue", 4)]),
    "a bad domain": ("tenants:\n  a: {domain: nodot}\n", [("BadValue", 2)]),
    "a domain twice": ("tenants:\n  a: {domain: x.example}\n  b: {domain: X.example}\n", [("DuplicateId", 3)]),
    "one name for user and group": (
        "tenants:\n  a:\n    users: {x: {}}\n    groups: {x: {}}\n",
        [("DuplicateName", 4)],
    ),
    "an unknown member": ("tenants:\n  a:\n    groups: {g: {members: [nobody]}}\n", [("UnknownName", 3)]),
    "a member of another tenant": (
        "tenants:\n  a:\n    groups: {g: {members: [b/u]}}\n  b: {users: {u: {}}}\n",
        [("ForeignMember", 3)],
    ),
    "groups in a circle": (
        "tenants:\n  a:\n    groups:\n      g: {members: [h]}\n      h: {members: [g]}\n",
        [("Circle", 4)],
    ),
    "a group in itself": ("tenants:\n  a:\n    groups:\n      g: {members: [g]}\n", [("Circle", 4)]),
    "a guest of nobody": ("tenants:\n  a:\n    users:\n      u: {guestOf: b/v}\n", [("UnknownName", 4)]),
    "a guest at home": ("tenants:\n  a:\n    users:\n      u: {guestOf: a/v}\n      v: {}\n", [("GuestAtHome", 4)]),
    "a guest with a password": (
        "tenants:\n  a:\n    users:\n      u: {guestOf: b/v, password: pw}\n  b: {users: {v: {}}}\n",
        [("GuestPassword", 4)],
    ),
    "a guest of a group": (
        "tenants:\n  a:\n    users:\n      u: {guestOf: b/g}\n  b: {groups: {g: {}}}\n",
        [("GuestNotUser", 4)],
    ),
    "another user principal name": ("tenants:\n  a:\n    users:\n      u: {upn: x@y.example}\n", [("UpnMismatch", 4)]),
    "a secret of a managed identity": (
        "tenants:\n  a:\n    servicePrincipals:\n      m: {managedIdentity: true, secret: x}\n",
        [("ManagedIdentitySecret", 4)],
    ),
    "a publisher of no tenant": ("publishers:\n  fab: {displayName: Fab}\n", [("Missing", 2)]),
    "a publisher of an unknown tenant": ("publishers:\n  fab: {tenant: nobody}\n", [("UnknownName", 2)]),
    "a bad publisher id": ("tenants: {a: {}}\npublishers:\n  Fab: {tenant: a}\n", [("BadName", 3)]),
    "a bad publisher role": (
        "tenants: {a: {users: {u: {}}}}\npublishers:\n  fab: {tenant: a, members: {u: boss}}\n",
        [("BadChoice", 3)],
    ),
    "an unknown channel": ("tenants: {a: {}}\nsubscriptions:\n  s: {tenant: a, channel: csp}\n", [("BadChoice", 3)]),
    "an unknown management group": (
        "tenants: {a: {}}\nsubscriptions:\n  s: {tenant: a, managementGroup: top}\n",
        [("UnknownName", 3)],
    ),
    "management groups in a circle": (
        "tenants: {a: {}}\nmanagementGroups:\n  x: {tenant: a, parent: y}\n  y: {tenant: a, parent: x}\n",
        [("Circle", 3)],
    ),
    "a subscription named like a management group": (
        "tenants: {a: {}}\nsubscriptions: {x: {tenant: a}}\nmanagementGroups:\n  x: {tenant: a}\n",
        [("DuplicateName", 4)],
    ),
    "a subscription id twice": (
        "tenants: {a: {}}\nsubscriptions:\n  x: {tenant: a, id: 11111111-1111-4111-8111-111111111111}\n"
        "  y: {tenant: a, id: 11111111-1111-4111-8111-111111111111}\n",
        [("DuplicateId", 4)],
    ),
    "a resource without a type": (
        "tenants: {a: {}}\nsubscriptions:\n  s:\n    tenant: a\n    resourceGroups:\n      g:\n        resources:\n          - {name: x}\n",
        [("Missing", 8)],
    ),
    "a resource with too few names": (
        "tenants: {a: {}}\nsubscriptions:\n  s:\n    tenant: a\n    resourceGroups:\n      g:\n        resources:\n"
        "          - {type: A.B/c/d, name: x}\n",
        [("BadValue", 8)],
    ),
    "a resource twice": (
        "tenants: {a: {}}\nsubscriptions:\n  s:\n    tenant: a\n    resourceGroups:\n      g:\n        resources:\n"
        "          - {type: A.B/c, name: x}\n          - {type: a.b/C, name: X}\n",
        [("DuplicateName", 9)],
    ),
    "a tag that is a number": (
        "tenants: {a: {}}\nsubscriptions:\n  s: {tenant: a, tags: {n: 1}}\n",
        [("WrongType", 3)],
    ),
    "an unknown scope": (
        "tenants: {a: {users: {u: {}}}}\nroleAssignments:\n  - {principal: a/u, role: Owner, scope: s}\n",
        [("UnknownName", 3)],
    ),
    "a group of an unknown subscription": (
        "tenants: {a: {users: {u: {}}}}\nroleAssignments:\n  - {principal: a/u, role: Owner, scope: s/g}\n",
        [("UnknownName", 3)],
    ),
    "a malformed ARM id": (
        "tenants: {a: {users: {u: {}}}}\nroleAssignments:\n  - {principal: a/u, role: Owner, scope: /subscription/x}\n",
        [("BadValue", 3)],
    ),
    "the same role twice": (
        "tenants: {a: {users: {u: {}}}}\nroleAssignments:\n"
        "  - {principal: a/u, role: Owner, scope: 'tenant:a'}\n  - {principal: a/u, role: Owner, scope: 'tenant:a'}\n",
        [("DuplicateId", 4)],
    ),
    "an unknown principal": (
        "tenants: {a: {}}\nroleAssignments:\n  - {principal: a/u, role: Owner, scope: 'tenant:a'}\n",
        [("UnknownName", 3)],
    ),
    "a principal without a tenant": (
        "tenants: {a: {}}\nroleAssignments:\n  - {principal: u, role: Owner, scope: 'tenant:a'}\n",
        [("BadValue", 3)],
    ),
    "a python tag": ("tenants: !!python/object:os.system {}\nx: !foo y\n", [("WrongType", 2), ("UnknownKey", 2)]),
}


@pytest.mark.parametrize("situation", FAULTS)
def test_a_fault_is_told_with_its_line(situation: str) -> None:
    """A fault in a world file is reported with its line."""
    text, expected = FAULTS[situation]

    found = faults(text)

    assert sorted(found) == sorted(expected)


def test_every_fault_is_told_at_once() -> None:
    """Several faults are reported together, in the order of the lines."""
    text = (
        "tenants:\n  a:\n    domain: nodot\n    groups: {g: {members: [nobody]}}\n"
        "subscriptions:\n  s: {tenant: b, channel: csp}\nwhat: 1\n"
    )

    assert [line for _, line in faults(text)] == [3, 4, 6, 6, 7]


def test_an_unknown_role_is_told() -> None:
    """A role is a built-in role's name or id."""
    text = "tenants: {a: {users: {u: {}}}}\nroleAssignments:\n  - {principal: a/u, role: Ownr, scope: 'tenant:a'}\n"

    _, [finding] = document.read(text, role_known={"Owner"}.__contains__)

    assert (finding.code, finding.place.line if finding.place else 0) == ("UnknownRole", 3)


def test_the_known_names_are_offered() -> None:
    """A message says what to do."""
    [finding] = findings("tenants: {contoso: {}}\nsubscriptions:\n  s: {tenant: contso}\n")

    assert finding.remedy == "Known are: contoso."


def test_one_application_may_be_present_in_several_tenants() -> None:
    """A multi-tenant application has one application id and a service principal in each tenant."""
    one = "servicePrincipals: {app: {appId: 11111111-1111-4111-8111-111111111111}}"

    assert findings(f"tenants:\n  a: {{{one}}}\n  b: {{{one}}}\n") == []


def test_a_small_text_cannot_become_an_endless_tree() -> None:
    """Aliases that multiply are refused rather than followed."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )

    assert [finding.code for finding in findings(bomb)] == ["TooLarge"]


def test_a_deep_text_is_refused() -> None:
    """Nesting is bounded."""
    assert [finding.code for finding in findings("[" * 100 + "]" * 100)] == ["TooDeep"]
    assert [finding.code for finding in findings("[" * 20000)] == ["TooDeep"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_an_answer(text: str) -> None:
    """Reading is total: no text makes it fail in another way than by findings."""
    document.read(text)


_FRAGMENTS = st.sampled_from(
    ["{}", "[]", "null", "1", "x", "'/'", "{a: b}", "[a, b]", "~", "a/b", "*a", "&a {}", "!!int x"]
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_world_gives_an_answer(data: st.DataObject) -> None:
    """Cut, doubled or overwritten anywhere, a real world file still only gives findings."""
    lines = (EXAMPLES / "demo.yaml").read_text(encoding="utf-8").splitlines()[:60]
    at = data.draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    cut = data.draw(st.integers(0, len(line)))
    lines[at] = line[:cut] + data.draw(_FRAGMENTS) + data.draw(st.sampled_from(["", line[cut:]]))

    document.read("\n".join(lines))
