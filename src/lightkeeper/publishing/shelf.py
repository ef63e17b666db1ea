"""The plan versions that are published: what the storefront and delegation look up (delegation/shelf.py declares how).

Live versions are kept for ever, because customers stay on theirs until they accept a newer one. Preview copies are
replaced by the next preview.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    type_coerce,
    update,
)

from lightkeeper.delegation.model import Plan, PublishedPlan
from lightkeeper.delegation.model import newest as newest_of
from lightkeeper.delegation.shelf import Sought
from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.publishing import shelf_search

published_plans = Table(
    "published_plans",
    metadata,
    Column("publisher_id", String(50), primary_key=True),
    Column("offer_id", String(50), primary_key=True),
    Column("plan_id", String(50), primary_key=True),
    Column("version", String(32), primary_key=True),
    Column("preview", Boolean, primary_key=True),
    Column("newest", Boolean, nullable=False),
    Column("on_sale", Boolean, nullable=False),
    Column("plan", Json, nullable=False),
    Column("published_at", UtcTime, nullable=False),
)
_table = published_plans
_text = type_coerce(published_plans.c.plan, Text).label("text")
_read = select(_table.c.on_sale, _text)
_on_shelf = _read.where(_table.c.newest.is_(True), _table.c.on_sale.is_(True))
MOST_DECODED = 20_000
"""How many plans are kept decoded: some lists show all of them, and they seldom change."""


class PublishingShelf:
    """The shelf that publishing fills."""

    def published_plans(self, connection: Connection, *, publisher: str = "", product: str = "") -> list[PublishedPlan]:
        """Return the newest version of every plan on sale, and of every plan in preview; of a publisher, or of one offer."""
        query = _on_shelf
        if publisher:
            query = query.where(_table.c.publisher_id == publisher.lower())
        if product:
            offered = Plan(publisher, product.lower(), "", "")
            query = query.where(_table.c.offer_id == offered.offer_id, _table.c.preview.is_(offered.preview))
        rows = connection.execute(
            query.order_by(_table.c.publisher_id, _table.c.offer_id, _table.c.plan_id, _table.c.preview)
        )
        return [_plan(row) for row in rows]

    def find_plan(self, connection: Connection, plan: Plan, *, newest: bool) -> PublishedPlan | None:
        """Return the version `plan` names, stopped ones included; with `newest` the newest of the same plan instead."""
        query = _read.where(
            _table.c.publisher_id == plan.publisher.lower(),
            _table.c.offer_id == plan.offer_id.lower(),
            _table.c.plan_id == plan.name.lower(),
            _table.c.preview.is_(plan.preview),
        )
        query = query.where(_table.c.newest.is_(True) if newest else _table.c.version == plan.version)
        row = connection.execute(query).first()
        return _plan(row) if row else None

    def find_offers(self, connection: Connection, sought: Sought, now: datetime, most: int) -> list[PublishedPlan]:
        """Return the newest plans on sale of the offers among which the first `most` are that are sought."""
        by_publisher: dict[str, list[str]] = {}
        for publisher, offer in shelf_search.offers_sought(connection, sought, now, most):
            by_publisher.setdefault(publisher, []).append(offer)
        c = _table.c
        found: list[PublishedPlan] = []
        for publisher, offers in by_publisher.items():  # SQLite would read the whole shelf for a list of pairs
            query = _on_shelf.where(c.publisher_id == publisher, c.offer_id.in_(offers))
            found += [_plan(row) for row in connection.execute(query)]
        return found


def versions_of(connection: Connection, publisher_id: str, offer_id: str, *, preview: bool) -> list[PublishedPlan]:
    """Return every version of every plan of an offer in one environment, by plan and time."""
    rows = connection.execute(
        _read.where(*_of(publisher_id, offer_id), _table.c.preview.is_(preview)).order_by(
            _table.c.plan_id, _table.c.published_at
        )
    )
    return [_plan(row) for row in rows]


def all_versions_of(connection: Connection, publisher_id: str, offer_id: str) -> list[PublishedPlan]:
    """Return every version of every plan of an offer, live or in preview."""
    return [
        plan for preview in (True, False) for plan in versions_of(connection, publisher_id, offer_id, preview=preview)
    ]


def fill_live(connection: Connection, publisher_id: str, offer_id: str, plans: Iterable[PublishedPlan]) -> None:
    """Put these versions on sale; the offer's other plans are no longer sold, and older versions stay what they were."""
    plans = list(plans)
    live = (*_of(publisher_id, offer_id), _table.c.preview.is_(False))
    connection.execute(update(_table).where(*live).values(on_sale=False))
    for plan in plans:
        connection.execute(
            delete(_table).where(*live, _table.c.plan_id == plan.plan_id, _table.c.version == plan.version)
        )
        connection.execute(insert(_table).values(_row(plan, newest=False)))
    sold = {plan.plan_id for plan in plans}
    for plan_id, versions in _by_plan(versions_of(connection, publisher_id, offer_id, preview=False)).items():
        newest = newest_of(versions)
        assert newest is not None
        mine = (*live, _table.c.plan_id == plan_id)
        connection.execute(update(_table).where(*mine).values(newest=False, on_sale=plan_id in sold))
        connection.execute(update(_table).where(*mine, _table.c.version == newest.version).values(newest=True))
    _note(connection, publisher_id, offer_id)


