"""What people consented to, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, String, Table, Text, delete, insert, select

from lightkeeper.kernel.database import UtcTime, metadata

consents = Table(
    "consents",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", String(36), nullable=False),
    Column("app_id", String(36), nullable=False),
    Column("account_id", String(36), nullable=False),  # empty: everybody in the tenant
    Column("resource", String(512), nullable=False),
    Column("permissions", Text, nullable=False),
    Column("granted_by", String(64), nullable=False),
    Column("granted_at", UtcTime, nullable=False),
    Index("uq_consents_of", "tenant_id", "app_id", "account_id", "resource", unique=True),
)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person, or everybody in a tenant (`account_id` empty), lets a program do on a resource."""

    id: str
    tenant_id: str
    app_id: str
    account_id: str
    resource: str
    permissions: tuple[str, ...]
    granted_by: str
    granted_at: datetime


def consent_by_id(connection: Connection, tenant_id: str, consent_id: str) -> Consent | None:
    """Return a consent of a tenant or None."""
    query = select(consents).where(consents.c.tenant_id == tenant_id, consents.c.id == consent_id.lower())
    row = connection.execute(query).first()
    return _consent(row) if row else None


def list_consents(
    connection: Connection,
    tenant_id: str,
    *,
    after: str = "",
    limit: int = 100,
    app_id: str | None = None,
    account_id: str | None = None,
) -> list[Consent]:
    """Return a tenant's consents by id, beginning behind `after`, narrowed by what is not None."""
    query = select(consents).where(consents.c.tenant_id == tenant_id, consents.c.id > after)
    if app_id is not None:
        query = query.where(consents.c.app_id == app_id)
    if account_id is not None:
        query = query.where(consents.c.account_id == account_id)
    return [_consent(row) for row in connection.execute(query.order_by(consents.c.id).limit(limit))]


def consents_of(connection: Connection, tenant_id: str, app_id: str, account_ids: Sequence[str]) -> list[Consent]:
    """Return what a program was let do in a tenant by any of these accounts (an empty id is everybody's)."""
    table = consents
    query = select(table).where(
        table.c.tenant_id == tenant_id, table.c.app_id == app_id, table.c.account_id.in_(account_ids)
    )
    return [_consent(row) for row in connection.execute(query.order_by(table.c.account_id, table.c.resource))]


def save_consent(connection: Connection, consent: Consent) -> None:
    """Write what was consented to, in place of what the same account consented to on the same resource."""
    table = consents
    same = [table.c[name] == getattr(consent, name) for name in ("tenant_id", "app_id", "account_id", "resource")]
    connection.execute(delete(table).where(*same))
    values = {name: getattr(consent, name) for name in Consent.__dataclass_fields__}
    connection.execute(insert(table).values(**{**values, "permissions": " ".join(consent.permissions)}))


def remove_consents(connection: Connection, *, app_id: str = "", account_id: str = "") -> None:
    """Forget what was consented to about a program, or by an account."""
    condition = consents.c.app_id == app_id if app_id else consents.c.account_id == account_id
    if app_id or account_id:
        connection.execute(delete(consents).where(condition))


def remove_consent(connection: Connection, consent_id: str) -> None:
    """Forget one consent."""
    connection.execute(delete(consents).where(consents.c.id == consent_id))


def _consent(row: Row[Any]) -> Consent:
    return Consent(**{**row._mapping, "permissions": tuple(row.permissions.split())})
