"""What a publisher's people do with analytics: save queries, try them, schedule them as reports, fetch what was found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lightkeeper.directory.passwords import random_token, same
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import OPERATOR, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from lightkeeper.outbound import reports
from lightkeeper.outbound.addresses import shown
from lightkeeper.outbound.analytics import store
from lightkeeper.outbound.analytics.datasets import dataset_named
from lightkeeper.outbound.analytics.model import Execution, SavedQuery, ScheduledReport, ScheduleState
from lightkeeper.outbound.analytics.query import Query, parse, run, span_of
from lightkeeper.outbound.analytics.rules import MOST_DESCRIPTION, MOST_NAME, read
from lightkeeper.outbound.model import Channel, Delivery
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.queue import enqueue
from lightkeeper.outbound.tables import Report, as_text
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import Action, may

MOST_QUERIES = 100
MOST_REPORTS = 100
KEPT_FOR = timedelta(days=30)
TRIED_ROWS = 10
WRITE = "Lightkeeper.Outbound/analytics/write"
DELETE = "Lightkeeper.Outbound/analytics/delete"


def account_of(call: Call, named: str = "") -> Publisher:
    """Return the account a request is for: the one it names, or the only one the caller belongs to."""
    if named:
        return members.require(call, named.lower(), Action.READ)
    mine = publishing.list_publishers(call)
    if not mine:
        raise Forbidden("forbidden", "You belong to no publisher's account.")
    if len(mine) > 1:
        known = ", ".join(one.id for one in mine)
        raise Invalid("badRequest", f"You belong to several accounts ({known}): say which with ?publisher=.")
    return mine[0]


def save_query(call: Call, publisher: str, name: Any, description: Any, text: Any) -> SavedQuery:
    """Keep a query under a name. Raises `Invalid` for one that would not run, `Conflict` beyond `MOST_QUERIES`."""
    account = account_of(call, publisher)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MOST_NAME:
        raise Invalid("badRequest", f"The query needs a name of at most {MOST_NAME} characters.", target="Name")
    description = description if isinstance(description, str) else ""
    if len(description) > MOST_DESCRIPTION:
        raise Invalid("badRequest", f"The description is longer than {MOST_DESCRIPTION:,} characters.")
    if not isinstance(text, str):
        raise Invalid("badRequest", "Give the query as a text.", target="Query")
    _tried(call, account, text)
    call.hold(f"analytics:{account.id}")
    if len(store.queries_of(call.connection, account.id)) >= MOST_QUERIES:
        raise Conflict("collectionLimitExceeded", f"There are {MOST_QUERIES} queries already. Delete one first.")
    made = SavedQuery(ids.new_guid(), account.id, name.strip(), description, text, call.caller.object_id, call.now)
    store.add_query(call.connection, made)
    call.record(Event("AnalyticsQuerySaved", WRITE, body={"publisher_id": account.id, "query_id": made.id}))
    return made


def list_queries(call: Call, publisher: str, wanted: Mapping[str, str]) -> list[SavedQuery]:
    """Return the account's queries; `queryId` and `queryName` of `wanted` keep one."""
    found = store.queries_of(call.connection, account_of(call, publisher).id)
    query_id, name = wanted.get("queryId", "").lower(), wanted.get("queryName", "")
    return [one for one in found if (not query_id or one.id == query_id) and (not name or one.name == name)]


def delete_query(call: Call, publisher: str, query_id: str) -> SavedQuery:
    """Forget a query. Raises `Conflict` while a report runs it."""
    account = account_of(call, publisher)
    call.hold(f"analytics:{account.id}")
    found = _query(call, account, query_id)
    if users := [one.name for one in store.reports_of(call.connection, account.id) if one.query_id == found.id]:
        raise Conflict("invalidState", f"The report '{users[0]}' runs this query. Delete the report first.")
    store.delete_query(call.connection, found.id)
    call.record(Event("AnalyticsQueryDeleted", DELETE, body={"publisher_id": account.id, "query_id": found.id}))
    return found


