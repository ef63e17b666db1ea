"""Tables of offers, submissions, environments, history and media."""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, LargeBinary, String, Table, Text

from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.kernel.sealing import SealedInside
from lightkeeper.publishing.leads import each_secret


def _of_offer() -> list[Any]:
    return [Column("publisher_id", String(50), primary_key=True), Column("offer_id", String(50), primary_key=True)]


offers = Table(
    "offers",
    metadata,
    *_of_offer(),
    Column("alias", String(200), nullable=False),
    Column("document", SealedInside(each_secret), nullable=False),
    Column("assets", Json, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("was_live", Boolean, nullable=False),
    Column("on_sale", Boolean, nullable=False),
    Column("submission_id", String(36)),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("deprecation", Json),
    Column("product_id", String(36), nullable=False, server_default="", index=True),
)


offer_submissions = Table(
    "offer_submissions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("publisher_id", String(50), nullable=False),
    Column("offer_id", String(50), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", SealedInside(each_secret), nullable=False),
    Column("assets", Json, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("steps", Json, nullable=False),
    Column("submitted_by", String(200), nullable=False),
    Column("submitted_at", UtcTime, nullable=False),
    Column("notes", Text, nullable=False),
    Column("emails", Json, nullable=False),
    Column("report", Json),
    Column("ended_at", UtcTime),
    Column("go_live_id", String(36), unique=True),
    Column("signed_off_at", UtcTime),
    ForeignKeyConstraint(["publisher_id", "offer_id"], ["offers.publisher_id", "offers.offer_id"]),
)


offer_environments = Table(
    "offer_environments",
    metadata,
    *_of_offer(),
    Column("environment", String(10), primary_key=True),
    Column("submission_id", String(36), nullable=False),
    Column("document", SealedInside(each_secret), nullable=False),
    Column("assets", Json, nullable=False),
    Column("at", UtcTime, nullable=False),
)


offer_history = Table(
    "offer_history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("publisher_id", String(50), nullable=False),
    Column("offer_id", String(50), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("event", String(200), nullable=False),
    Column("initiated_by", String(200), nullable=False),
    Column("note", Text, nullable=False),
)


offer_media = Table(
    "offer_media",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


def is_of(table: Table, publisher_id: str, offer_id: str) -> tuple[Any, Any]:
    """Return the conditions that a row of the table belongs to an offer."""
    return table.c.publisher_id == publisher_id.lower(), table.c.offer_id == offer_id.lower()
