"""Work by the clock and by the log that needs no checkpoint: a thread that looks again when told, and every two seconds.

A chore keeps what it has done in the database (a cursor, a state), in the transaction that does it; so it may be killed
anywhere, and run on several nodes.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.office import Office

LOOK_EVERY = 2.0
"""Seconds between two looks when nothing is told: how late something may be whose time has come."""

report = structlog.get_logger("lightkeeper.chores")


@dataclass(frozen=True, slots=True)
class Chore:
    """What is done: `act` does everything there is to do now; an entry of `kinds` makes it look at once."""

    name: str
    kinds: tuple[str, ...]
    act: Callable[[Office], None]


class Chores:
    """Does the chores of one process."""

    def __init__(self, office: Office, chores: Sequence[Chore]) -> None:
        self._office, self._chores = office, tuple(chores)
        self._kinds = frozenset(kind for chore in chores for kind in chore.kinds)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def start(self) -> None:
        """Begin, with what was left undone."""
        self._office.readers.append(self.told)
        self._wake.set()
        self._thread.start()

    def told(self, entries: list[Entry]) -> None:
        """Look again when an entry concerns a chore."""
        if any(entry.kind in self._kinds for entry in entries):
            self._wake.set()

    def close(self) -> None:
        """Stop after the chore under way."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=15)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(timeout=LOOK_EVERY)
            self._wake.clear()
            for chore in self._chores:
                if self._stop.is_set():
                    return
                try:
                    chore.act(self._office)
                except Exception:
                    report.exception("a chore failed; it is tried again", chore=chore.name)
