"""Who is in which group, as rows."""

from collections.abc import Iterator

from sqlalchemy import Column, Connection, ForeignKey, Index, String, Table, delete, insert, select

from lightkeeper.directory.model import ObjectId, Principal
from lightkeeper.directory.store import principal_of, principals
from lightkeeper.kernel.database import metadata

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", String(36), ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", String(36), ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_memberships_member_id", "member_id"),
)


def all_memberships(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield every (group id, member id)."""
    for row in connection.execute(select(memberships.c.group_id, memberships.c.member_id)):
        yield row.group_id, row.member_id


def memberships_touching(connection: Connection, object_id: str) -> list[tuple[str, str]]:
    """Return the (group id, member id) pairs in which an object is either."""
    query = select(memberships.c.group_id, memberships.c.member_id).where(
        (memberships.c.group_id == object_id) | (memberships.c.member_id == object_id)
    )
    return [(row.group_id, row.member_id) for row in connection.execute(query)]


def members_of(
    connection: Connection, group_id: str, *, after: str = "", limit: int | None = None, transitive: bool = False
) -> list[Principal]:
    """Return the members of a group by id, behind the id `after`; the direct ones unless `transitive`."""
    below = select(memberships.c.member_id).where(memberships.c.group_id == group_id)
    if transitive:
        inside = below.cte("inside", recursive=True)
        inside = inside.union(
            select(memberships.c.member_id).join(inside, memberships.c.group_id == inside.c.member_id)
        )
        below = select(inside.c.member_id)
    query = select(principals).where(principals.c.id.in_(below), principals.c.id > after).order_by(principals.c.id)
    return [principal_of(row) for row in connection.execute(query.limit(limit))]


def groups_of(connection: Connection, object_id: str) -> list[ObjectId]:
    """Return every group an object is in, directly or through other groups."""
    above = select(memberships.c.group_id).where(memberships.c.member_id == object_id).cte("above", recursive=True)
    above = above.union(
        select(memberships.c.group_id).join(above, memberships.c.member_id == above.c.group_id)  # UNION ends circles
    )
    return [ObjectId(found) for found in connection.execute(select(above.c.group_id)).scalars()]


def direct_groups_of(connection: Connection, object_id: str) -> list[ObjectId]:
    """Return the groups an object itself was put into."""
    query = select(memberships.c.group_id).where(memberships.c.member_id == object_id)
    return [ObjectId(found) for found in connection.execute(query).scalars()]


def is_member(connection: Connection, group_id: str, member_id: str) -> bool:
    """Return whether an object is a direct member of a group."""
    query = select(memberships.c.group_id).where(
        memberships.c.group_id == group_id, memberships.c.member_id == member_id
    )
    return connection.execute(query).first() is not None


def add_membership(connection: Connection, group_id: str, member_id: str) -> None:
    """Put an object into a group it is not in."""
    connection.execute(insert(memberships).values(group_id=group_id, member_id=member_id))


def remove_membership(connection: Connection, group_id: str, member_id: str) -> None:
    """Take an object out of a group."""
    connection.execute(
        delete(memberships).where(memberships.c.group_id == group_id, memberships.c.member_id == member_id)
    )


def remove_memberships_of(connection: Connection, object_id: str) -> None:
    """Take an object out of every group, and everything out of it."""
    connection.execute(
        delete(memberships).where((memberships.c.group_id == object_id) | (memberships.c.member_id == object_id))
    )
