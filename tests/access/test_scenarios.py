"""Situations as text: who is who, who holds what, and what follows.

One file each in scenarios/, in this form:

    situation: a sentence
    subscriptions: {prod: contoso/mid}       # tenant, or tenant/management group
    managementGroups: {contoso/mid: top}     # parent, or null
    groups: {g1: [ann, g2]}                  # direct members
    holds:                                   # role assignments; a scope of a tenant's own is written contoso:/...
      - {who: ann, role: Reader, at: /subscriptions/prod}
    definitions:                             # what a provider's people get wherever the definition is assigned
      silver: {tenant: fabrikam, grants: [{who: tech, role: Contributor, handsOn: [Reader]}]}
    delegated: [{definition: silver, at: /subscriptions/prod}]
    denied assignments are under `denials`, activations under `activations` (minutes left, below 0: over)
    allowed: ["tenant/who  action  scope"]
    denied:  ["tenant/who  action  scope  # nearest reason"]

A line's reason, where it is given, is the code `explain` puts first.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lightkeeper.access import facts
from lightkeeper.access.decide import decide
from lightkeeper.access.explain import explain
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.reference import Reference
from lightkeeper.access.roles import built_in, role_named
from tests.access.world import NOW, subject

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))


def facts_in(told: dict[str, Any]) -> list[facts.Fact]:
    found: list[facts.Fact] = []
    for name, parent in (told.get("managementGroups") or {}).items():
        tenant, _, own = name.partition("/")
        found.append(facts.ManagementGroupPlaced(tenant, own, parent))
    for name, place in told["subscriptions"].items():
        tenant, _, group = place.partition("/")
        found.append(facts.SubscriptionPlaced(name, tenant, group or None))
    for group, members in (told.get("groups") or {}).items():
        found += [facts.Joined(group, member) for member in members]
    for n, row in enumerate(told.get("holds") or ()):
        found.append(facts.RoleAssigned(f"assignment-{n}", row["at"].lower(), row["who"], role_id(row["role"])))
    for name, definition in (told.get("definitions") or {}).items():
        grants = tuple(
            (row["who"], role_id(row["role"]), tuple(map(role_id, row.get("handsOn", ()))))
            for row in definition["grants"]
        )
        found.append(facts.DefinitionSet(name, definition["tenant"], grants))
    for n, row in enumerate(told.get("delegated") or ()):
        found.append(facts.Delegated(f"delegation-{n}", row["at"].lower(), row["definition"]))
    for n, row in enumerate(told.get("denials") or ()):
        found.append(
            facts.Denied(
                f"denial-{n}", row["at"].lower(), frozenset(row.get("who", [facts.EVERYONE])), tuple(row["actions"]),
                excluded_ids=frozenset(row.get("spares", ())),
            )
        )  # fmt: skip
    for n, row in enumerate(told.get("activations") or ()):
        until = NOW + timedelta(minutes=row["minutes"])
        found.append(
            facts.Activated(
                f"activation-{n}", row["at"].lower(), row["who"], role_id(row["role"]), row["tenant"], until
            )
        )
    return found


def role_id(name: str) -> str:
    role = role_named(name)
    assert role is not None, name
    return role.id


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_situation_comes_out_as_written(path: Path) -> None:
    """Every line of a scenario holds, for the index and for the plain scan, and its explanation agrees."""
    told = YAML(typ="safe").load(path.read_text())
    known = facts_in(told)
    index = AccessIndex(built_in())
    index.apply(known)
    oracle = Reference(built_in(), known)

    assert told["situation"]
    for expected, lines in ((True, told.get("allowed")), (False, told.get("denied"))):
        for line in lines or ():
            words, _, reason = line.partition("#")
            who, action, scope = words.split()
            asked = (subject(who), action, scope, NOW)
            explanation = explain(index.view, *asked)
            assert decide(index.view, *asked) is expected, line
            assert oracle.allows(*asked) is expected, line
            assert explanation.allowed is expected, line
            reasons = explanation.because if expected else explanation.nearest
            assert reasons, line
            if reason.strip():
                assert reasons[0].code == reason.strip(), (line, reasons)


def test_there_are_enough_situations() -> None:
    """A guard against scenarios that are not found."""
    assert len(SCENARIOS) >= 12
