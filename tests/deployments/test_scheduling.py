"""The order of work, one by one and side by side."""

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.deployments.declared import Declared
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.scheduling import in_turn


def one(name: str, *after: str) -> Planned:
    return Planned(name, name, "Ns.X/t", name, "v", "/", Declared({}, ""), depends_on=after)


@st.composite
def graphs(draw: st.DrawFn) -> list[Planned]:
    """Resources behind all they wait for."""
    return [
        one(f"r{n}", *(f"r{k}" for k in draw(st.lists(st.integers(0, n - 1), unique=True)))) if n else one("r0")
        for n in range(draw(st.integers(1, 8)))
    ]


@pytest.mark.parametrize("at_once", [1, 4])
@given(graphs(), st.data())
@settings(max_examples=40, deadline=None)
def test_everything_is_done_after_what_it_waits_for(at_once: int, nodes: list[Planned], data: st.DataObject) -> None:
    """Each once; what waits for something that went wrong is left out, and all the rest is done."""
    wrong = data.draw(st.sets(st.sampled_from([node.key for node in nodes])))
    finished: list[str] = []

    def act(node: Planned) -> bool:
        assert set(node.depends_on) <= set(finished) - wrong
        finished.append(node.key)
        return node.key not in wrong

    assert in_turn(nodes, act, lambda: True, at_once=at_once)

    lost: set[str] = set()
    for node in nodes:
        if lost.union(wrong) & set(node.depends_on):
            lost.add(node.key)
    assert sorted(finished) == sorted(node.key for node in nodes if node.key not in lost)


def test_independent_resources_are_under_way_together() -> None:
    """Four meet at a barrier that one alone would never pass; the fifth, which waits for them, comes later."""
    barrier = threading.Barrier(4, timeout=10)
    order: list[str] = []

    def act(node: Planned) -> bool:
        if node.key != "last":
            barrier.wait()
        order.append(node.key)
        return True

    nodes = [*(one(f"r{n}") for n in range(4)), one("last", "r0", "r1", "r2", "r3")]

    assert in_turn(nodes, act, lambda: True, at_once=4)
    assert order[-1] == "last"


@pytest.mark.parametrize("at_once", [1, 4])
def test_nothing_is_begun_once_it_is_unwanted(at_once: int) -> None:
    """A canceled deployment stops before its next resource."""
    done: list[str] = []
    nodes = [one("a"), one("b", "a"), one("c", "b")]

    def act(node: Planned) -> bool:
        done.append(node.key)
        return True

    assert not in_turn(nodes, act, lambda: len(done) < 2, at_once=at_once)
    assert done == ["a", "b"]


def test_a_broken_step_is_told_when_the_others_have_ended() -> None:
    """The database went away: the run is taken up again later, and no thread is left behind."""
    ended: list[str] = []

    def act(node: Planned) -> bool:
        if node.key == "bad":
            raise OSError("gone")
        ended.append(node.key)
        return True

    nodes: list[Any] = [one("good"), one("bad")]

    with pytest.raises(OSError, match="gone"):
        in_turn(nodes, act, lambda: True, at_once=2)
    assert ended == ["good"]
