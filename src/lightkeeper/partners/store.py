"""Where partner links are kept: one row for each account, deleted links included."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, String, Table, delete, insert, select

from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.partners.model import LinkState, PartnerLink

partner_links = Table(
    "partner_links",
    metadata,
    Column("tenant_id", String(36), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("partner_id", String(16), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)
_table = partner_links


def find(connection: Connection, tenant_id: str, object_id: str) -> PartnerLink | None:
    """Return the account's link, a deleted one included, or None when it never had one."""
    row = connection.execute(
        select(_table).where(_table.c.tenant_id == tenant_id, _table.c.object_id == object_id)
    ).first()
    return _link(row) if row else None


def links_to(connection: Connection, partner_ids: Iterable[str]) -> list[PartnerLink]:
    """Return the active links to any of these partner ids, by partner and account."""
    query = (
        select(_table)
        .where(_table.c.partner_id.in_(sorted(set(partner_ids))), _table.c.state == str(LinkState.ACTIVE))
        .order_by(_table.c.partner_id, _table.c.tenant_id, _table.c.object_id)
    )
    return [_link(row) for row in connection.execute(query)]


def all_active(connection: Connection) -> list[PartnerLink]:
    """Return every active link, by account."""
    query = select(_table).where(_table.c.state == str(LinkState.ACTIVE))
    return [_link(row) for row in connection.execute(query.order_by(_table.c.tenant_id, _table.c.object_id))]


def save(connection: Connection, link: PartnerLink) -> None:
    """Write a link, over the account's former one."""
    connection.execute(delete(_table).where(_table.c.tenant_id == link.tenant_id, _table.c.object_id == link.object_id))
    connection.execute(insert(_table).values(_values(link)))


def _values(link: PartnerLink) -> dict[str, Any]:
    return {name: getattr(link, name) for name in PartnerLink.__dataclass_fields__} | {"state": str(link.state)}


def _link(row: Row[Any]) -> PartnerLink:
    return PartnerLink(**{**row._mapping, "state": LinkState(row.state)})
