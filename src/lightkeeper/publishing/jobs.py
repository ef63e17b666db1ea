"""The table of configure jobs: what a client of the Product Ingestion API asked for, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, insert, select, update

from lightkeeper.kernel.database import Json, UtcTime, metadata


class JobStatus(StrEnum):
    """How far a job is."""

    NOT_STARTED = "notStarted"  # it waits, and can be canceled
    RUNNING = "running"  # its changes are made; the submission it asked for is on its way
    COMPLETED = "completed"


class JobResult(StrEnum):
    """How a job ended."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One configure request. `asked_by` is the caller it acts for; `results` are the resources as they were stored.

    `errors` are in the API's form; `submission_id` is the submission the job waits for, `target` where that leads.
    """

    id: str
    publisher_id: str
    asked_by: dict[str, Any]
    resources: list[dict[str, Any]]
    started_at: datetime
    status: JobStatus = JobStatus.NOT_STARTED
    result: JobResult = JobResult.PENDING
    errors: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    submission_id: str | None = None
    target: str = ""
    ended_at: datetime | None = None


configure_jobs = Table(
    "configure_jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("publisher_id", String(50), nullable=False, index=True),
    Column("asked_by", Json, nullable=False),
    Column("resources", Json, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("status", String(12), nullable=False),
    Column("result", String(12), nullable=False),
    Column("errors", Json, nullable=False),
    Column("results", Json, nullable=False),
    Column("submission_id", String(36)),
    Column("target", String(10), nullable=False),
    Column("ended_at", UtcTime),
)


def add(connection: Connection, job: Job) -> None:
    """Store a new job."""
    facts = {"publisher_id": job.publisher_id, "asked_by": job.asked_by, "resources": job.resources}
    connection.execute(insert(configure_jobs).values(id=job.id, started_at=job.started_at, **facts, **_progress(job)))


def put(connection: Connection, job: Job) -> None:
    """Store how far a job is."""
    connection.execute(update(configure_jobs).where(configure_jobs.c.id == job.id).values(**_progress(job)))


def find(connection: Connection, job_id: str) -> Job | None:
    """Return the job, or None."""
    row = connection.execute(select(configure_jobs).where(configure_jobs.c.id == job_id.lower())).first()
    return _job(row) if row else None


def _progress(job: Job) -> dict[str, Any]:
    return {
        "status": str(job.status),
        "result": str(job.result),
        "errors": job.errors,
        "results": job.results,
        "submission_id": job.submission_id,
        "target": job.target,
        "ended_at": job.ended_at,
    }


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        publisher_id=row.publisher_id,
        asked_by=row.asked_by,
        resources=row.resources,
        started_at=row.started_at,
        status=JobStatus(row.status),
        result=JobResult(row.result),
        errors=row.errors,
        results=row.results,
        submission_id=row.submission_id,
        target=row.target,
        ended_at=row.ended_at,
    )
