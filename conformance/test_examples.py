"""Every public example of the asked-for operations, replayed on this world."""

from collections.abc import Callable
from fnmatch import fnmatchcase

import pytest

from conformance.conftest import NOTED
from conformance.descriptions import PRESENT, Described, asked_for
from conformance.knocks import send
from conformance.knocks.finding import way_to
from conformance.mapping import mapped
from conformance.not_served import NOT_SERVED
from conformance.town import Town
from conformance.traps import TRAPS
from conformance.validation import faults_of

EXAMPLES = [
    (one, title)
    for one in (asked_for() if PRESENT else ())
    if one.label not in NOT_SERVED
    for title, file in one.examples.items()
    if one.example(file) is not None
]


def trap_of(described: Described, title: str) -> tuple[set[int], str] | None:
    """Return what is known to be wrong with an example."""
    known = (
        trap for (label, name), trap in TRAPS.items() if fnmatchcase(described.label, label) and name in ("*", title)
    )
    return next(known, None)


@pytest.mark.parametrize(("described", "title"), EXAMPLES, ids=[f"{one.label}/{title}" for one, title in EXAMPLES])
def test_an_example_is_answered_as_it_says(
    town: Town, described: Described, title: str, record_property: Callable[[str, object], None]
) -> None:
    """The answer has one of the example's statuses and the described shape, or the example is a known trap."""
    record_property(NOTED, f"examples {described.namespace}")
    example = described.example(described.examples[title])
    try:
        reply = send(town, described, mapped(town, described, way_to(described)(town, described), example))
    finally:
        town.house.busy = False

    trap = trap_of(described, title)
    statuses = trap[0] if trap else {int(status) for status in example["responses"] if status.isdecimal()}
    assert reply.status in statuses, f"{reply.status}, not {statuses}: {reply.raw.decode()[:1000]}"
    if reply.status in described.statuses or reply.status >= 400:
        assert faults_of(described, reply) == []


def test_every_trap_is_an_example() -> None:
    """A trap that caught nothing is taken away."""
    caught = [trap_of(one, title) for one, title in EXAMPLES]

    assert [key for key, trap in TRAPS.items() if trap not in caught] == []
