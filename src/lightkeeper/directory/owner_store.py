"""Who owns a group, an application or a service principal, as rows."""

from sqlalchemy import Column, Connection, ForeignKey, Index, String, Table, delete, insert, select

from lightkeeper.directory.model import ObjectId, Principal
from lightkeeper.directory.store import principal_of, principals
from lightkeeper.kernel.database import metadata

ownerships = Table(
    "ownerships",
    metadata,
    Column("owned_id", String(36), primary_key=True),  # a principal's object id, or that of a registration
    Column("owner_id", String(36), ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_ownerships_owner_id", "owner_id"),
)


def owners_of(connection: Connection, owned_id: str) -> list[Principal]:
    """Return the owners of an object, by id."""
    query = (
        select(principals)
        .join(ownerships, ownerships.c.owner_id == principals.c.id)
        .where(ownerships.c.owned_id == owned_id)
        .order_by(principals.c.id)
    )
    return [principal_of(row) for row in connection.execute(query)]


def owned_by(connection: Connection, owner_id: str) -> list[ObjectId]:
    """Return the ids of what somebody owns."""
    query = select(ownerships.c.owned_id).where(ownerships.c.owner_id == owner_id).order_by(ownerships.c.owned_id)
    return [ObjectId(each) for each in connection.execute(query).scalars()]


def owns(connection: Connection, owner_id: str, owned_id: str) -> bool:
    """Return whether somebody owns an object."""
    query = select(ownerships.c.owner_id).where(ownerships.c.owned_id == owned_id, ownerships.c.owner_id == owner_id)
    return connection.execute(query).first() is not None


def ownerships_touching(connection: Connection, object_id: str) -> list[tuple[str, str]]:
    """Return the (owned id, owner id) pairs in which an object is either."""
    query = select(ownerships.c.owned_id, ownerships.c.owner_id).where(
        (ownerships.c.owned_id == object_id) | (ownerships.c.owner_id == object_id)
    )
    return [(row.owned_id, row.owner_id) for row in connection.execute(query)]


def add_owner(connection: Connection, owned_id: str, owner_id: str) -> None:
    """Make somebody an owner who is none yet."""
    connection.execute(insert(ownerships).values(owned_id=owned_id, owner_id=owner_id))


def remove_owner(connection: Connection, owned_id: str, owner_id: str) -> None:
    """Let somebody own an object no more."""
    connection.execute(delete(ownerships).where(ownerships.c.owned_id == owned_id, ownerships.c.owner_id == owner_id))


def remove_ownerships_of(connection: Connection, object_id: str) -> None:
    """Let an object be owned by nobody and own nothing."""
    connection.execute(
        delete(ownerships).where((ownerships.c.owned_id == object_id) | (ownerships.c.owner_id == object_id))
    )
