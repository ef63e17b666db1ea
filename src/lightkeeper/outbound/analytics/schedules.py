"""Reports: a saved query on a schedule."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.outbound.analytics import store
from lightkeeper.outbound.analytics.model import ScheduledReport, ScheduleState
from lightkeeper.outbound.analytics.queries import DELETE, WRITE, account_of, insist_on_reader, query_of
from lightkeeper.outbound.analytics.query_parser import parse
from lightkeeper.outbound.analytics.rules import read
from lightkeeper.publishing.account import Publisher

MOST_REPORTS = 100


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
    known = report_of(call, account, report_id)
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
    found = report_of(call, account, report_id)
    store.delete_report(call.connection, found.id)
    call.record(Event("AnalyticsReportDeleted", DELETE, body={"publisher_id": account.id, "report_id": found.id}))
    return found


def report_of(call: Call, account: Publisher, report_id: str) -> ScheduledReport:
    """Return a report of the account. Raises `NotFound`."""
    found = store.find_report(call.connection, report_id.lower())
    if found is None or found.publisher_id != account.id:
        raise NotFound("resourceNotFound", f"There is no report '{report_id[:40]}'.", target="reportId")
    return found


def facts_of(report: ScheduledReport) -> dict[str, Any]:
    """Return what the log says of a report."""
    return {"publisher_id": report.publisher_id, "report_id": report.id}


def _asked(
    call: Call, account: Publisher, body: Mapping[str, Any], report_id: str, created_at: datetime
) -> ScheduledReport:
    asked, faults = read(body)
    if faults:
        raise Invalid("badRequest", "The report cannot be scheduled as it is.", details=faults)
    query = query_of(call, account, asked.query_id)
    insist_on_reader(call, account, parse(query.text))
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
    found = report_of(call, account, report_id)
    if found.state is ScheduleState.INACTIVE:
        raise Invalid("invalidState", "The report has run as often as it should. Schedule it anew.")
    return _kept(call, replace(found, state=state, changed_at=call.now), "AnalyticsReportTurned")


def _kept(call: Call, report: ScheduledReport, kind: str) -> ScheduledReport:
    store.put_report(call.connection, report)
    call.record(Event(kind, WRITE, body=facts_of(report) | {"state": str(report.state)}))
    return report
