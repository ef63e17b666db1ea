"""Tables of publishers' accounts, and the queries on them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, Row, String, Table, delete, insert, select, update

from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification

publishers = Table(
    "publishers",
    metadata,
    Column("id", String(50), primary_key=True),
    Column("tenant_id", String(36), nullable=False, index=True),
    Column("display_name", String(200), nullable=False),
    Column("programs", Json, nullable=False),
    Column("agreement_accepted_by", String(200), nullable=False),
    Column("agreement_accepted_at", UtcTime),
    Column("verification", String(20), nullable=False),
    Column("verification_note", String(2000), nullable=False),
    Column("profile", Json),
)

publisher_designations = Table(
    "publisher_designations",
    metadata,
    Column("publisher_id", String(50), ForeignKey("publishers.id"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("from_at", UtcTime),
    Column("until_at", UtcTime),
)

publisher_members = Table(
    "publisher_members",
    metadata,
    Column("publisher_id", String(50), ForeignKey("publishers.id"), primary_key=True),
    Column("object_id", String(64), primary_key=True, index=True),
    Column("role", String(20), nullable=False),
)

publisher_partner_ids = Table(
    "publisher_partner_ids",
    metadata,
    Column("publisher_id", String(50), ForeignKey("publishers.id"), primary_key=True),
    Column("partner_id", String(16), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
)


def find(connection: Connection, publisher_id: str) -> Publisher | None:
    """Return the account, or None."""
    row = connection.execute(select(publishers).where(publishers.c.id == publisher_id.lower())).first()
    return _publisher(connection, row) if row else None


def all_of(connection: Connection, object_id: str | None) -> list[Publisher]:
    """Return the accounts this principal is a member of, or with None every account, by id."""
    query = select(publishers).order_by(publishers.c.id)
    if object_id is not None:
        mine = select(publisher_members.c.publisher_id).where(publisher_members.c.object_id == object_id.lower())
        query = query.where(publishers.c.id.in_(mine))
    return [_publisher(connection, row) for row in connection.execute(query).all()]


def with_partner_id(connection: Connection, partner_id: str) -> list[Publisher]:
    """Return the accounts that have this partner id, by id."""
    table = publisher_partner_ids
    having = select(table.c.publisher_id).where(table.c.partner_id == partner_id)
    query = select(publishers).where(publishers.c.id.in_(having)).order_by(publishers.c.id)
    return [_publisher(connection, row) for row in connection.execute(query).all()]


def partner_ids_of(connection: Connection, tenant_id: str) -> tuple[str, ...]:
    """Return the partner ids of the tenant's first account that has any; empty when none has."""
    table = publisher_partner_ids
    rows = connection.execute(
        select(table.c.publisher_id, table.c.partner_id)
        .join(publishers, publishers.c.id == table.c.publisher_id)
        .where(publishers.c.tenant_id == tenant_id)
        .order_by(table.c.publisher_id, table.c.position)
    ).all()
    return tuple(row.partner_id for row in rows if row.publisher_id == rows[0].publisher_id)


def add(connection: Connection, publisher: Publisher) -> None:
    """Store a new account."""
    connection.execute(insert(publishers).values(id=publisher.id, tenant_id=publisher.tenant_id, **_facts(publisher)))
    _write_parts(connection, publisher)


def put(connection: Connection, publisher: Publisher) -> None:
    """Store what changed in an account; its id and tenant never do."""
    connection.execute(update(publishers).where(publishers.c.id == publisher.id).values(**_facts(publisher)))
    for table in (publisher_designations, publisher_members, publisher_partner_ids):
        connection.execute(delete(table).where(table.c.publisher_id == publisher.id))
    _write_parts(connection, publisher)


def _facts(publisher: Publisher) -> dict[str, Any]:
    return {
        "display_name": publisher.display_name,
        "programs": list(publisher.programs),
        "agreement_accepted_by": publisher.agreement_accepted_by,
        "agreement_accepted_at": publisher.agreement_accepted_at,
        "verification": str(publisher.verification),
        "verification_note": publisher.verification_note,
        "profile": publisher.profile or None,
    }


def _write_parts(connection: Connection, publisher: Publisher) -> None:
    designations: Sequence[dict[str, Any]] = [
        {"publisher_id": publisher.id, "name": one.name, "from_at": one.from_at, "until_at": one.until_at}
        for one in publisher.designations
    ]
    members = [{"publisher_id": publisher.id, "object_id": who, "role": str(role)} for who, role in publisher.members]
    partner_ids: Sequence[dict[str, Any]] = [
        {"publisher_id": publisher.id, "partner_id": one, "position": n} for n, one in enumerate(publisher.partner_ids)
    ]
    if partner_ids:
        connection.execute(insert(publisher_partner_ids), partner_ids)
    if designations:
        connection.execute(insert(publisher_designations), designations)
    if members:
        connection.execute(insert(publisher_members), members)


def _publisher(connection: Connection, row: Row[Any]) -> Publisher:
    designated = publisher_designations
    designations = connection.execute(
        select(designated).where(designated.c.publisher_id == row.id).order_by(designated.c.name)
    )
    members = connection.execute(
        select(publisher_members)
        .where(publisher_members.c.publisher_id == row.id)
        .order_by(publisher_members.c.object_id)
    )
    partner_ids = connection.execute(
        select(publisher_partner_ids.c.partner_id)
        .where(publisher_partner_ids.c.publisher_id == row.id)
        .order_by(publisher_partner_ids.c.position)
    )
    return Publisher(
        id=row.id,
        tenant_id=row.tenant_id,
        display_name=row.display_name,
        programs=tuple(row.programs),
        agreement_accepted_by=row.agreement_accepted_by,
        agreement_accepted_at=row.agreement_accepted_at,
        verification=Verification(row.verification),
        verification_note=row.verification_note,
        designations=tuple(Designation(one.name, one.from_at, one.until_at) for one in designations),
        members=tuple((one.object_id, MemberRole(one.role)) for one in members),
        partner_ids=tuple(one.partner_id for one in partner_ids),
        profile=row.profile or {},
    )
