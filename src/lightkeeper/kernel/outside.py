"""Work that does not belong inside a transaction: waiting for somebody else's server.

A service that finds it needs such work raises `Outside`; the transaction is rolled back, the work is done, and the use
case starts again. The second time it finds what the work left behind.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

MOST_TURNS = 50
"""How often one use case may ask for work outside."""


class Outside(Exception):
    """`work` has to be done first, without a transaction. It does not raise: it leaves its failure behind like its success."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__("work is to be done outside of the transaction")
        self.work = work


def repeated(attempt: Callable[[], T]) -> T:
    """Return what `attempt` returns, doing in between what it asks for. `attempt` opens and ends its own transaction."""
    for _ in range(MOST_TURNS):
        try:
            return attempt()
        except Outside as wanted:
            wanted.work()
    return attempt()
