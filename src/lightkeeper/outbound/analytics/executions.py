"""Runs of reports: when their time comes, and what they found."""

from dataclasses import replace
from datetime import datetime, timedelta

from lightkeeper.directory.passwords import random_token, same
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import NotFound
from lightkeeper.outbound.addresses import shown
from lightkeeper.outbound.analytics import store
from lightkeeper.outbound.analytics.model import Execution, ScheduledReport, ScheduleState
from lightkeeper.outbound.analytics.queries import WRITE, account_of, found_by, insist_on_reader, may_read, query_of
from lightkeeper.outbound.analytics.query_parser import parse
from lightkeeper.outbound.analytics.schedules import facts_of, report_of
from lightkeeper.outbound.model import Channel, Delivery
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.queue import enqueue
from lightkeeper.outbound.tables import as_text
from lightkeeper.publishing import service as publishing

KEPT_FOR = timedelta(days=30)


def executions_of(call: Call, publisher: str, report_id: str) -> list[Execution]:
    """Return the runs of a report that can still be fetched, newest first; `NotFound` before the first is over."""
    account = account_of(call, publisher)
    report = report_of(call, account, report_id)
    insist_on_reader(call, account, parse(query_of(call, account, report.query_id).text))
    found = [one for one in store.executions_of(call.connection, report.id) if one.expires_at > call.now]
    if not found:
        raise NotFound("resourceNotFound", f"The report '{report.name}' has not been completed yet.")
    return found


def fetch(call: Call, execution_id: str, token: str) -> Execution:
    """Return what a run found, for whoever holds its link."""
    call.open_to_all("the link is the key, and it cannot be guessed")
    found = store.find_execution(call.connection, execution_id)
    if found is None or not same(token, found.token) or found.expires_at <= call.now:
        raise NotFound("resourceNotFound", "There is no report behind this link, or not any more.")
    return found


def run_report(call: Call, report_id: str) -> None:
    """Run a report whose time has come; for the platform. One that is not due any more is left alone.

    A report whose maker may no longer read the data is paused.
    """
    call.open_to_all("the platform runs what was scheduled")
    report = store.find_report(call.connection, report_id)
    if report is None:
        return
    call.hold(f"analytics:{report.publisher_id}")
    report = store.find_report(call.connection, report_id)
    if (
        report is None
        or report.state is not ScheduleState.ACTIVE
        or report.next_at is None
        or report.next_at > call.now
    ):
        return
    account = publishing.get_publisher(call, report.publisher_id)
    query = store.find_query(call.connection, report.query_id)
    assert query is not None  # a query is not deleted while a report runs it
    understood = parse(query.text)
    if not may_read(account, report.created_by, understood):
        store.put_report(call.connection, replace(report, state=ScheduleState.PAUSED, changed_at=call.now))
        call.record(Event("AnalyticsReportPaused", WRITE, body=facts_of(report)))
        return
    found = as_text(found_by(call, account, understood, report.from_at, report.to_at), report.format)
    execution = Execution(
        ids.named("analytics-execution", f"{report.id}/{report.next_at.isoformat()}"),
        report.id, call.now, call.now + KEPT_FOR, report.format, random_token(), found,
    )  # fmt: skip
    store.add_execution(call.connection, execution)
    store.put_report(call.connection, _after_run(report, call.now))
    call.record(Event("AnalyticsReportCompleted", WRITE, body=facts_of(report) | {"execution_id": execution.id}))
    if report.callback_url:
        told = {"reportId": report.id, "executionId": execution.id, "executionStatus": "Completed"}
        payload = {"url": report.callback_url, "body": told}
        name, owner = ids.named("delivery", execution.id), of_publisher(account.id)
        target = shown(report.callback_url)
        enqueue(call, Delivery(name, Channel.CALLBACK, owner, execution.id, target, payload, call.now))


def _after_run(report: ScheduledReport, now: datetime) -> ScheduledReport:
    assert report.next_at is not None
    left = report.runs_left - 1 if report.runs_left is not None else None
    if left == 0 or not report.every_hours:
        return replace(report, runs_left=0, next_at=None, state=ScheduleState.INACTIVE, changed_at=now)
    step = timedelta(hours=report.every_hours)
    missed = (now - report.next_at) // step  # runs that were missed are not made up for one by one
    return replace(report, runs_left=left, next_at=report.next_at + step * (missed + 1), changed_at=now)
