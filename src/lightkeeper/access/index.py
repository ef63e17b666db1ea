"""The access index of this process: a view of everybody's rights, fed by the log.

Readers take `view` and look things up in it without any lock; it is never changed, only replaced. Writers on one
PostgreSQL may report their entries out of order, and other nodes do not report at all, so entries are applied strictly
by revision: what comes too early waits, and `catch_up` reads what is missing.
"""

import threading
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from lightkeeper.access.draft import Draft
from lightkeeper.access.facts import Fact
from lightkeeper.access.roles import Catalogue
from lightkeeper.access.sources import GrantSource
from lightkeeper.access.view import View, empty
from lightkeeper.kernel import log
from lightkeeper.kernel.log import Entry

_BATCH = 1000


class AccessIndex:
    """Holds the current view and moves it forward."""

    def __init__(self, roles: Catalogue, sources: Sequence[GrantSource] = ()) -> None:
        self._catalogue = roles
        self._sources = tuple(sources)
        self._lock = threading.Lock()
        self._early: dict[int, Entry] = {}
        self.view: View = empty(roles)

    @property
    def revision(self) -> int:
        """Return the revision of the log the view stands for."""
        return self.view.revision

    def apply(self, facts: Iterable[Fact]) -> None:
        """Make facts true that stand in no log entry; all of them at once for every reader."""
        with self._lock:
            self._write(facts, self.view.revision)

    def rebuild(self, connection: Connection, sources: Sequence[GrantSource] | None = None) -> None:
        """Start over from the state tables as `connection` sees them; `sources` replace those given before."""
        with self._lock:
            if sources is not None:
                self._sources = tuple(sources)
            head, _ = log.head_of(connection)
            draft = Draft(empty(self._catalogue))
            for source in self._sources:
                for fact in source.load(connection):
                    draft.write(fact)
            self.view = draft.finish(head)
            self._early.clear()

    def follow(self, entries: Iterable[Entry]) -> None:
        """Apply entries as far as they continue the view without a gap; keep the rest until the gap is filled."""
        with self._lock:
            for entry in entries:
                if entry.revision > self.view.revision:
                    self._early[entry.revision] = entry
            ready = []
            revision = self.view.revision
            while revision + 1 in self._early:
                revision += 1
                ready.append(self._early.pop(revision))
            if ready:
                self._write((fact for entry in ready for fact in self._facts_of(entry)), revision)

    def catch_up(self, connection: Connection) -> None:
        """Apply what others have logged since; one indexed query when there is nothing new."""
        while entries := log.after(connection, self.view.revision, limit=_BATCH):
            self.follow(entries)
            if len(entries) < _BATCH:
                return

    def _facts_of(self, entry: Entry) -> Iterable[Fact]:
        for source in self._sources:
            yield from source.facts_of(entry)

    def _write(self, facts: Iterable[Fact], revision: int) -> None:
        draft = Draft(self.view)
        for fact in facts:
            draft.write(fact)
        self.view = draft.finish(revision)
