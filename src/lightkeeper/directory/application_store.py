"""Registered applications as rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    delete,
    select,
)

from lightkeeper.directory import rows
from lightkeeper.directory.model import Application, Audience
from lightkeeper.kernel.database import Json, UtcTime, metadata

applications = Table(
    "applications",
    metadata,
    Column("app_id", String(36), primary_key=True),
    Column("tenant_id", String(36), ForeignKey("tenants.id"), nullable=False),
    Column("display_name", String(256), nullable=False),
    Column("display_name_key", String(256), nullable=False, server_default=""),
    Column("public_client", Boolean, nullable=False),
    Column("redirect_uris", Json, nullable=False),
    Column("object_id", String(36), nullable=False, unique=True),
    Column("identifier_uris", Json, nullable=False, server_default="[]"),
    Column("audience", String(40), nullable=False, server_default="AzureADMyOrg"),
    Column("profile", Json, nullable=False, server_default="{}"),
    Column("created_at", UtcTime),
    Index("ix_applications_tenant_id_object_id", "tenant_id", "object_id"),
)


def application(connection: Connection, app_id: str) -> Application | None:
    """Return the application or None."""
    row = connection.execute(select(applications).where(applications.c.app_id == app_id.lower())).first()
    return _application(row) if row else None


def application_by_object_id(connection: Connection, object_id: str) -> Application | None:
    """Return the application whose registration is this object, or None."""
    row = connection.execute(select(applications).where(applications.c.object_id == object_id.lower())).first()
    return _application(row) if row else None


def applications_by_ids(connection: Connection, app_ids: Iterable[str]) -> dict[str, Application]:
    """Return those of the applications that exist, by application id."""
    return {row.app_id: _application(row) for row in rows.among(connection, applications.c.app_id, app_ids)}


def applications_by_object_ids(connection: Connection, object_ids: Iterable[str]) -> list[Application]:
    """Return those of the registrations that exist, by object id."""
    found = rows.among(connection, applications.c.object_id, object_ids)
    return sorted((_application(row) for row in found), key=lambda each: each.object_id)


def list_applications(
    connection: Connection,
    tenant_id: str,
    *,
    after: str = "",
    limit: int = 100,
    id: str | None = None,
    app_id: str | None = None,
    name: str | None = None,
    name_prefix: str | None = None,
) -> list[Application]:
    """Return a tenant's applications by object id, beginning behind `after`, narrowed by what is not None."""
    query = select(applications).where(applications.c.tenant_id == tenant_id, applications.c.object_id > after)
    if id is not None:
        query = query.where(applications.c.object_id == id.lower())
    if app_id is not None:
        query = query.where(applications.c.app_id == app_id.lower())
    if name is not None:
        query = query.where(applications.c.display_name_key == name.lower())
    if name_prefix is not None:
        query = query.where(applications.c.display_name_key.startswith(name_prefix.lower(), autoescape=True))
    return [_application(row) for row in connection.execute(query.order_by(applications.c.object_id).limit(limit))]


def application_with_uri(connection: Connection, tenant_id: str, uri: str) -> Application | None:
    """Return the application of a tenant that is known by an identifier URI in any case, or None."""
    query = select(applications).where(applications.c.tenant_id == tenant_id, applications.c.identifier_uris != [])
    for row in connection.execute(query):
        if uri.lower() in (each.lower() for each in row.identifier_uris):
            return _application(row)
    return None


def save_application(connection: Connection, app: Application, now: datetime) -> None:
    """Write an application, new or changed; a new one is made now unless it says otherwise, and that never changes."""
    values = {name: getattr(app, name) for name in Application.__dataclass_fields__}
    values |= {"display_name_key": app.display_name.lower(), "audience": app.audience.value}
    values["created_at"] = app.created_at or now
    rows.save(connection, applications, {"app_id": app.app_id}, values)


def remove_application(connection: Connection, app_id: str) -> None:
    """Delete an application."""
    connection.execute(delete(applications).where(applications.c.app_id == app_id))


def _application(row: Row[Any]) -> Application:
    values = {name: row._mapping[name] for name in Application.__dataclass_fields__}
    return Application(
        **values
        | {
            "redirect_uris": tuple(row.redirect_uris),
            "identifier_uris": tuple(row.identifier_uris),
            "audience": Audience(row.audience),
        }
    )
