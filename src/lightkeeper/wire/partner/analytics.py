"""Programmatic analytics on the wire: `/insights/v1/cmp/...` with data sets, queries, reports and their executions.

Every answer is `{value, totalCount, message, statusCode}`, refusals too, which have `error` besides. A member of several
accounts names one with `?publisher=`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.outbound.analytics import service
from lightkeeper.outbound.analytics.datasets import DATASETS
from lightkeeper.outbound.analytics.model import Execution, ExecutionState, SavedQuery, ScheduledReport, ScheduleState
from lightkeeper.outbound.analytics.query import TIMESPANS
from lightkeeper.outbound.analytics.rules import LEAST_HOURS
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk, framed, refusal

PREFIX = "/insights/v1/cmp"
_MEDIA = {"csv": "text/csv; charset=utf-8", "tsv": "text/tab-separated-values; charset=utf-8"}


def list_datasets(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return what can be queried, or the one `datasetName` names."""
    wanted = asked.query.get("datasetName", "").lower()
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        service.account_of(call, _publisher(asked))
    return _told(
        [
            {
                "datasetName": one.name,
                "selectableColumns": list(one.columns),
                "availableMetrics": [],
                "availableDateRanges": list(TIMESPANS),
                "minimumRecurrenceInterval": LEAST_HOURS,
            }
            for key, one in DATASETS.items()
            if not wanted or key == wanted
        ],
        "Dataset fetched successfully",
    )


