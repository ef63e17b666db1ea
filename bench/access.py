"""How fast a decision is, as a ratio to a bare set look-up measured in the same interleaved run.

    python bench/access.py [subscriptions]

Machines differ, so only the ratio is worth comparing; the rates are printed for the reader's feeling.
"""

import random
import sys
import time
from datetime import UTC, datetime

from lightkeeper.access import facts
from lightkeeper.access.decide import decide
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import Subject
from lightkeeper.access.roles import built_in

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ACTIONS = [
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/delete",
    "Microsoft.Compute/virtualMachines/restart/action",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
]
ROLES = ["Reader", "Contributor", "Virtual Machine Contributor", "Monitoring Reader"]


def world(count: int, rng: random.Random) -> tuple[AccessIndex, list[tuple[Subject, str, str]], float, float]:
    roles = [role.id for name in ROLES if (role := built_in().role_named(name))]
    told: list[facts.Fact] = []
    for n in range(count):
        customer = f"customer{n % 200}"
        told.append(facts.SubscriptionPlaced(f"s{n}", customer, None))
        for k in range(40):
            told.append(
                facts.RoleAssigned(
                    f"a{n}.{k}", f"/subscriptions/s{n}/resourcegroups/g{k % 10}", f"u{n % 200}.{k}", rng.choice(roles)
                )
            )
        told.append(
            facts.DefinitionSet(
                f"d{n}", f"provider{n % 20}", tuple((f"tier{n % 20}.{k}", rng.choice(roles), ()) for k in range(5))
            )
        )
        told.append(facts.Delegated(f"r{n}", f"/subscriptions/s{n}", f"d{n}"))
    for p in range(20):
        for u in range(100):
            told.append(facts.Joined(f"tier{p}.{u % 5}", f"tech{p}.{u}"))
    index = AccessIndex(built_in())
    started = time.perf_counter()
    index.apply(told)
    built = time.perf_counter() - started
    started = time.perf_counter()
    index.apply([facts.RoleAssigned("one-more", "/subscriptions/s0", "u0.0", roles[0])])
    changed = time.perf_counter() - started
    questions = []
    for _ in range(20_000):
        n = rng.randrange(count)
        scope = f"/subscriptions/s{n}/resourceGroups/g{rng.randrange(10)}/providers/Microsoft.Compute/virtualMachines/vm{rng.randrange(2)}"
        who = (
            Subject(f"tech{n % 20}.{rng.randrange(100)}", f"provider{n % 20}")
            if rng.random() < 0.5
            else Subject(f"u{n % 200}.{rng.randrange(40)}", f"customer{n % 200}")
        )
        questions.append((who, rng.choice(ACTIONS), scope))
    return index, questions, built, changed


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    index, questions, built, changed = world(count, random.Random(7))
    bare = {(who.object_id, action, scope) for who, action, scope in questions[::2]}
    keys = [(who.object_id, action, scope) for who, action, scope in questions]
    view = index.view
    for who, action, scope in questions:
        decide(view, who, action, scope, NOW)
    took = {"bare": 0.0, "decide": 0.0}
    rounds = 10
    for _ in range(rounds):
        started = time.perf_counter()
        for key in keys:
            key in bare  # noqa: B015
        took["bare"] += time.perf_counter() - started
        started = time.perf_counter()
        for who, action, scope in questions:
            decide(view, who, action, scope, NOW)
        took["decide"] += time.perf_counter() - started
    asked = rounds * len(questions)
    allowed = sum(decide(view, *question, NOW) for question in questions)
    print(
        f"{count} subscriptions, {count * 40} role assignments: built in {built:.2f} s, one change {changed * 1000:.1f} ms"
    )
    print(f"bare set look-up {asked / took['bare'] / 1e6:.2f} M/s, decide {asked / took['decide'] / 1e6:.2f} M/s")
    print(f"ratio {took['decide'] / took['bare']:.1f} : 1 ({allowed / len(questions):.0%} allowed)")


if __name__ == "__main__":
    main()
