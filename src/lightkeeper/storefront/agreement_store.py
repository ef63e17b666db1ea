"""Where agreements to terms are kept: one row for each plan in a subscription."""

from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, delete, insert, select

from lightkeeper.delegation.model import Plan, Stamp
from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.storefront.terms import Agreement, AgreementState, agreement_key

marketplace_agreements = Table(
    "marketplace_agreements",
    metadata,
    Column("key", String(256), primary_key=True),
    Column("id", String(36), nullable=False),
    Column("subscription_id", String(36), nullable=False, index=True),
    Column("publisher_id", String(50), nullable=False),
    Column("offer_id", String(64), nullable=False),
    Column("plan_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("signature", String(128), nullable=False),
    Column("signed_at", UtcTime),
    Column("canceled_at", UtcTime),
    Column("created_by", String(256), nullable=False),
    Column("created_by_type", String(32), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_by", String(256), nullable=False),
    Column("changed_by_type", String(32), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
_table = marketplace_agreements
_STAMP = tuple(Stamp.__dataclass_fields__)


def find(connection: Connection, subscription_id: str, plan: Plan) -> Agreement | None:
    """Return what the subscription last said to the plan's terms, or None."""
    row = connection.execute(select(_table).where(_table.c.key == agreement_key(subscription_id, plan))).first()
    return _agreement(row) if row else None


def agreements_of(connection: Connection, subscription_id: str) -> list[Agreement]:
    """Return the subscription's agreements, canceled ones included, by publisher, offer and plan."""
    query = select(_table).where(_table.c.subscription_id == subscription_id.lower()).order_by(_table.c.key)
    return [_agreement(row) for row in connection.execute(query)]


def save(connection: Connection, agreement: Agreement) -> None:
    """Write an agreement, over the one to the same plan."""
    connection.execute(delete(_table).where(_table.c.key == agreement.key))
    values: dict[str, Any] = {
        name: getattr(agreement, name) for name in Agreement.__dataclass_fields__ if name != "stamp"
    }
    values |= {name: getattr(agreement.stamp, name) for name in _STAMP}
    connection.execute(insert(_table).values(**values | {"key": agreement.key, "state": str(agreement.state)}))


def _agreement(row: Row[Any]) -> Agreement:
    return Agreement(
        id=row.id,
        subscription_id=row.subscription_id,
        publisher_id=row.publisher_id,
        offer_id=row.offer_id,
        plan_id=row.plan_id,
        state=AgreementState(row.state),
        signature=row.signature,
        signed_at=row.signed_at,
        canceled_at=row.canceled_at,
        stamp=Stamp(**{name: getattr(row, name) for name in _STAMP}),
    )
