"""Saved queries, scheduled reports and what they found, as rows."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, delete, insert, select, update

from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.outbound.analytics.model import Execution, SavedQuery, ScheduledReport, ScheduleState

queries = Table(
    "analytics_queries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("publisher_id", String(50), nullable=False, index=True),
    Column("name", String(256), nullable=False),
    Column("description", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

reports = Table(
    "analytics_reports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("publisher_id", String(50), nullable=False, index=True),
    Column("query_id", String(36), nullable=False, index=True),
    Column("name", String(256), nullable=False),
    Column("description", Text, nullable=False),
    Column("start_at", UtcTime, nullable=False),
    Column("every_hours", Integer, nullable=False),
    Column("count", Integer),
    Column("runs_left", Integer),
    Column("format", String(8), nullable=False),
    Column("callback_url", Text, nullable=False),
    Column("from_at", UtcTime),
    Column("to_at", UtcTime),
    Column("state", String(16), nullable=False),
    Column("next_at", UtcTime),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_analytics_reports_state_next_at", "state", "next_at"),
)

executions = Table(
    "analytics_executions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("report_id", String(36), nullable=False, index=True),
    Column("generated_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("format", String(8), nullable=False),
    # The link's secret lies beside what it opens: who can read one can read the other.
    Column("token", String(64), nullable=False),
    Column("content", Text, nullable=False),
)


def add_query(connection: Connection, query: SavedQuery) -> None:
    """Store a new query."""
    connection.execute(insert(queries).values(**asdict(query)))


def queries_of(connection: Connection, publisher_id: str) -> list[SavedQuery]:
    """Return a publisher's queries, oldest first."""
    query = select(queries).where(queries.c.publisher_id == publisher_id).order_by(queries.c.created_at, queries.c.id)
    return [SavedQuery(**row._mapping) for row in connection.execute(query)]


def find_query(connection: Connection, query_id: str) -> SavedQuery | None:
    """Return a query, None when there is none."""
    row = connection.execute(select(queries).where(queries.c.id == query_id)).first()
    return SavedQuery(**row._mapping) if row else None


def delete_query(connection: Connection, query_id: str) -> None:
    """Forget a query."""
    connection.execute(delete(queries).where(queries.c.id == query_id))


def put_report(connection: Connection, report: ScheduledReport) -> None:
    """Store a report, new or changed."""
    values = asdict(report) | {"state": str(report.state)}
    if connection.execute(update(reports).where(reports.c.id == report.id).values(**values)).rowcount == 0:
        connection.execute(insert(reports).values(**values))


def reports_of(connection: Connection, publisher_id: str) -> list[ScheduledReport]:
    """Return a publisher's reports, oldest first."""
    query = select(reports).where(reports.c.publisher_id == publisher_id).order_by(reports.c.created_at, reports.c.id)
    return [ScheduledReport(**{**row._mapping, "state": ScheduleState(row.state)}) for row in connection.execute(query)]


def find_report(connection: Connection, report_id: str) -> ScheduledReport | None:
    """Return a report, None when there is none."""
    row = connection.execute(select(reports).where(reports.c.id == report_id)).first()
    return ScheduledReport(**{**row._mapping, "state": ScheduleState(row.state)}) if row else None


def delete_report(connection: Connection, report_id: str) -> None:
    """Forget a report and everything it found."""
    connection.execute(delete(executions).where(executions.c.report_id == report_id))
    connection.execute(delete(reports).where(reports.c.id == report_id))


def due(connection: Connection, now: datetime) -> str | None:
    """Return the id of a report whose time has come, None when there is none."""
    active = (reports.c.state == str(ScheduleState.ACTIVE), reports.c.next_at <= now)
    row = connection.execute(select(reports.c.id).where(*active).order_by(reports.c.next_at).limit(1)).first()
    return str(row.id) if row else None


def add_execution(connection: Connection, execution: Execution) -> None:
    """Store what a report found."""
    connection.execute(insert(executions).values(**asdict(execution)))


def executions_of(connection: Connection, report_id: str) -> list[Execution]:
    """Return what a report found, newest first."""
    table = executions
    query = select(table).where(table.c.report_id == report_id).order_by(table.c.generated_at.desc(), table.c.id)
    return [Execution(**row._mapping) for row in connection.execute(query)]


def find_execution(connection: Connection, execution_id: str) -> Execution | None:
    """Return what a run found, None when there is none."""
    row = connection.execute(select(executions).where(executions.c.id == execution_id)).first()
    return Execution(**row._mapping) if row else None


def forget_before(connection: Connection, at: datetime) -> None:
    """Forget what was found and can no longer be fetched."""
    connection.execute(delete(executions).where(executions.c.expires_at < at))
