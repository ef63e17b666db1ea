"""Reports on the publisher's API: as JSON, as CSV, as a chart."""

from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound import service
from lightkeeper.outbound.chart import chart_of
from lightkeeper.outbound.tables import as_csv
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk
from lightkeeper.wire.partner.leads import CSV


def get_report(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return a report of the publisher, or with `offer` of one offer; `format` is json, csv or svg."""
    form = asked.query.get("format", "json")
    if form not in ("json", "csv", "svg"):
        raise Invalid("badRequest", "'format' must be json, csv or svg.", target="format")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        found = service.report(call, asked.path["publisher"], asked.path["report"], asked.query.get("offer", ""))
    if form == "csv":
        return Answer(200, as_csv(found).encode(), media=CSV)
    if form == "svg":
        return Answer(200, chart_of(found).encode(), media="image/svg+xml; charset=utf-8")
    return Answer(200, {"name": found.name, "title": found.title, "columns": found.columns, "value": found.documents})


ENDPOINTS = [("GET", "/api/publishers/{publisher}/reports/{report}", get_report)]
