"""Nodes of one database: a node that is silent for the length of a lease is taken over. On both databases."""

from lightkeeper.kernel.database import Database
from lightkeeper.kernel.nodes import LEASE, Nodes


class Watch:
    """A watch that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_silent_node_is_taken_over_once(database: Database) -> None:
    """A survivor takes the lease of a dead node and finishes what it had begun."""
    watch, taken = Watch(), list[str]()
    dead, alive = Nodes(database, "dead", taken.append), Nodes(database, "alive", taken.append, watch=watch)
    dead.beat()
    alive.beat()
    assert alive.look_after() == []

    watch.now += LEASE
    assert alive.look_after() == ["dead"]
    watch.now += LEASE
    assert alive.look_after() == []

    assert taken == ["dead"]


def test_a_node_that_beats_is_left_alone(database: Database) -> None:
    watch, taken = Watch(), list[str]()
    other, alive = Nodes(database, "other", taken.append), Nodes(database, "alive", taken.append, watch=watch)
    for _ in range(5):
        other.beat()
        alive.look_after()
        watch.now += LEASE * 0.9

    assert taken == []


def test_a_node_that_was_only_slow_comes_back(database: Database) -> None:
    """It writes its row anew, and can be taken over anew."""
    watch, taken = Watch(), list[str]()
    slow, alive = Nodes(database, "slow", taken.append), Nodes(database, "alive", taken.append, watch=watch)
    for _ in range(2):
        slow.beat()
        alive.look_after()
        watch.now += LEASE
        alive.look_after()

    assert taken == ["slow", "slow"]
