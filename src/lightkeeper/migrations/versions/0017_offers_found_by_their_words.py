"""Offers are found by their words."""

import json
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.String(length=50)
_WORD = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
_TITLE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "published_words",
        sa.Column("publisher_id", _ID, nullable=False),
        sa.Column("offer_id", _ID, nullable=False),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("plan_id", _ID, nullable=False),
        sa.Column("word", _WORD, nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id", "offer_id", "preview", "plan_id", "word", name=op.f("pk_published_words")
        ),
    )
    op.create_index("ix_published_words_word", "published_words", ["word", "publisher_id", "offer_id", "preview"])
    op.create_table(
        "published_to",
        sa.Column("viewer", sa.String(length=64), nullable=False),
        sa.Column("publisher_id", _ID, nullable=False),
        sa.Column("offer_id", _ID, nullable=False),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("plan_id", _ID, nullable=False),
        sa.Column("title", _TITLE, nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("sold_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "viewer", "publisher_id", "offer_id", "preview", "plan_id", name=op.f("pk_published_to")
        ),
    )
    op.create_index("ix_published_to_title", "published_to", ["viewer", "title", "publisher_id", "offer_id", "preview"])
    op.create_index("ix_published_to_offer", "published_to", ["publisher_id", "offer_id"])
    _note_plans(op.get_bind())


def _note_plans(connection: sa.Connection) -> None:
    """Let the plans that are on the shelf be found."""
    flags, texts = ("preview", "newest", "on_sale"), ("publisher_id", "offer_id", "plan_id")
    plans = sa.table(
        "published_plans",
        *(sa.column(name, sa.Boolean) for name in flags),
        *(sa.column(name, sa.String) for name in texts),
        sa.column("plan", sa.Text),
    )
    words: dict[tuple[Any, ...], set[str]] = {}
    shown = []
    for row in connection.execute(sa.select(plans).where(plans.c.newest.is_(True), plans.c.on_sale.is_(True))).all():
        plan = json.loads(row.plan)
        offer = (row.publisher_id, row.offer_id, row.preview)
        words.setdefault((*offer, ""), set()).update(_of_offer(plan, row.preview))
        words.setdefault((*offer, row.plan_id), set()).update(_of_plan(plan))
        visibility = str(plan.get("visibility") or "")
        viewers = plan.get("preview_audience" if row.preview else "audience") or ()
        if not row.preview and visibility != "private":
            viewers = [""]
        title = str(plan.get("offer_display_name") or "").lower()[:200]
        facts = (*offer, row.plan_id, title, visibility, _time(plan.get("sold_until")))
        shown += [(viewer, *facts) for viewer in set(viewers)]
    of_plan = ("publisher_id", "offer_id", "preview", "plan_id")
    _add(
        connection,
        "published_words",
        (*of_plan, "word"),
        [(*key, word) for key, said in words.items() for word in said],
    )
    _add(connection, "published_to", ("viewer", *of_plan, "title", "visibility", "sold_until"), shown)


def _add(connection: sa.Connection, table: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    columns = [sa.column(name, sa.Boolean if name == "preview" else sa.String) for name in names]
    if rows:
        connection.execute(sa.insert(sa.table(table, *columns)), [dict(zip(names, row, strict=True)) for row in rows])


def _time(text: str | None) -> str | None:
    """Return a time as time columns hold it: to the microsecond, ending in Z."""
    if not text:
        return None
    seconds, _, fraction = text.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{fraction:0<6.6}Z"


def _of_offer(plan: dict[str, Any], preview: bool) -> set[str]:
    offer_id = f"{plan.get('offer_id')}{'-preview' if preview else ''}"
    categories = [str(one) for one in plan.get("categories") or ()]
    names = ("offer_display_name", "publisher_display_name", "publisher_id", "offer_summary", "offer_description")
    texts = [offer_id, *categories, *(plan.get("keywords") or ()), *(plan.get(name) for name in names)]
    return _kept(texts) | {f"={one.lower()}"[:40] for one in categories}


def _of_plan(plan: dict[str, Any]) -> set[str]:
    return _kept([plan.get(name) for name in ("plan_id", "plan_display_name", "plan_summary", "plan_description")])


def _kept(texts: list[Any]) -> set[str]:
    """Return the words of texts, and of those in scripts without spaces each ending, at most 40 letters long."""
    unspaced = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
    kept: set[str] = set()
    for text in texts:
        plain = unicodedata.normalize("NFKC", re.sub(r"<[^>]*>", " ", str(text or ""))).casefold()
        for word in re.findall(r"[^\W_]+", plain):
            kept.update(word[n:][:40] for n in (range(len(word)) if unspaced.search(word) else (0,)))
    return kept
