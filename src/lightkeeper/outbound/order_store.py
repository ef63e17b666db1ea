"""Accepted offers and what is delegated to them, as reports need them: kept after the customer has left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, Index, Row, String, Table, Text, insert, select, update

from lightkeeper.kernel.database import Json, UtcTime, metadata


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A version a customer accepted, and when."""

    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """A plan a customer accepted in a subscription; `key` is that of its registration definition."""

    key: str
    publisher_id: str
    offer_id: str
    plan_id: str
    preview: bool
    offer_title: str
    customer_tenant_id: str
    subscription_id: str
    acceptances: tuple[Acceptance, ...]
    canceled_at: datetime | None = None

    @property
    def version(self) -> str:
        """Return the version held, or held last."""
        return self.acceptances[-1].version

    @property
    def accepted_at(self) -> datetime:
        """Return when the offer was accepted first."""
        return self.acceptances[0].at

    @property
    def active(self) -> bool:
        """Return whether the customer still holds the offer."""
        return self.canceled_at is None


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation made to an order."""

    key: str
    order_key: str
    scope: str
    resource_group: bool
    at: datetime
    ended_at: datetime | None = None


orders = Table(
    "orders",
    metadata,
    Column("key", String(256), primary_key=True),
    Column("publisher_id", String(50), nullable=False),
    Column("offer_id", String(50), nullable=False),
    Column("plan_id", String(50), nullable=False),
    Column("preview", Boolean, nullable=False),
    Column("offer_title", Text, nullable=False),
    Column("customer_tenant_id", String(36), nullable=False),
    Column("subscription_id", String(36), nullable=False),
    Column("acceptances", Json, nullable=False),
    Column("canceled_at", UtcTime),
    Index("ix_orders_publisher_id_offer_id", "publisher_id", "offer_id"),
)

order_delegations = Table(
    "order_delegations",
    metadata,
    Column("key", String(512), primary_key=True),
    Column("order_key", String(256), nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("resource_group", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
)


def find(connection: Connection, key: str) -> Order | None:
    """Return the order, or None."""
    row = connection.execute(select(orders).where(orders.c.key == key)).first()
    return _order(row) if row else None


def orders_of(connection: Connection, publisher_id: str, offer_id: str = "", plan_id: str = "") -> list[Order]:
    """Return a publisher's orders, those that ended included, by key."""
    query = select(orders).where(orders.c.publisher_id == publisher_id.lower()).order_by(orders.c.key)
    if offer_id:
        query = query.where(orders.c.offer_id == offer_id.lower())
    if plan_id:
        query = query.where(orders.c.plan_id == plan_id.lower())
    return [_order(row) for row in connection.execute(query)]


def save(connection: Connection, order: Order) -> None:
    """Write an order, new or in place of the one with its key."""
    values = {name: getattr(order, name) for name in Order.__dataclass_fields__ if name != "acceptances"}
    values["acceptances"] = [{"version": one.version, "at": one.at.isoformat()} for one in order.acceptances]
    if connection.execute(update(orders).where(orders.c.key == order.key).values(**values)).rowcount == 0:
        connection.execute(insert(orders).values(**values))


def save_given(connection: Connection, given: Given) -> None:
    """Write a delegation of an order, new or made again."""
    values = {name: getattr(given, name) for name in Given.__dataclass_fields__}
    table = order_delegations
    if connection.execute(update(table).where(table.c.key == given.key).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**values))


def end_given(connection: Connection, key: str, at: datetime) -> None:
    """Say that a delegation ended."""
    connection.execute(update(order_delegations).where(order_delegations.c.key == key).values(ended_at=at))


def find_given(connection: Connection, key: str) -> Given | None:
    """Return a delegation of an order, or None."""
    row = connection.execute(select(order_delegations).where(order_delegations.c.key == key)).first()
    return Given(**row._mapping) if row else None


def given_to(connection: Connection, keys: Iterable[str]) -> dict[str, list[Given]]:
    """Return the delegations of these orders, by order."""
    found: dict[str, list[Given]] = {}
    distinct = sorted(set(keys))
    for at in range(0, len(distinct), 500):
        query = select(order_delegations).where(order_delegations.c.order_key.in_(distinct[at : at + 500]))
        for row in connection.execute(query.order_by(order_delegations.c.scope)):
            found.setdefault(row.order_key, []).append(Given(**row._mapping))
    return found


def _order(row: Row[Any]) -> Order:
    return Order(**{**row._mapping, "acceptances": msgspec.convert(row.acceptances, tuple[Acceptance, ...])})