def list_queries(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the saved queries."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        found = service.list_queries(call, _publisher(asked), asked.query)
    return _told([_query(one) for one in found], "Queries fetched successfully")


def save_query(desk: PartnerDesk, asked: Asked) -> Answer:
    """Save a query: `Name`, `Description`, `Query`."""
    given = {key.lower(): value for key, value in asked.body.items()}
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        made = service.save_query(
            call, _publisher(asked), given.get("name"), given.get("description"), given.get("query")
        )
    return _told([_query(made)], "Query created successfully")


def delete_query(desk: PartnerDesk, asked: Asked) -> Answer:
    """Forget a query that no report runs."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        gone = service.delete_query(call, _publisher(asked), asked.path["query"])
    return _told([_query(gone)], "Query deleted successfully")


def try_query(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the first ten rows of what `exportQuery` finds."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        found = service.try_query(call, _publisher(asked), asked.query.get("exportQuery", ""))
    return _told(found.documents, "Query result fetched successfully")


def list_reports(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the scheduled reports."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        found = service.list_reports(call, _publisher(asked), asked.query)
    return _told([_report(one) for one in found], "Reports fetched successfully")


def schedule(desk: PartnerDesk, asked: Asked) -> Answer:
    """Schedule a report, or run it now."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        made = service.schedule(call, _publisher(asked), asked.body)
    return _told([_report(made)], "Report created successfully")


def change(desk: PartnerDesk, asked: Asked) -> Answer:
    """Schedule a report anew."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        made = service.change(call, _publisher(asked), asked.path["report"], asked.body)
    return _told([_report(made)], "Report updated successfully")


def pause(desk: PartnerDesk, asked: Asked) -> Answer:
    """Stop running a report."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        found = service.pause(call, _publisher(asked), asked.path["report"])
    return _told([_report(found)], "Report paused successfully")


def resume(desk: PartnerDesk, asked: Asked) -> Answer:
    """Run a paused report again."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        found = service.resume(call, _publisher(asked), asked.path["report"])
    return _told([_report(found)], "Report resumed successfully")


def delete_report(desk: PartnerDesk, asked: Asked) -> Answer:
    """Forget a report and what it found."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        gone = service.delete_report(call, _publisher(asked), asked.path["report"])
    return _told([_report(gone)], "Report deleted successfully")


def list_executions(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return a report's runs; `executionId`, `executionStatus`, `getLatestExecution` keep those that fit."""
    wanted = asked.query.get("executionId", "").lower()
    state = asked.query.get("executionStatus", "").capitalize()
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        found = service.executions_of(call, _publisher(asked), asked.path["report"])
        [report] = service.list_reports(call, _publisher(asked), {"reportId": asked.path["report"]})
    if state and state not in tuple(ExecutionState):
        raise Invalid("badRequest", f"The status is one of {', '.join(ExecutionState)}.", target="executionStatus")
    kept = [one for one in found if not wanted or one.id == wanted]
    kept = kept if state in ("", ExecutionState.COMPLETED) else []
    if asked.query.get("getLatestExecution", "").lower() == "true":
        kept = kept[:1]
    base = asked.headers.get("host", "localhost")
    return _told([_execution(one, report, base) for one in kept], "Report executions fetched successfully")


def analytics_routes(desk: PartnerDesk) -> list[Route]:
    """Return the routes; a link to a file needs no token but the one in it."""
    found = [
        Route(path, framed(desk, endpoint, _any_version, _refused), methods=[method])
        for method, path, endpoint in ENDPOINTS
    ]

    async def download(request: Request) -> Response:
        try:
            with desk.office.reading(PLATFORM) as call:
                made = service.fetch(call, str(request.path_params["execution"]), request.query_params.get("sig", ""))
        except Problem as problem:
            answer = refusal(problem)
            return Response(b"", answer.status)
        headers = {
            "content-disposition": f'attachment; filename="report.{made.format}"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return Response(made.content.encode(), 200, headers, _MEDIA[made.format])

    return [*found, Route(f"{PREFIX}/files/{{execution}}", download)]


def _any_version(_query: Mapping[str, str]) -> None:
    """The version of this API is in its address."""


def _publisher(asked: Asked) -> str:
    return asked.query.get("publisher", "")


def _refused(answer: Answer) -> Answer:
    said = {"value": [], "totalCount": 0, "message": answer.value["error"]["message"], "statusCode": answer.status}
    return replace(answer, value={**said, **answer.value})


def _told(value: Sequence[Mapping[str, Any]], message: str) -> Answer:
    return Answer(200, {"value": value, "totalCount": len(value), "message": message, "statusCode": 200})


def _query(one: SavedQuery) -> dict[str, Any]:
    return {
        "queryId": one.id,
        "name": one.name,
        "description": one.description,
        "query": one.text,
        "type": "userDefined",
        "user": one.created_by,
        "createdTime": iso(one.created_at),
    }


def _report(one: ScheduledReport) -> dict[str, Any]:
    return {
        "reportId": one.id,
        "reportName": one.name,
        "description": one.description,
        "queryId": one.query_id,
        "user": one.created_by,
        "createdTime": iso(one.created_at),
        "modifiedTime": iso(one.changed_at),
        "executeNow": one.every_hours == 0,
        "startTime": iso(one.start_at),
        "reportStatus": str(one.state),
        "recurrenceInterval": one.every_hours,
        "recurrenceCount": one.count,
        "callbackUrl": one.callback_url or None,
        "format": one.format,
        "queryStartTime": iso(one.from_at) if one.from_at else None,
        "queryEndTime": iso(one.to_at) if one.to_at else None,
        "nextExecutionTime": iso(one.next_at) if one.next_at and one.state is ScheduleState.ACTIVE else None,
    }


def _execution(one: Execution, report: ScheduledReport, host: str) -> dict[str, Any]:
    return {
        "executionId": one.id,
        "reportId": one.report_id,
        "recurrenceInterval": report.every_hours,
        "recurrenceCount": report.count,
        "callbackUrl": report.callback_url or None,
        "format": one.format,
        "executionStatus": str(ExecutionState.COMPLETED),
        "reportAccessSecureLink": f"https://{host}{PREFIX}/files/{one.id}?sig={one.token}",
        "reportExpiryTime": iso(one.expires_at),
        "reportGeneratedTime": iso(one.generated_at),
    }


ENDPOINTS = [
    ("GET", f"{PREFIX}/ScheduledDataset", list_datasets),
    ("GET", f"{PREFIX}/ScheduledQueries", list_queries),
    ("POST", f"{PREFIX}/ScheduledQueries", save_query),
    ("GET", f"{PREFIX}/ScheduledQueries/testQueryResult", try_query),
    ("DELETE", f"{PREFIX}/ScheduledQueries/{{query}}", delete_query),
    ("GET", f"{PREFIX}/ScheduledReport", list_reports),
    ("POST", f"{PREFIX}/ScheduledReport", schedule),
    ("GET", f"{PREFIX}/ScheduledReport/execution/{{report}}", list_executions),
    ("PUT", f"{PREFIX}/ScheduledReport/pause/{{report}}", pause),
    ("PUT", f"{PREFIX}/ScheduledReport/resume/{{report}}", resume),
    ("PUT", f"{PREFIX}/ScheduledReport/{{report}}", change),
    ("DELETE", f"{PREFIX}/ScheduledReport/{{report}}", delete_report),
]
