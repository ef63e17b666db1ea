"""Rows of the one log, read as activity events. There is no table of this context's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, desc, select

from lightkeeper.activity.model import LoggedEvent
from lightkeeper.kernel.log import Entry, entry_of, events
from lightkeeper.kernel.resource_id import MalformedId, ResourceId, parse

_NOT_PROPERTIES = frozenset(("by", "resource_id", "resource_type", "status", "sub_status", "description"))


def newest(
    connection: Connection,
    *,
    subscription_id: str | None,
    tenant_id: str | None,
    since: datetime,
    until: datetime | None,
    correlation_id: str | None,
    before: int | None,
    limit: int,
) -> Sequence[LoggedEvent]:
    """Return up to `limit` events of the subscription, or of the tenant itself, newest first."""
    query = select(events).where(events.c.at >= since).order_by(desc(events.c.revision)).limit(limit)
    if subscription_id is not None:
        query = query.where(events.c.subscription_id == subscription_id)
    else:
        query = query.where(events.c.subscription_id.is_(None), events.c.tenant_id == tenant_id)
    if until is not None:
        query = query.where(events.c.at <= until)
    if correlation_id is not None:
        query = query.where(events.c.correlation_id == correlation_id)
    if before is not None:
        query = query.where(events.c.revision < before)
    return [_logged(entry_of(row)) for row in connection.execute(query)]


def _logged(entry: Entry) -> LoggedEvent:
    body = entry.body
    by: dict[str, Any] = body.get("by") or {}
    resource_id = str(body.get("resource_id") or _home_of(entry))
    id_ = _parsed(resource_id)
    return LoggedEvent(
        id="-".join((entry.hash[:8], entry.hash[8:12], entry.hash[12:16], entry.hash[16:20], entry.hash[20:32])),
        revision=entry.revision,
        at=entry.at,
        operation=entry.operation,
        resource_id=resource_id,
        resource_type=str(body.get("resource_type") or (id_.type if id_ else _type_in(entry.operation))),
        resource_provider=(id_.namespace if id_ and id_.namespace else entry.operation.split("/")[0]),
        resource_group=(id_.resource_group or "") if id_ else "",
        subscription_id=entry.subscription_id,
        tenant_id=entry.tenant_id,
        correlation_id=entry.correlation_id,
        caller=str(by.get("name") or entry.actor_id),
        status=str(body.get("status") or "Succeeded"),
        sub_status=str(body.get("sub_status") or ""),
        description=str(body.get("description") or ""),
        http=by.get("http") or {},
        properties={name: value for name, value in body.items() if name not in _NOT_PROPERTIES},
    )


def _home_of(entry: Entry) -> str:
    return f"/subscriptions/{entry.subscription_id}" if entry.subscription_id else f"/tenants/{entry.tenant_id}"


def _type_in(operation: str) -> str:
    return "/".join(part for part in operation.split("/")[:-1] if part != "register") or operation


def _parsed(resource_id: str) -> ResourceId | None:
    try:
        return parse(resource_id)
    except MalformedId:
        return None