def try_query(call: Call, publisher: str, text: str) -> Report:
    """Return the first ten rows of what a query finds now."""
    account = account_of(call, publisher)
    if not text:
        raise Invalid("badRequest", "Give the query as ?exportQuery=.", target="exportQuery")
    found = _found(call, account, _tried(call, account, text), None, None)
    return replace(found, rows=found.rows[:TRIED_ROWS])


def schedule(call: Call, publisher: str, body: Mapping[str, Any]) -> ScheduledReport:
    """Let a saved query run on a schedule, or once and now. Raises `Invalid` with every fault."""
    account = account_of(call, publisher)
    call.hold(f"analytics:{account.id}")
    if len(store.reports_of(call.connection, account.id)) >= MOST_REPORTS:
        raise Conflict("collectionLimitExceeded", f"There are {MOST_REPORTS} reports already. Delete one first.")
    made = _asked(call, account, body, ids.new_guid(), call.now)
    return _kept(call, made, "AnalyticsReportScheduled")


def change(call: Call, publisher: str, report_id: str, body: Mapping[str, Any]) -> ScheduledReport:
    """Schedule a report anew; what it found stays."""
    account = account_of(call, publisher)
    call.hold(f"analytics:{account.id}")
    known = _report(call, account, report_id)
    unsaid = {"QueryId": known.query_id, "ReportName": known.name}
    said = {str(key).lower(): value for key, value in body.items()}
    filled = {**{key.lower(): value for key, value in unsaid.items()}, **said}
    return _kept(call, _asked(call, account, filled, known.id, known.created_at), "AnalyticsReportScheduled")


def pause(call: Call, publisher: str, report_id: str) -> ScheduledReport:
    """Stop running a report until it is resumed."""
    return _turned(call, publisher, report_id, ScheduleState.PAUSED)


def resume(call: Call, publisher: str, report_id: str) -> ScheduledReport:
    """Run a paused report again; a time that passed meanwhile is made up for once."""
    return _turned(call, publisher, report_id, ScheduleState.ACTIVE)


def list_reports(call: Call, publisher: str, wanted: Mapping[str, str]) -> list[ScheduledReport]:
    """Return the account's reports; `reportId`, `reportName` and `queryId` of `wanted` keep those that fit."""
    found = store.reports_of(call.connection, account_of(call, publisher).id)
    report_id, query_id = (wanted.get(key, "").lower() for key in ("reportId", "queryId"))
    name = wanted.get("reportName", "")
    return [
        one
        for one in found
        if (not report_id or one.id == report_id)
        and (not query_id or one.query_id == query_id)
        and (not name or one.name == name)
    ]


def delete_report(call: Call, publisher: str, report_id: str) -> ScheduledReport:
    """Forget a report and what it found."""
    account = account_of(call, publisher)
    call.hold(f"analytics:{account.id}")
    found = _report(call, account, report_id)
    store.delete_report(call.connection, found.id)
    call.record(Event("AnalyticsReportDeleted", DELETE, body={"publisher_id": account.id, "report_id": found.id}))
    return found


def executions_of(call: Call, publisher: str, report_id: str) -> list[Execution]:
    """Return the runs of a report that can still be fetched, newest first; `NotFound` before the first is over."""
    account = account_of(call, publisher)
    report = _report(call, account, report_id)
    _insist_on_reader(call, account, parse(_query(call, account, report.query_id).text))
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
    if not _may_read(account, report.created_by, understood):
        store.put_report(call.connection, replace(report, state=ScheduleState.PAUSED, changed_at=call.now))
        call.record(Event("AnalyticsReportPaused", WRITE, body=_facts(report)))
        return
    found = as_text(_found(call, account, understood, report.from_at, report.to_at), report.format)
    execution = Execution(
        ids.named("analytics-execution", f"{report.id}/{report.next_at.isoformat()}"),
        report.id, call.now, call.now + KEPT_FOR, report.format, random_token(), found,
    )  # fmt: skip
    store.add_execution(call.connection, execution)
    store.put_report(call.connection, _after_run(report, call.now))
    call.record(Event("AnalyticsReportCompleted", WRITE, body=_facts(report) | {"execution_id": execution.id}))
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


