"""How one process keeps up with the log: its own changes at once, other nodes' changes before each look."""

import threading
from collections.abc import Callable

from sqlalchemy import Connection

from lightkeeper.kernel import log
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.office import Office

_BATCH = 1000
Reader = Callable[[list[Entry]], None]


class Follower:
    """Hands entries to the readers of this process, each entry once and in the order of the log.

    Writers finish on many threads, so entries can arrive early; then what is missing is read from the table. Nobody gets
    an answer before every reader here is as far as that answer.
    """

    def __init__(self, office: Office, readers: list[Reader], revision: int) -> None:
        self._office = office
        self._readers = readers
        self._lock = threading.Lock()
        self.revision = revision

    def told(self, entries: list[Entry]) -> None:
        """Take this process's own entries, right after their commit."""
        with self._lock:
            if entries[0].revision == self.revision + 1:
                self._pass_on(entries)
            elif entries[-1].revision > self.revision:
                with self._office.database.read() as connection:
                    self._catch_up(connection)

    def look(self, connection: Connection) -> None:
        """Read what other nodes have logged since; one indexed query when there is nothing new."""
        if log.head_of(connection)[0] > self.revision:
            with self._lock:
                self._catch_up(connection)

    def look_now(self) -> None:
        """Read what other nodes have logged by now."""
        with self._office.database.read() as connection:
            self.look(connection)

    def _catch_up(self, connection: Connection) -> None:
        while entries := log.after(connection, self.revision, limit=_BATCH):
            self._pass_on(entries)

    def _pass_on(self, entries: list[Entry]) -> None:
        for reader in self._readers:
            reader(entries)
        self.revision = entries[-1].revision
        self._office.revision = max(self._office.revision, self.revision)
