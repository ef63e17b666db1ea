"""Tables of offers, submissions, environments and history, and the queries on them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from lightkeeper.kernel import encoding
from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.publishing.ingestion.names import product_guid
from lightkeeper.publishing.lifecycle import Stage
from lightkeeper.publishing.model import Content, Environment, HistoryEntry, OfferRecord, Step, Submission


def _of_offer() -> list[Any]:
    return [Column("publisher_id", String(50), primary_key=True), Column("offer_id", String(50), primary_key=True)]


offers = Table(
    "offers",
    metadata,
    *_of_offer(),
    Column("alias", String(200), nullable=False),
    Column("document", Json, nullable=False),
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
    Column("document", Json, nullable=False),
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
    Column("document", Json, nullable=False),
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


def find(connection: Connection, publisher_id: str, offer_id: str) -> OfferRecord | None:
    """Return the offer, or None."""
    row = connection.execute(select(offers).where(*_is(offers, publisher_id, offer_id))).first()
    return _offer(row) if row else None


def find_product(connection: Connection, product_id: str) -> OfferRecord | None:
    """Return the offer whose durable id this is, or None."""
    row = connection.execute(select(offers).where(offers.c.product_id == product_id.lower())).first()
    return _offer(row) if row else None


def all_of(connection: Connection, publisher_id: str) -> list[OfferRecord]:
    """Return the publisher's offers by id."""
    query = select(offers).where(offers.c.publisher_id == publisher_id.lower()).order_by(offers.c.offer_id)
    return [_offer(row) for row in connection.execute(query)]


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
    connection.execute(update(offers).where(*_is(offers, offer.publisher_id, offer.id)).values(**_facts(offer)))


def remove(connection: Connection, offer: OfferRecord) -> None:
    """Forget an offer that was never published, with its submissions and history."""
    for table in (offer_submissions, offer_environments, offer_history, offers):
        connection.execute(delete(table).where(*_is(table, offer.publisher_id, offer.id)))


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
    return OfferRecord(
        publisher_id=row.publisher_id,
        id=row.offer_id,
        alias=row.alias,
        draft=Content(row.document, row.assets),
        edition=row.edition,
        stage=Stage(row.stage),
        was_live=row.was_live,
        on_sale=row.on_sale,
        submission_id=row.submission_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        deprecation=row.deprecation,
    )


def _is(table: Table, publisher_id: str, offer_id: str) -> tuple[Any, Any]:
    return table.c.publisher_id == publisher_id.lower(), table.c.offer_id == offer_id.lower()


def add_submission(connection: Connection, submission: Submission) -> None:
    """Store a new submission."""
    connection.execute(
        insert(offer_submissions).values(
            id=submission.id,
            publisher_id=submission.publisher_id,
            offer_id=submission.offer_id,
            number=submission.number,
            document=submission.content.document,
            assets=submission.content.assets,
            submitted_by=submission.submitted_by,
            submitted_at=submission.submitted_at,
            notes=submission.notes,
            emails=list(submission.emails),
            **_progress(submission),
        )
    )


def put_submission(connection: Connection, submission: Submission) -> None:
    """Store how far a submission is; its frozen copy never changes."""
    connection.execute(
        update(offer_submissions).where(offer_submissions.c.id == submission.id).values(**_progress(submission))
    )


def _progress(submission: Submission) -> dict[str, Any]:
    return {
        "stage": str(submission.stage),
        "steps": encoding.decode(encoding.encode(submission.steps)),
        "report": submission.report,
        "ended_at": submission.ended_at,
        "go_live_id": submission.go_live_id,
        "signed_off_at": submission.signed_off_at,
    }


def find_submission(connection: Connection, submission_id: str) -> Submission | None:
    """Return the submission with this id, or the one whose sign-off has it."""
    table = offer_submissions
    wanted = submission_id.lower()
    row = connection.execute(select(table).where((table.c.id == wanted) | (table.c.go_live_id == wanted))).first()
    return _submission(row) if row else None


def submissions_of(connection: Connection, offer: OfferRecord) -> list[Submission]:
    """Return the offer's submissions, newest first."""
    table = offer_submissions
    query = select(table).where(*_is(table, offer.publisher_id, offer.id)).order_by(table.c.number.desc())
    return [_submission(row) for row in connection.execute(query)]


def submissions_at(connection: Connection, stage: Stage) -> list[Submission]:
    """Return the submissions of all publishers that stand at a stage, oldest first."""
    table = offer_submissions
    query = select(table).where(table.c.stage == str(stage)).order_by(table.c.submitted_at)
    return [_submission(row) for row in connection.execute(query)]


def next_number(connection: Connection, offer: OfferRecord) -> int:
    """Return the number of the offer's next submission; the first is 1."""
    table = offer_submissions
    last = connection.execute(select(func.max(table.c.number)).where(*_is(table, offer.publisher_id, offer.id)))
    return int(last.scalar() or 0) + 1


def _submission(row: Row[Any]) -> Submission:
    return Submission(
        id=row.id,
        publisher_id=row.publisher_id,
        offer_id=row.offer_id,
        number=row.number,
        content=Content(row.document, row.assets),
        stage=Stage(row.stage),
        steps=msgspec.convert(row.steps, tuple[Step, ...]),
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        notes=row.notes,
        emails=tuple(row.emails),
        report=row.report,
        ended_at=row.ended_at,
        go_live_id=row.go_live_id,
        signed_off_at=row.signed_off_at,
    )


def environment_of(connection: Connection, offer: OfferRecord, environment: Environment) -> tuple[Content, str] | None:
    """Return what an environment shows and the submission it came from; None when nothing was published there."""
    table = offer_environments
    row = connection.execute(
        select(table).where(*_is(table, offer.publisher_id, offer.id), table.c.environment == str(environment))
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
        delete(table).where(*_is(table, publisher_id, offer_id), table.c.environment == str(environment))
    )


def change_environment(
    connection: Connection, offer: OfferRecord, environment: Environment, document: dict[str, Any]
) -> None:
    """Replace the document of an environment, for a change that needs no submission."""
    table = offer_environments
    connection.execute(
        update(table)
        .where(*_is(table, offer.publisher_id, offer.id), table.c.environment == str(environment))
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
    query = select(table).where(*_is(table, offer.publisher_id, offer.id)).order_by(table.c.id)
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
