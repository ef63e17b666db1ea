"""What comes back to the publisher: the inbox of leads with their deliveries, notices, reports with their charts."""

import re

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound import service
from lightkeeper.outbound.chart import chart_of
from lightkeeper.outbound.lead_rules import is_urgent
from lightkeeper.outbound.model import DeliveryState, LeadState
from lightkeeper.outbound.reports import NAMES
from lightkeeper.outbound.tables import as_csv
from lightkeeper.publishing import service as publishing
from lightkeeper.web.frame import Asked, Deed, File, Page, View

_MOST_SHOWN = 200
_ANSWERS = (LeadState.ACCEPTED, LeadState.DECLINED, LeadState.WON, LeadState.LOST)


def list_leads(call: Call, asked: Asked) -> View:
    """Show the inbox, newest first, of one state when the query names it."""
    publisher = publishing.get_publisher(call, asked.path["publisher"])
    state = asked.query.get("status", "")
    leads = service.list_leads(call, publisher.id, {"status": state})
    shown = [(one, is_urgent(one, call.now)) for one in leads[:_MOST_SHOWN]]
    values = {"publisher": publisher, "tab": "leads", "leads": shown, "count": len(leads)}
    return View("leads.html", {**values, "states": list(LeadState), "state": state})


def show_lead(call: Call, asked: Asked) -> View:
    """Show a lead: who asks for what, where it was delivered, and the answers there are."""
    publisher = publishing.get_publisher(call, asked.path["publisher"])
    lead = service.get_lead(call, publisher.id, asked.path["lead"])
    return View(
        "lead.html",
        {
            "publisher": publisher,
            "tab": "leads",
            "lead": lead,
            "deliveries": service.delivery_log(call, publisher.id, lead.event_id),
            "answers": [str(one) for one in _ANSWERS],
            "dead": DeliveryState.DEAD,
        },
    )


def answer_lead(call: Call, asked: Asked) -> str:
    """Answer a lead."""
    status = asked.form.get("status", "")
    if status not in _ANSWERS:
        call.open_to_all("the form is not filled in")
        raise Invalid("badRequest", f"The answer must be one of {', '.join(_ANSWERS)}.", target="status")
    note = asked.form.get("note", "").strip()
    service.answer(call, asked.path["publisher"], asked.path["lead"], LeadState(status), note)
    return f"/portal/publishers/{asked.path['publisher']}/leads/{asked.path['lead']}"


def replay(call: Call, asked: Asked) -> str:
    """Try a delivery again."""
    delivery = service.replay(call, asked.path["publisher"], asked.path["delivery"])
    return f"/portal/publishers/{asked.path['publisher']}/leads/{delivery.event_id}"


def list_notices(call: Call, asked: Asked) -> View:
    """Show what the account was told."""
    publisher = publishing.get_publisher(call, asked.path["publisher"])
    notices = service.list_notices(call, service.of_publisher(publisher.id))
    return View("notices.html", {"publisher": publisher, "tab": "notices", "notices": notices[:_MOST_SHOWN]})


def show_report(call: Call, asked: Asked) -> View:
    """Show a report as a chart and as a table."""
    publisher = publishing.get_publisher(call, asked.path["publisher"])
    report = service.report(call, publisher.id, asked.path.get("report", "adoption"))
    columns = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", one) for one in report.columns]
    values = {"publisher": publisher, "tab": "reports", "report": report, "names": NAMES, "columns": columns}
    return View("report.html", {**values, "rows": report.rows[:_MOST_SHOWN]})


def show_chart(call: Call, asked: Asked) -> File:
    """Show the chart of a report."""
    report = service.report(call, asked.path["publisher"], asked.path["report"])
    return File(chart_of(report).encode(), "image/svg+xml; charset=utf-8")


def show_table(call: Call, asked: Asked) -> File:
    """Give the table of a report as CSV."""
    report = service.report(call, asked.path["publisher"], asked.path["report"])
    return File(as_csv(report).encode(), "text/csv; charset=utf-8")


_ACCOUNT = "/portal/publishers/{publisher}"

PAGES = [
    Page(f"{_ACCOUNT}/leads", list_leads),
    Page(f"{_ACCOUNT}/leads/{{lead}}", show_lead),
    Page(f"{_ACCOUNT}/notices", list_notices),
    Page(f"{_ACCOUNT}/reports", show_report),
    Page(f"{_ACCOUNT}/reports/{{report}}", show_report),
    Page(f"{_ACCOUNT}/reports/{{report}}/chart", show_chart),
    Page(f"{_ACCOUNT}/reports/{{report}}/csv", show_table),
]
DEEDS = [
    Deed(f"{_ACCOUNT}/leads/{{lead}}/answer", answer_lead, "answered"),
    Deed(f"{_ACCOUNT}/deliveries/{{delivery}}/replay", replay, "replayed"),
]
SAID = {"answered": "The answer is kept.", "replayed": "The delivery is on its way again."}