def fill_preview(connection: Connection, publisher_id: str, offer_id: str, plans: Iterable[PublishedPlan]) -> None:
    """Let the preview show exactly these plans."""
    connection.execute(delete(_table).where(*_of(publisher_id, offer_id), _table.c.preview.is_(True)))
    rows = [_row(plan, newest=True) for plan in plans]
    if rows:
        connection.execute(insert(_table), rows)
    _note(connection, publisher_id, offer_id)


def take_off_sale(connection: Connection, publisher_id: str, offer_id: str) -> None:
    """Sell none of the offer's plans any more; what customers accepted stays."""
    connection.execute(update(_table).where(*_of(publisher_id, offer_id)).values(on_sale=False))
    _note(connection, publisher_id, offer_id)


def change(connection: Connection, plans: Iterable[PublishedPlan]) -> None:
    """Replace what is stored of versions of one offer, for a change of its audience or of the end of its sale."""
    offers = set()
    for plan in plans:
        connection.execute(
            update(_table)
            .where(
                *_of(plan.publisher_id, plan.offer_id),
                _table.c.plan_id == plan.plan_id,
                _table.c.version == plan.version,
                _table.c.preview.is_(plan.preview),
            )
            .values(plan=msgspec.to_builtins(plan))
        )
        offers.add((plan.publisher_id, plan.offer_id))
    for publisher_id, offer_id in offers:
        _note(connection, publisher_id, offer_id)


def _note(connection: Connection, publisher_id: str, offer_id: str) -> None:
    """Let the offer be found by what is on the shelf now."""
    rows = connection.execute(_on_shelf.where(*_of(publisher_id, offer_id)))
    shelf_search.note(connection, publisher_id, offer_id, [_plan(row) for row in rows])


def _of(publisher_id: str, offer_id: str) -> tuple[Any, Any]:
    return _table.c.publisher_id == publisher_id, _table.c.offer_id == offer_id


def _by_plan(plans: Iterable[PublishedPlan]) -> dict[str, list[PublishedPlan]]:
    found: dict[str, list[PublishedPlan]] = {}
    for plan in plans:
        found.setdefault(plan.plan_id, []).append(plan)
    return found


def _row(plan: PublishedPlan, *, newest: bool) -> dict[str, Any]:
    return {
        "publisher_id": plan.publisher_id,
        "offer_id": plan.offer_id,
        "plan_id": plan.plan_id,
        "version": plan.version,
        "preview": plan.preview,
        "newest": newest,
        "on_sale": True,
        "plan": msgspec.to_builtins(plan),
        "published_at": plan.published_at,
    }


def _plan(row: Row[Any]) -> PublishedPlan:
    return _decoded(row.text, row.on_sale)


@lru_cache(MOST_DECODED)
def _decoded(text: str, on_sale: bool) -> PublishedPlan:
    """Return the plan a text holds; a plan never changes, so all readers share it."""
    return replace(msgspec.json.decode(text, type=PublishedPlan), on_sale=on_sale)
