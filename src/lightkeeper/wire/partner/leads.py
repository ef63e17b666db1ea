"""Leads on the publisher's API: the inbox, answers, the delivery log, replay, the test of a destination."""

from typing import Any
from urllib.parse import urlencode

from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound import service
from lightkeeper.outbound.lead_rules import email_validity, is_urgent, payload_of, quality_of
from lightkeeper.outbound.model import Attempt, Delivery, DeliveryState, Lead, LeadState
from lightkeeper.outbound.tables import Report, as_csv
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk

CSV = "text/csv; charset=utf-8"
MOST_PER_PAGE = 200
_NO_FILTERS = ("api-version", "format", "$top", "continuationToken")


def list_leads(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return a page of the inbox, newest first, filtered by query (`status`, `kind`, `country`, ...).

    `$top` is the length of a page; `nextLink` leads to the next one. `format=csv` gives all of it as a file.
    """
    wanted = {key: value for key, value in asked.query.items() if key not in _NO_FILTERS}
    whole = asked.query.get("format") == "csv"
    size = None if whole else _page_size(asked)
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        behind = "" if whole else asked.query.get("continuationToken", "")
        most = None if size is None else size + 1
        leads = service.list_leads(call, asked.path["publisher"], wanted, behind=behind, most=most)
        now = call.now
    documents = [lead_document(one, is_urgent(one, now)) for one in leads]
    if size is None:
        return Answer(200, as_csv(_table(documents)).encode(), media=CSV)
    return _page(asked, "leads", documents, size)


def _page_size(asked: Asked) -> int:
    text = asked.query.get("$top", str(MOST_PER_PAGE))
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_PER_PAGE:
        raise Invalid("badRequest", f"'$top' must be from 1 to {MOST_PER_PAGE}.", target="$top")
    return int(text)


def _page(asked: Asked, what: str, documents: list[dict[str, Any]], size: int) -> Answer:
    """Return the first `size` documents; one more than that shows that there is a next page."""
    page = documents[:size]
    if len(documents) <= size:
        return Answer(200, {"value": page})
    query = {**asked.query, "continuationToken": page[-1]["id"]}
    next_link = f"/api/publishers/{asked.path['publisher']}/{what}?{urlencode(query, safe='$')}"
    return Answer(200, {"value": page, "nextLink": next_link})


def get_lead(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return one lead with what was sent of it."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        lead = service.get_lead(call, asked.path["publisher"], asked.path["lead"])
        log = service.delivery_log(call, asked.path["publisher"], lead.event_id)
        document = lead_document(lead, is_urgent(lead, call.now))
    return Answer(200, {**document, "deliveries": [delivery_document(*one) for one in log]})


def answer_lead(desk: PartnerDesk, asked: Asked) -> Answer:
    """Accept or decline a lead, or say how it ended; `status` in the body, `note` if you like."""
    status, note = asked.body.get("status"), asked.body.get("note") or ""
    if status not in tuple(LeadState) or not isinstance(note, str):
        raise Invalid("badRequest", "Say 'status': Accepted, Declined, Won or Lost.", target="status")
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        lead = service.answer(call, asked.path["publisher"], asked.path["lead"], LeadState(status), note)
        return Answer(200, lead_document(lead, is_urgent(lead, call.now)))


def list_deliveries(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return a page of what was sent for the publisher, newest first; `state=dead` keeps what was given up."""
    wanted = asked.query.get("state", "")
    if wanted and wanted not in tuple(DeliveryState):
        raise Invalid("badRequest", f"'state' must be one of {', '.join(DeliveryState)}.", target="state")
    size, behind = _page_size(asked), asked.query.get("continuationToken", "")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        log = service.delivery_log(call, asked.path["publisher"], state=wanted, behind=behind, most=size + 1)
    return _page(asked, "deliveries", [delivery_document(*one) for one in log], size)


def replay(desk: PartnerDesk, asked: Asked) -> Answer:
    """Try a delivery again that failed: 202."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        delivery = service.replay(call, asked.path["publisher"], asked.path["delivery"])
    return Answer(202, delivery_document(delivery, []))


def new_secret(desk: PartnerDesk, asked: Asked) -> Answer:
    """Make a new secret that signs leads, and show it this once."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        return Answer(200, {"secret": service.new_lead_secret(call, asked.path["publisher"])})


def try_destination(desk: PartnerDesk, asked: Asked) -> Answer:
    """Send a test lead to the destination of the offer's draft and return how it went."""
    tried = service.try_destination(desk.office, asked.caller, *asked.offer)
    return Answer(200, delivery_document(tried, [Attempt(1, tried.created_at, not tried.note, tried.note)]))


def lead_document(lead: Lead, urgent: bool) -> dict[str, Any]:
    """Return a lead as JSON: what a destination gets, and where it stands."""
    return {
        **payload_of(lead),
        "id": lead.event_id,
        "kind": str(lead.kind),
        "status": str(lead.state),
        "urgent": urgent,
        "quality": quality_of(lead),
        "emailValidity": email_validity(lead.details.email),
        "leadCreationDateTime": iso(lead.occurred_at),
        "note": lead.note,
    }


def delivery_document(delivery: Delivery, attempts: list[Attempt]) -> dict[str, Any]:
    """Return a delivery as JSON. Whom it went to is shown, never with what it was signed or opened."""
    return {
        "id": delivery.id,
        "channel": str(delivery.channel),
        "eventId": delivery.event_id,
        "target": delivery.target,
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "createdAt": iso(delivery.created_at),
        "nextAt": iso(delivery.next_at) if delivery.next_at else None,
        "endedAt": iso(delivery.ended_at) if delivery.ended_at else None,
        "note": delivery.note,
        "log": [
            {"number": one.number, "at": iso(one.at), "delivered": one.delivered, "note": one.note} for one in attempts
        ],
    }


def _table(documents: list[dict[str, Any]]) -> Report:
    """Return the inbox as a table, in the columns Partner Center exports, and ours."""
    people = ("FirstName", "LastName", "Email", "Phone", "Country", "Company", "Title")
    others = (
        "LeadSource", "ActionCode", "OfferTitle", "OfferId", "PlanId", "Environment", "Description", "EventId", "status",
        "quality", "note",
    )  # fmt: skip
    rows = [
        (one["leadCreationDateTime"], *(one["UserDetails"][key] for key in people), *(one[key] for key in others))
        for one in documents
    ]
    return Report("leads", "Leads", ("LeadCreationDateTime", *people, *others), rows)


_PUBLISHER = "/api/publishers/{publisher}"

ENDPOINTS = [
    ("GET", f"{_PUBLISHER}/leads", list_leads),
    ("GET", f"{_PUBLISHER}/leads/{{lead}}", get_lead),
    ("POST", f"{_PUBLISHER}/leads/{{lead}}/answer", answer_lead),
    ("GET", f"{_PUBLISHER}/deliveries", list_deliveries),
    ("POST", f"{_PUBLISHER}/deliveries/{{delivery}}/replay", replay),
    ("POST", f"{_PUBLISHER}/leadsecret", new_secret),
    ("POST", f"{_PUBLISHER}/offers/{{offer}}/leads/test", try_destination),
]
