"""Resources of any type, and the keys some of them hand out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, delete, func, insert, or_, select

from lightkeeper.kernel.lookup import Lookup, Record
from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources.model import Resource, Stamp
from lightkeeper.resources.store.tables import resource_keys, resources

_RESOURCE = Lookup(select(resources).where(resources.c.id_key == bindparam("id_key")))
_PARTS = ("kind", "sku", "identity", "plan", "zones", "managed_by", "extended_location")


@dataclass(frozen=True, slots=True)
class Where:
    """Which resources: None leaves a side open. `parent` is the key every id must continue."""

    subscription_id: str
    group: str | None = None
    scope_key: str | None = None
    type: str | None = None
    under: str | None = None


def find(connection: Connection, key: str) -> Resource | None:
    """Return the resource with this lower-case id."""
    row = _RESOURCE.first(connection, id_key=key)
    return _resource(row) if row else None


def some(connection: Connection, where: Where, *, after: str = "", limit: int = 500) -> Sequence[Resource]:
    """Return up to `limit` resources behind the key `after`, by key."""
    query = select(resources).where(resources.c.subscription_id == where.subscription_id.lower())
    if where.group is not None:
        query = query.where(resources.c.group_key == where.group.lower())
    if where.scope_key is not None:
        query = query.where(resources.c.scope_key == where.scope_key)
    if where.type is not None:
        query = query.where(resources.c.type_key == where.type.lower())
    if where.under is not None:
        query = query.where(resources.c.id_key.startswith(where.under + "/", autoescape=True))
    if after:
        query = query.where(resources.c.id_key > after)
    return [_resource(row) for row in connection.execute(query.order_by(resources.c.id_key).limit(limit))]


def save(connection: Connection, resource: Resource) -> None:
    """Add the resource or replace the one with the same id."""
    values = _values(resource)
    same = resources.c.id_key == resource.key
    if connection.execute(resources.update().where(same).values(values)).rowcount == 0:
        connection.execute(insert(resources).values(id_key=resource.key, **values))


def with_children(connection: Connection, key: str) -> Sequence[Resource]:
    """Return the resource and everything below it, children first."""
    rows = connection.execute(select(resources).where(_at_or_below(resources.c.id_key, key)))
    return sorted((_resource(row) for row in rows), key=lambda resource: len(resource.id), reverse=True)


def remove_with_children(connection: Connection, key: str) -> Sequence[Resource]:
    """Remove the resource and everything below it, with their secret keys; return what there was, children first."""
    doomed = with_children(connection, key)
    connection.execute(delete(resources).where(_at_or_below(resources.c.id_key, key)))
    connection.execute(delete(resource_keys).where(_at_or_below(resource_keys.c.id_key, key)))
    return doomed


def _at_or_below(column: Column[str], key: str) -> ColumnElement[bool]:
    return or_(column == key, column.startswith(key + "/", autoescape=True))


def count_of_namespace(connection: Connection, subscription_id: str, namespace: str) -> int:
    """Return how many resources of a provider the subscription holds."""
    query = (
        select(func.count())
        .select_from(resources)
        .where(
            resources.c.subscription_id == subscription_id,
            resources.c.type_key.startswith(namespace.lower() + "/", autoescape=True),
        )
    )
    return int(connection.execute(query).scalar() or 0)


def keys_of(connection: Connection, key: str) -> Mapping[str, tuple[str, datetime]]:
    """Return the resource's secret keys by name, each with the time it was made."""
    rows = connection.execute(select(resource_keys).where(resource_keys.c.id_key == key))
    return {row.name: (row.value, row.created_at) for row in rows}


def save_key(connection: Connection, key: str, name: str, value: str, at: datetime) -> None:
    """Add the named secret key or replace it."""
    same = (resource_keys.c.id_key == key) & (resource_keys.c.name == name)
    if connection.execute(resource_keys.update().where(same).values(value=value, created_at=at)).rowcount == 0:
        connection.execute(insert(resource_keys).values(id_key=key, name=name, value=value, created_at=at))


def _values(resource: Resource) -> dict[str, Any]:
    id_ = parse(resource.id)
    body: dict[str, Any] = {"properties": resource.properties, "more": resource.more}
    body |= {name: getattr(resource, name) for name in _PARTS if getattr(resource, name) is not None}
    return {
        "id": resource.id,
        "subscription_id": resource.subscription_id.lower(),
        "group_key": resource.resource_group.lower() if resource.resource_group is not None else None,
        "group_name": resource.resource_group,
        "scope_key": id_.parent.key if id_.parent is not None else "",
        "type": resource.type,
        "type_key": resource.type.lower(),
        "name": resource.name,
        "location": resource.location,
        "tags": dict(resource.tags),
        "body": body,
        "instance": dict(resource.instance),
        "api_version": resource.api_version,
        "etag": resource.etag,
        **{name: getattr(resource.stamp, name) for name in Stamp.__dataclass_fields__},
    }


def _resource(row: Record) -> Resource:
    return Resource(
        id=row.id,
        name=row.name,
        type=row.type,
        subscription_id=row.subscription_id,
        resource_group=row.group_name,
        location=row.location,
        tags=row.tags,
        properties=row.body["properties"],
        more=row.body["more"],
        instance=row.instance,
        api_version=row.api_version,
        etag=row.etag,
        stamp=Stamp(**{name: getattr(row, name) for name in Stamp.__dataclass_fields__}),
        **{name: row.body.get(name) for name in _PARTS},
    )
