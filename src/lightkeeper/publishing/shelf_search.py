"""How offers on the shelf are found: a table of their words, and one of who sees which plan.

Both hold only what is on the shelf now: the newest version of each plan on sale, and every plan in preview. A search is
answered without reading what it does not show: a rare word leads to its few offers; for common words, offers are tried
in the order of the list until a page is full.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Select,
    String,
    Table,
    Text,
    delete,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from lightkeeper.delegation.model import PublishedPlan, Visibility
from lightkeeper.delegation.search_rules import LONGEST_WORD, category_word, words_of_offer, words_of_plan
from lightkeeper.delegation.shelf import Sought, Spot, spot_of
from lightkeeper.kernel.database import UtcTime, metadata

FEW = 200
"""A word that so few offers say leads to them directly."""

_ROWS_READ = 400
"""Rows of a word that are read to see whether few offers say it; an offer may say it in each of its plans."""

_LAST = "\U0010ffff"
_WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")

published_words = Table(
    "published_words",
    metadata,
    Column("publisher_id", String(50), primary_key=True),
    Column("offer_id", String(50), primary_key=True),
    Column("preview", Boolean, primary_key=True),
    Column("plan_id", String(50), primary_key=True),  # empty: said by the whole offer
    Column("word", _WORD, primary_key=True),
    Index("ix_published_words_word", "word", "publisher_id", "offer_id", "preview"),
)

published_to = Table(
    "published_to",
    metadata,
    Column("viewer", String(64), primary_key=True),  # a subscription; empty: everybody
    Column("publisher_id", String(50), primary_key=True),
    Column("offer_id", String(50), primary_key=True),
    Column("preview", Boolean, primary_key=True),
    Column("plan_id", String(50), primary_key=True),
    Column("title", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    Column("visibility", String(10), nullable=False),
    Column("sold_until", UtcTime),
    Index("ix_published_to_title", "viewer", "title", "publisher_id", "offer_id", "preview"),
    Index("ix_published_to_offer", "publisher_id", "offer_id"),
)

_words, _to = published_words, published_to
_SPOT = (_to.c.title, _to.c.publisher_id, _to.c.offer_id, _to.c.preview)
EVERYBODY = ""


def offers_sought(connection: Connection, sought: Sought, now: datetime, most: int) -> list[tuple[str, str]]:
    """Return publisher and id of offers among which the first `most` that are sought are."""
    words = [*sought.words, *([category_word(sought.category)] if sought.category else [])]
    for word in words:
        rare = _few(connection, word)
        if rare is not None:
            return rare
    spots: set[Spot] = set()
    for viewer in {EVERYBODY, sought.viewer.lower()}:
        page = _shown_to(viewer, now, words, sought.after)
        if not sought.private:
            page = page.where(_to.c.visibility == str(Visibility.PUBLIC))
        spots |= {Spot(*row) for row in connection.execute(page.limit(most))}
    return list(dict.fromkeys((one.publisher_id, one.offer_id) for one in sorted(spots)[:most]))


def _shown_to(viewer: str, now: datetime, words: Sequence[str], after: Spot | None) -> Select[Any]:
    """Return the query for the spots of the offers that a viewer sees, which say all the words, in their order."""
    query = select(*_SPOT).where(_to.c.viewer == viewer, or_(_to.c.sold_until.is_(None), _to.c.sold_until > now))
    for word in words:
        said = select(literal(1)).where(
            *(_words.c[name] == _to.c[name] for name in ("publisher_id", "offer_id", "preview")),
            or_(_words.c.plan_id == "", _words.c.plan_id == _to.c.plan_id),
            *_begins(word),
        )
        query = query.where(said.exists())
    if after is not None:
        query = query.where(tuple_(*_SPOT) > tuple_(*(literal(part) for part in after)))
    return query.order_by(*_SPOT).distinct()


def _few(connection: Connection, word: str) -> list[tuple[str, str]] | None:
    """Return the offers that say a word beginning like this; None when they are many."""
    # Rows are cut before they are made distinct: a common word must not be read to its end.
    query = select(_words.c.publisher_id, _words.c.offer_id).where(*_begins(word)).limit(_ROWS_READ)
    rows = [(row.publisher_id, row.offer_id) for row in connection.execute(query)]
    offers = list(dict.fromkeys(rows))
    return offers if len(rows) < _ROWS_READ and len(offers) <= FEW else None


def _begins(word: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _words.c.word >= word, _words.c.word < word + _LAST


def note(connection: Connection, publisher_id: str, offer_id: str, plans: Sequence[PublishedPlan]) -> None:
    """Let an offer be found by its plans that are on the shelf, and by nothing older of it."""
    for table in (_words, _to):
        connection.execute(delete(table).where(table.c.publisher_id == publisher_id, table.c.offer_id == offer_id))
    of_offer = {"publisher_id": publisher_id, "offer_id": offer_id}
    said = {
        (plan.preview, plan_id, word)
        for plan in plans
        for plan_id, words in (("", words_of_offer(plan)), (plan.plan_id, words_of_plan(plan)))
        for word in words
    }
    if said:
        rows = [{**of_offer, "preview": preview, "plan_id": plan, "word": word} for preview, plan, word in said]
        connection.execute(insert(_words), rows)
    shown = [
        {
            **of_offer,
            "viewer": viewer,
            "preview": plan.preview,
            "plan_id": plan.plan_id,
            "title": spot_of(plan).title,
            "visibility": str(plan.visibility),
            "sold_until": plan.sold_until,
        }
        for plan in plans
        for viewer in _viewers_of(plan)
    ]
    if shown:
        connection.execute(insert(_to), shown)


def _viewers_of(plan: PublishedPlan) -> frozenset[str]:
    if plan.preview:
        return plan.preview_audience
    return plan.audience if plan.visibility is Visibility.PRIVATE else frozenset({EVERYBODY})
