"""The names a world file gave to things, and how far the sandbox's clock was moved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, String, Table, insert, select

from lightkeeper.kernel.database import metadata

TENANT, USER, GROUP, SERVICE_PRINCIPAL = "tenant", "user", "group", "servicePrincipal"
SUBSCRIPTION, MANAGEMENT_GROUP = "subscription", "managementGroup"

world_names = Table(
    "world_names",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("name_key", String(160), primary_key=True),
    Column("name", String(160), nullable=False),
    Column("id", String(160), nullable=False),
    Index("ix_world_names_id", "id"),
)

clock_shift = Table(
    "clock_shift",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("microseconds", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing's name in the file it came from: `contoso/owner` for a principal, the plain name otherwise."""

    kind: str
    name: str
    id: str


def keep_names(connection: Connection, names: Iterable[Named]) -> None:
    """Remember names; a name that stands for something else now is moved to it."""
    known = {(one.kind, one.name.lower()): one for one in all_names(connection)}
    for named in names:
        key = (named.kind, named.name.lower())
        if known.get(key) == named:
            continue
        values = {"kind": named.kind, "name_key": named.name.lower(), "name": named.name, "id": named.id}
        if key in known:
            where = (world_names.c.kind == named.kind) & (world_names.c.name_key == named.name.lower())
            connection.execute(world_names.update().where(where).values(values))
        else:
            connection.execute(insert(world_names).values(values))


def all_names(connection: Connection) -> list[Named]:
    """Return every name."""
    rows = connection.execute(select(world_names.c.kind, world_names.c.name, world_names.c.id))
    return [Named(row.kind, row.name, row.id) for row in rows]


def named(connection: Connection, kind: str, name: str) -> str | None:
    """Return the id the name stands for, or None."""
    where = (world_names.c.kind == kind) & (world_names.c.name_key == name.lower())
    return connection.execute(select(world_names.c.id).where(where)).scalar()


def ids_named(connection: Connection, kind: str) -> Mapping[str, str]:
    """Return the ids of a kind by lower-case name."""
    rows = connection.execute(select(world_names.c.name_key, world_names.c.id).where(world_names.c.kind == kind))
    return {row.name_key: row.id for row in rows}


def shift_of(connection: Connection) -> timedelta:
    """Return how far the clock was moved; nothing when it never was."""
    found = connection.execute(select(clock_shift.c.microseconds)).scalar()
    return timedelta(microseconds=int(found or 0))


def save_shift(connection: Connection, shift: timedelta) -> None:
    """Remember how far the clock is moved."""
    microseconds = shift // timedelta(microseconds=1)
    if connection.execute(clock_shift.update().values(microseconds=microseconds)).rowcount == 0:
        connection.execute(insert(clock_shift).values(id=1, microseconds=microseconds))