def _asked(
    call: Call, account: Publisher, body: Mapping[str, Any], report_id: str, created_at: datetime
) -> ScheduledReport:
    asked, faults = read(body)
    if faults:
        raise Invalid("badRequest", "The report cannot be scheduled as it is.", details=faults)
    query = _query(call, account, asked.query_id)
    _insist_on_reader(call, account, parse(query.text))
    once = asked.now and not asked.every_hours
    start = call.now if asked.now or asked.start_at is None else asked.start_at
    return ScheduledReport(
        id=report_id,
        publisher_id=account.id,
        query_id=query.id,
        name=asked.name,
        description=asked.description,
        start_at=start,
        every_hours=0 if once else asked.every_hours,
        count=1 if once else asked.count,
        runs_left=1 if once else asked.count,
        format=asked.format,
        callback_url=asked.callback_url,
        from_at=asked.from_at,
        to_at=asked.to_at,
        state=ScheduleState.ACTIVE,
        next_at=max(start, call.now),
        created_by=call.caller.object_id,
        created_at=created_at,
        changed_at=call.now,
    )


def _turned(call: Call, publisher: str, report_id: str, state: ScheduleState) -> ScheduledReport:
    account = account_of(call, publisher)
    call.hold(f"analytics:{account.id}")
    found = _report(call, account, report_id)
    if found.state is ScheduleState.INACTIVE:
        raise Invalid("invalidState", "The report has run as often as it should. Schedule it anew.")
    return _kept(call, replace(found, state=state, changed_at=call.now), "AnalyticsReportTurned")


def _kept(call: Call, report: ScheduledReport, kind: str) -> ScheduledReport:
    store.put_report(call.connection, report)
    call.record(Event(kind, WRITE, body=_facts(report) | {"state": str(report.state)}))
    return report


def _facts(report: ScheduledReport) -> dict[str, Any]:
    return {"publisher_id": report.publisher_id, "report_id": report.id}


def _query(call: Call, account: Publisher, query_id: str) -> SavedQuery:
    found = store.find_query(call.connection, query_id.lower())
    if found is None or found.publisher_id != account.id:
        raise NotFound("resourceNotFound", f"There is no query '{query_id[:40]}'.", target="QueryId")
    return found


def _report(call: Call, account: Publisher, report_id: str) -> ScheduledReport:
    found = store.find_report(call.connection, report_id.lower())
    if found is None or found.publisher_id != account.id:
        raise NotFound("resourceNotFound", f"There is no report '{report_id[:40]}'.", target="reportId")
    return found


def _tried(call: Call, account: Publisher, text: str) -> Query:
    """Return the query when it would run for the caller: its data set, its columns, its reader are looked at."""
    query = parse(text)
    _insist_on_reader(call, account, query)
    dataset = dataset_named(query.dataset)
    run(query, Report(dataset.report, "", dataset.columns, []), span_of(query.timespan, call.now), dataset.dated)
    return query


def _insist_on_reader(call: Call, account: Publisher, query: Query) -> None:
    if dataset_named(query.dataset).personal:
        members.require(call, account.id, Action.READ_CUSTOMERS)


def _may_read(account: Publisher, object_id: str, query: Query) -> bool:
    """Return whether whoever scheduled a report may still read what it selects; the operator always may."""
    if object_id == OPERATOR.object_id:
        return True
    needed = Action.READ_CUSTOMERS if dataset_named(query.dataset).personal else Action.READ
    return may(account.role_of(object_id), needed)


def _found(call: Call, account: Publisher, query: Query, start: datetime | None, end: datetime | None) -> Report:
    dataset = dataset_named(query.dataset)
    between = (start.date(), end.date()) if start and end else span_of(query.timespan, call.now)
    return run(query, reports.report(call, account.id, dataset.report), between, dataset.dated)
