"""Which nodes of a PostgreSQL are alive, and who finishes what a dead one had begun.

Each node counts up a number in its own row. Every other node remembers when, by its own watch, it last saw that number
change; no two clocks are compared. A number that stands still for the length of a lease belongs to a node that is dead,
or cut off: whoever notices takes its work over, then removes the row. Two may notice at once, which does no harm, since
taking over is idempotent; a node that was only slow writes its row anew.
"""

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import BigInteger, Column, String, Table, insert, select

from lightkeeper.kernel.database import Database, metadata

BEAT_EVERY = 1.0
LEASE = 5.0
"""Seconds between two beats, and seconds of silence after which a node counts as dead."""

report = structlog.get_logger("lightkeeper.nodes")

_nodes = Table(
    "nodes",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("beat", BigInteger, nullable=False),
)


class Nodes:
    """The node of this process among the others; `take_over` is given the name of each node that died."""

    def __init__(
        self,
        database: Database,
        name: str,
        take_over: Callable[[str], None],
        *,
        watch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._name, self._take_over, self._watch = database, name, take_over, watch
        self._seen: dict[str, tuple[int, float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat and to look after the others."""
        self._thread.start()

    def close(self) -> None:
        """Stop beating; what this node leaves unfinished is taken over by others, or by itself when it comes back."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def beat(self) -> None:
        """Show that this node is alive."""
        with self._database.write() as connection:
            own = _nodes.c.name == self._name
            if connection.execute(_nodes.update().where(own).values(beat=_nodes.c.beat + 1)).rowcount == 0:
                connection.execute(insert(_nodes).values(name=self._name, beat=1))

    def look_after(self) -> list[str]:
        """Take over the work of every node whose lease is over; return their names."""
        now = self._watch()
        with self._database.read() as connection:
            beats = {row.name: row.beat for row in connection.execute(select(_nodes)) if row.name != self._name}
        self._seen = {
            name: known if (known := self._seen.get(name)) is not None and known[0] == beat else (beat, now)
            for name, beat in beats.items()
        }
        dead = [name for name, (_, since) in self._seen.items() if now - since >= LEASE]
        for name in dead:
            report.warning("a node has died; its work is taken over", node=name)
            self._take_over(name)
            with self._database.write() as connection:
                connection.execute(_nodes.delete().where(_nodes.c.name == name, _nodes.c.beat == self._seen[name][0]))
            del self._seen[name]
        return dead

    def _run(self) -> None:
        while not self._stop.wait(timeout=BEAT_EVERY):
            try:
                self.beat()
                self.look_after()
            except Exception:
                report.exception("the heartbeat failed; trying again")
