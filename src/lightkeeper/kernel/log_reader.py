"""Readers of the log that do something for each entry, in order, and are never held up for ever.

A reader deals with entries in one transaction with its cursor: each entry is dealt with once, whatever is killed when,
and on however many nodes. An entry that cannot be dealt with is tried a few times, waiting longer each time, while those
behind it wait. Then it is set aside with the reason, and the reader goes on; the operator sees what was set aside, and may
ask for another try when the cause is gone.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    insert,
    select,
)

from lightkeeper.kernel import log
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.clock import utc_now
from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import NotFound

WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try of an entry; after the last it is set aside."""

LONGEST_REASON = 2000

report = structlog.get_logger("lightkeeper.log")

_aside = Table(
    "log_entries_set_aside",
    metadata,
    Column("reader", String(64), nullable=False),
    Column("revision", BigInteger, nullable=False, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("asked_again", Boolean, nullable=False),
    PrimaryKeyConstraint("reader", "revision"),
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """An entry a reader could not deal with; `asked_again` when the operator wants it tried once more."""

    reader: str
    revision: int
    kind: str
    reason: str
    at: datetime
    asked_again: bool = False


@dataclass(slots=True)
class _Trouble:
    """How often the entry at the head has failed in this process, and when it is tried again."""

    revision: int
    failures: int = 0
    not_before: float = 0.0


class LogReader:
    """Deals with the entries of some kinds; `act` does what one of them asks for, in the call's transaction."""

    def __init__(
        self,
        name: str,
        kinds: Sequence[str],
        act: Callable[[Call, Entry], None],
        *,
        portion: int = 200,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self.name, self.kinds = name, tuple(kinds)
        self._act, self._portion, self._waits = act, portion, tuple(waits)
        self._trouble = _Trouble(0)

    def follow(self, office: Office) -> bool:
        """Deal with the next portion of entries; return whether there may be more to do at once."""
        self._try_again(office)
        head = self._head(office)
        if head is None or (head.revision == self._trouble.revision and time.monotonic() < self._trouble.not_before):
            return False
        try:
            return self._deal(office, self._portion) == self._portion
        except Exception:
            report.info("a portion of the log failed; its entries are taken one by one", reader=self.name)
        return self._one_by_one(office)

    def _head(self, office: Office) -> Entry | None:
        with office.database.read() as connection:
            found = log.after(connection, log.cursor_of(connection, self.name), limit=1, kinds=self.kinds)
        return found[0] if found else None

    def _deal(self, office: Office, most: int) -> int:
        """Deal with up to `most` entries, all of them or none; return how many there were."""
        with self._turn(office) as call:
            entries = log.after(
                call.connection, log.cursor_of(call.connection, self.name), limit=most, kinds=self.kinds
            )
            for entry in entries:
                self._act(call, entry)
            if entries:
                log.move_cursor(call.connection, self.name, entries[-1].revision)
        return len(entries)

    def _one_by_one(self, office: Office) -> bool:
        for _ in range(self._portion):
            entry = self._head(office)
            if entry is None:
                return False
            try:
                self._deal(office, 1)
            except Exception as fault:
                if not self._bear(office, entry, fault):
                    return False
        return True

    def _bear(self, office: Office, entry: Entry, fault: Exception) -> bool:
        """Take note that an entry failed; return whether it was set aside."""
        if self._trouble.revision != entry.revision:
            self._trouble = _Trouble(entry.revision)
        trouble = self._trouble
        trouble.failures += 1
        known = {"reader": self.name, "revision": entry.revision, "kind": entry.kind}
        if trouble.failures <= len(self._waits):
            trouble.not_before = time.monotonic() + self._waits[trouble.failures - 1]
            report.warning("an entry of the log failed; it is tried again", **known, reason=repr(fault))
            return False
        with self._turn(office) as call:
            if log.cursor_of(call.connection, self.name) < entry.revision:
                _put(call.connection, SetAside(self.name, entry.revision, entry.kind, _reason(fault), utc_now()))
                log.move_cursor(call.connection, self.name, entry.revision)
        report.error("an entry of the log was set aside", **known, exc_info=fault)
        return True

    def _try_again(self, office: Office) -> None:
        """Deal with the entries the operator asked to try again."""
        with office.database.read() as connection:
            asked = [one for one in set_aside(connection) if one.reader == self.name and one.asked_again]
        for one in asked:
            try:
                with self._turn(office) as call:
                    if _remove(call.connection, one):
                        [entry] = log.after(call.connection, one.revision - 1, limit=1)
                        self._act(call, entry)
            except Exception as fault:
                report.warning(
                    "an entry set aside failed again", reader=self.name, revision=one.revision, exc_info=fault
                )
                with self._turn(office) as call:
                    _put(call.connection, SetAside(one.reader, one.revision, one.kind, _reason(fault), utc_now()))

    @contextmanager
    def _turn(self, office: Office) -> Iterator[Call]:
        with office.writing(PLATFORM) as call:
            call.open_to_all("the platform reads its own log")
            call.hold(f"reader:{self.name}")
            yield call


def set_aside(connection: Connection) -> list[SetAside]:
    """Return everything that was set aside, oldest first."""
    rows = connection.execute(select(_aside).order_by(_aside.c.revision, _aside.c.reader))
    return [SetAside(**row._mapping) for row in rows]


def ask_again(call: Call, reader: str, revision: int) -> SetAside:
    """Let the reader try an entry again at its next look, within seconds. Raises `NotFound`.

    Whoever holds the operator's key may, and was asked for it at the door.
    """
    call.open_to_all("only the holder of the operator's key gets here")
    asked = _aside.update().where(_aside.c.reader == reader, _aside.c.revision == revision).values(asked_again=True)
    if call.connection.execute(asked).rowcount == 0:
        raise NotFound("EntryNotSetAside", f"Reader '{reader}' has not set revision {revision} aside.")
    return next(one for one in set_aside(call.connection) if (one.reader, one.revision) == (reader, revision))


def _put(connection: Connection, one: SetAside) -> None:
    _remove(connection, one)
    connection.execute(insert(_aside).values({name: getattr(one, name) for name in SetAside.__dataclass_fields__}))


def _remove(connection: Connection, one: SetAside) -> bool:
    gone = _aside.delete().where(_aside.c.reader == one.reader, _aside.c.revision == one.revision)
    return connection.execute(gone).rowcount > 0


def _reason(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:LONGEST_REASON].replace("\x00", "")
