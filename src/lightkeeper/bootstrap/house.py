"""Everything behind the surfaces: the database at the newest schema, who decides, and who keeps up with the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from lightkeeper import migrations
from lightkeeper.access.gate import AccessGate
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.roles import built_in
from lightkeeper.access.sources import CUSTOM_ROLES, DENY_ASSIGNMENTS, MEMBERSHIPS, RESOURCE_TREE, RoleAssignments
from lightkeeper.bootstrap import seams
from lightkeeper.delegation.projection import DelegationGrants
from lightkeeper.directory.signing_keys import ensure_signing_key, known_keys
from lightkeeper.directory.verifier import Verifier
from lightkeeper.following import Follower
from lightkeeper.kernel import log
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.sealing import take_up
from lightkeeper.world import time


@dataclass(frozen=True, slots=True)
class House:
    """Everything behind the surfaces."""

    office: Office
    index: AccessIndex
    verifier: Verifier
    follower: Follower


def build(database: Database, clock: Clock, sealing_key: Path | None = None) -> House:
    """Bring the schema up to date, tie the seams and return the house, its readers as far as the log.

    `sealing_key` is the file of what opens the database's secrets; without one they are kept in the clear, as tests do.
    Raises `NewerSchema`, `Unreadable`.
    """
    migrations.upgrade(database)
    if sealing_key is not None:
        take_up(database, sealing_key)
    index = AccessIndex(built_in())
    office = Office(database, clock, AccessGate(index))
    seams.tie()
    with office.writing(PLATFORM) as call:
        ensure_signing_key(call)

    def keys() -> Sequence[Any]:
        with office.database.read() as connection:
            return known_keys(connection, clock.now())

    verifier = Verifier(keys)
    sources = (MEMBERSHIPS, RESOURCE_TREE, RoleAssignments(), CUSTOM_ROLES, DENY_ASSIGNMENTS, DelegationGrants())

    def start_over(connection: Connection) -> int:
        index.rebuild(connection, sources)
        verifier.load(connection)
        time.restore(connection, clock)
        return log.head_of(connection)[0]

    readers = [index.follow, verifier.follow, lambda entries: _follow_clock(clock, entries)]
    follower = Follower(office, readers, start_over)
    office.readers.append(follower.told)
    if not database.local:
        office.before.append(follower.look)
    return House(office, index, verifier, follower)


def _follow_clock(clock: Clock, entries: list[log.Entry]) -> None:
    if any(entry.kind == "ClockAdvanced" for entry in entries):
        last = [entry for entry in entries if entry.kind == "ClockAdvanced"][-1]
        clock.shift = max(clock.shift, timedelta(seconds=last.body["shift_seconds"]))
