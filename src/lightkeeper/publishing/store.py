"""Offers, what their environments show, their history and media: the queries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    delete,
    insert,
    select,
    update,
)

from lightkeeper.publishing.ingestion.names import product_guid
from lightkeeper.publishing.lifecycle import Stage
from lightkeeper.publishing.model import Content, Environment, HistoryEntry, OfferRecord, OfferStanding, Submission
from lightkeeper.publishing.tables import (
    is_of,
    offer_environments,
    offer_history,
    offer_media,
    offer_submissions,
    offers,
)


def find(connection: Connection, publisher_id: str, offer_id: str) -> OfferRecord | None:
    """Return the offer, or None."""
    row = connection.execute(select(offers).where(*is_of(offers, publisher_id, offer_id))).first()
    return _offer(row) if row else None


def find_product(connection: Connection, product_id: str) -> OfferRecord | None:
    """Return the offer whose durable id this is, or None."""
    row = connection.execute(select(offers).where(offers.c.product_id == product_id.lower())).first()
    return _offer(row) if row else None


def standings_of(connection: Connection, publisher_id: str, *, behind: str, most: int) -> list[OfferStanding]:
    """Return where the publisher's offers stand, by id: so many of those behind an id."""
    wanted = (offers.c.publisher_id == publisher_id.lower(), offers.c.offer_id > behind)
    query = select(*_STANDING).where(*wanted).order_by(offers.c.offer_id).limit(most)
    return [OfferStanding(**_standing(row)) for row in connection.execute(query)]


def ids_of(connection: Connection, publisher_id: str) -> list[str]:
    """Return the ids of the publisher's offers, in order."""
    query = select(offers.c.offer_id).where(offers.c.publisher_id == publisher_id.lower()).order_by(offers.c.offer_id)
    return list(connection.execute(query).scalars())


def add(connection: Connection, offer: OfferRecord) -> None:
    """Store a new offer."""
    connection.execute(
        insert(offers).values(
            publisher_id=offer.publisher_id,
            offer_id=offer.id,
            product_id=product_guid(offer.publisher_id, offer.id),
            created_at=offer.created_at,
            **_facts(offer),
        )
    )


def put(connection: Connection, offer: OfferRecord) -> None:
    """Store an offer that changed."""
    connection.execute(update(offers).where(*is_of(offers, offer.publisher_id, offer.id)).values(**_facts(offer)))


def remove(connection: Connection, offer: OfferRecord) -> None:
    """Forget an offer that was never published, with its submissions and history."""
    for table in (offer_submissions, offer_environments, offer_history, offers):
        connection.execute(delete(table).where(*is_of(table, offer.publisher_id, offer.id)))


def _facts(offer: OfferRecord) -> dict[str, Any]:
    return {
        "alias": offer.alias,
        "document": offer.draft.document,
        "assets": offer.draft.assets,
        "edition": offer.edition,
        "stage": str(offer.stage),
        "was_live": offer.was_live,
        "on_sale": offer.on_sale,
        "submission_id": offer.submission_id,
        "changed_at": offer.changed_at,
        "changed_by": offer.changed_by,
        "deprecation": offer.deprecation,
    }


def _offer(row: Row[Any]) -> OfferRecord:
    return OfferRecord(draft=Content(row.document, row.assets), **_standing(row))


_STANDING = [column for column in offers.c if column.name not in ("document", "assets", "product_id")]
"""The columns that tell where an offer stands; the draft is large."""


def _standing(row: Row[Any]) -> dict[str, Any]:
    return {
        "publisher_id": row.publisher_id,
        "id": row.offer_id,
        "alias": row.alias,
        "edition": row.edition,
        "stage": Stage(row.stage),
        "was_live": row.was_live,
        "on_sale": row.on_sale,
        "submission_id": row.submission_id,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
        "deprecation": row.deprecation,
    }


def environment_of(connection: Connection, offer: OfferRecord, environment: Environment) -> tuple[Content, str] | None:
    """Return what an environment shows and the submission it came from; None when nothing was published there."""
    table = offer_environments
    row = connection.execute(
        select(table).where(*is_of(table, offer.publisher_id, offer.id), table.c.environment == str(environment))
    ).first()
    return (Content(row.document, row.assets), row.submission_id) if row else None


def put_environment(
    connection: Connection, submission: Submission, environment: Environment, content: Content, at: Any
) -> None:
    """Let an environment show this content."""
    clear_environment(connection, submission.publisher_id, submission.offer_id, environment)
    connection.execute(
        insert(offer_environments).values(
            publisher_id=submission.publisher_id,
            offer_id=submission.offer_id,
            environment=str(environment),
            submission_id=submission.id,
            document=content.document,
            assets=content.assets,
            at=at,
        )
    )


def clear_environment(connection: Connection, publisher_id: str, offer_id: str, environment: Environment) -> None:
    """Let an environment show nothing."""
    table = offer_environments
    connection.execute(
        delete(table).where(*is_of(table, publisher_id, offer_id), table.c.environment == str(environment))
    )


def change_environment(
    connection: Connection, offer: OfferRecord, environment: Environment, document: dict[str, Any]
) -> None:
    """Replace the document of an environment, for a change that needs no submission."""
    table = offer_environments
    connection.execute(
        update(table)
        .where(*is_of(table, offer.publisher_id, offer.id), table.c.environment == str(environment))
        .values(document=document)
    )


def add_history(connection: Connection, publisher_id: str, offer_id: str, entry: HistoryEntry) -> None:
    """Append a line to an offer's history."""
    connection.execute(
        insert(offer_history).values(
            publisher_id=publisher_id,
            offer_id=offer_id,
            at=entry.at,
            event=entry.event[:200],
            initiated_by=entry.initiated_by[:200],
            note=entry.note,
        )
    )


def history_of(connection: Connection, offer: OfferRecord) -> list[HistoryEntry]:
    """Return the offer's history, oldest first."""
    table = offer_history
    query = select(table).where(*is_of(table, offer.publisher_id, offer.id)).order_by(table.c.id)
    return [HistoryEntry(row.at, row.event, row.initiated_by, row.note) for row in connection.execute(query)]


def keep_media(connection: Connection, files: Sequence[tuple[str, bytes]]) -> None:
    """Keep pictures by their digest; one that is kept already is not written again."""
    table = offer_media
    for digest, content in files:
        if connection.execute(select(table.c.digest).where(table.c.digest == digest)).first() is None:
            connection.execute(insert(table).values(digest=digest, content=content))


def find_media(connection: Connection, digest: str) -> bytes | None:
    """Return a picture by its digest."""
    found = connection.execute(select(offer_media.c.content).where(offer_media.c.digest == digest)).scalar()
    return None if found is None else bytes(found)
