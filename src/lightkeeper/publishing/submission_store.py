"""Submissions: stored as they were made, with how far they are."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from lightkeeper.kernel import encoding
from lightkeeper.publishing.lifecycle import Stage
from lightkeeper.publishing.model import Content, OfferRecord, Step, Submission
from lightkeeper.publishing.tables import is_of, offer_submissions


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
    query = select(table).where(*is_of(table, offer.publisher_id, offer.id)).order_by(table.c.number.desc())
    return [_submission(row) for row in connection.execute(query)]


def submissions_at(connection: Connection, stage: Stage) -> list[Submission]:
    """Return the submissions of all publishers that stand at a stage, oldest first."""
    table = offer_submissions
    query = select(table).where(table.c.stage == str(stage)).order_by(table.c.submitted_at)
    return [_submission(row) for row in connection.execute(query)]


def next_number(connection: Connection, offer: OfferRecord) -> int:
    """Return the number of the offer's next submission; the first is 1."""
    table = offer_submissions
    last = connection.execute(select(func.max(table.c.number)).where(*is_of(table, offer.publisher_id, offer.id)))
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
