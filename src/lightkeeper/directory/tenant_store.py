"""Tenants as rows."""

from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, select

from lightkeeper.directory import rows
from lightkeeper.directory.model import Cloud, License, Tenant
from lightkeeper.kernel.database import Json, metadata

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("domain", String(253), nullable=False, unique=True),
    Column("display_name", String(256), nullable=False),
    Column("country_code", String(2), nullable=False),
    Column("cloud", String(24), nullable=False, server_default="AzureCloud"),
    Column("licenses", Json, nullable=False, server_default='["entraIdP2"]'),
)


def tenant_by_id(connection: Connection, tenant_id: str) -> Tenant | None:
    """Return the tenant or None."""
    row = connection.execute(select(tenants).where(tenants.c.id == tenant_id.lower())).first()
    return _tenant(row) if row else None


def tenant_by_domain(connection: Connection, domain: str) -> Tenant | None:
    """Return the tenant that owns a domain, or None."""
    row = connection.execute(select(tenants).where(tenants.c.domain == domain.lower())).first()
    return _tenant(row) if row else None


def all_tenants(connection: Connection) -> list[Tenant]:
    """Return every tenant, by domain."""
    return [_tenant(row) for row in connection.execute(select(tenants).order_by(tenants.c.domain))]


def save_tenant(connection: Connection, tenant: Tenant) -> None:
    """Write a tenant, new or changed."""
    rows.save(
        connection, tenants, {"id": tenant.id}, {name: getattr(tenant, name) for name in Tenant.__dataclass_fields__}
    )


def _tenant(row: Row[Any]) -> Tenant:
    licenses = tuple(License(one) for one in row.licenses)
    return Tenant(**{**row._mapping, "cloud": Cloud(row.cloud), "licenses": licenses})
