"""How one process keeps up with the log: its own changes at once, other nodes' changes before each look.

What is known here of the log decides who may do what, so an entry that cannot be taken in is never passed over: it might be
a revocation. The readers then start over from the state tables, which hold what the entry did. When that fails too the
process is closed to everybody but the operator, and tries again until it works.
"""

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import Connection

from lightkeeper.kernel import log
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.office import Office

_BATCH = 1000
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries to start over: twice as long after each that failed."""
Reader = Callable[[list[Entry]], None]
report = structlog.get_logger("lightkeeper.following")


class Follower:
    """Hands entries to the readers of this process, each entry once and in the order of the log.

    Writers finish on many threads, so entries can arrive early; then what is missing is read from the table. Nobody gets
    an answer before every reader here is as far as that answer. `start_over` brings all readers to where the state tables
    are, and returns the revision of that.
    """

    def __init__(self, office: Office, readers: list[Reader], start_over: Callable[[Connection], int]) -> None:
        self._office = office
        self._readers = readers
        self._start_over = start_over
        self._lock = threading.Lock()
        self._stuck = False
        self._wait, self._not_before = FIRST_WAIT, 0.0
        with office.database.read() as connection:
            self.revision = office.revision = start_over(connection)

    def told(self, entries: list[Entry]) -> None:
        """Take this process's own entries, right after their commit; what was committed is done, whatever happens here."""
        with self._lock:
            if entries[0].revision == self.revision + 1:
                self._pass_on(entries)
            elif entries[-1].revision > self.revision:
                with self._office.database.read() as connection:
                    self._catch_up(connection)
        self.recover()

    def look(self, connection: Connection) -> None:
        """Read what other nodes have logged since; one indexed query when there is nothing new."""
        if log.head_of(connection)[0] > self.revision:
            with self._lock:
                self._catch_up(connection)

    def look_now(self) -> None:
        """Read what other nodes have logged by now."""
        with self._office.database.read() as connection:
            self.look(connection)
        self.recover()

    def recover(self) -> None:
        """Start the readers over when they are stuck, and open the process again; it stays closed when that fails too."""
        if not self._stuck:
            return
        with self._lock:
            if not self._stuck or time.monotonic() < self._not_before:
                return
            try:
                with self._office.database.read() as connection:
                    self.revision = self._start_over(connection)
            except Exception:
                self._not_before = time.monotonic() + self._wait
                report.exception("rights cannot be read anew; this server stays closed", next_try_in=self._wait)
                self._wait = min(2 * self._wait, LONGEST_WAIT)
                return
            self._wait = FIRST_WAIT
            self._office.revision = max(self._office.revision, self.revision)
            self._stuck, self._office.closed_because = False, ""
            report.warning("rights were read anew from the state tables", revision=self.revision)

    def _catch_up(self, connection: Connection) -> None:
        while not self._stuck and (entries := log.after(connection, self.revision, limit=_BATCH)):
            self._pass_on(entries)

    def _pass_on(self, entries: list[Entry]) -> None:
        if self._stuck:
            return
        try:
            for reader in self._readers:
                reader(entries)
        except Exception:
            self._close(entries)
            return
        self.revision = entries[-1].revision
        self._office.revision = max(self._office.revision, self.revision)

    def _close(self, entries: list[Entry]) -> None:
        """Let nobody in whose rights would be decided by what is known here."""
        first, last = entries[0].revision, entries[-1].revision
        where = f"revision {first}" if first == last else f"revisions {first} to {last}"
        self._stuck, self._not_before = True, 0.0
        self._office.closed_because = (
            f"What changed at {where} of the log cannot be taken in, so nobody's rights are known for certain."
        )
        report.exception("entries of the log cannot be taken in; this server is closed", first=first, last=last)
