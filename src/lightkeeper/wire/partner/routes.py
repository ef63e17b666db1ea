"""The publisher's API: `/api/publishers/{publisher}/offers...`, and the pictures of listings.

Beside the legacy API's calls there are ours: check, history, diff, audience, stop selling, the account. A mutation of an
offer needs `If-Match` (an entity tag or `*`); a PUT with `If-None-Match: *` only creates.
"""

import re
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.findings import Severity
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.publishing import service
from lightkeeper.publishing.audience import read_csv
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.offer import AudienceRow, audience_of
from lightkeeper.wire.partner import account, analytics, distribution, leads, notices, reports
from lightkeeper.wire.partner.desk import (
    API_VERSION,
    Answer,
    Asked,
    PartnerDesk,
    finding_document,
    framed,
    refusal,
    text_of,
)
from lightkeeper.wire.partner.documents import (
    OFFER_TYPE,
    assets_of,
    difference_document,
    history_document,
    listed_offer,
    offer_document,
    operation_documents,
    status_document,
)

MOST_PER_PAGE = 1000
_FILTER = re.compile(r"offerTypeId\s+eq\s+'([^']*)'", re.IGNORECASE)
_SLOTS = {"draft": "draft", "preview": "preview", "staging": "preview", "production": "live", "live": "live"}


def list_offers(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return a page of the publisher's offers without their definitions.

    The answer is a bare array, as the legacy API's is; a `Link` header leads to the next page. `$top` asks for fewer.
    """
    top = asked.query.get("$top", str(MOST_PER_PAGE))
    if not top.isdecimal() or not 1 <= int(top[:9]) <= MOST_PER_PAGE:
        raise Invalid("badRequest", f"'$top' must be from 1 to {MOST_PER_PAGE}.", target="$top")
    kind = _offer_type(asked.query.get("$filter", ""))
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        skip = asked.query.get("continuationToken")
        page = service.list_offers(call, asked.path["publisher"], skip=skip, most=int(top))
    if kind not in ("", OFFER_TYPE):
        return Answer(200, [])
    found = [listed_offer(offer) for offer in page.items]
    if page.next is None:
        return Answer(200, found)
    query = urlencode({**asked.query, "continuationToken": page.next}, safe="$")
    return Answer(200, found, {"link": f'</api/publishers/{asked.path["publisher"]}/offers?{query}>; rel="next"'})


def _offer_type(text: str) -> str:
    """Return the offer type a filter asks for; empty for no filter. Raises `Invalid` for a filter of another kind."""
    found = _FILTER.fullmatch(text.strip())
    if text.strip() and found is None:
        raise Invalid("badRequest", "'$filter' compares the type only: offerTypeId eq '...'.", target="$filter")
    return found[1].lower() if found else ""


def get_offer(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return an offer: its draft, or what `slot` (Draft, Preview, Production) or `version` shows."""
    slot = asked.path.get("slot") or asked.query.get("slot") or asked.query.get("slotId") or "draft"
    which = asked.path.get("version") or asked.query.get("version") or _SLOTS.get(slot.lower())
    if which is None:
        raise Invalid("badRequest", f"There is no slot '{slot[:40]}'. Use Draft, Preview or Production.", target="slot")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        offer = service.get_offer(call, *asked.offer)
        content = service.content_of(call, *asked.offer, which)
    return Answer(200, offer_document(offer, content=content), {"etag": offer.etag})


def put_offer(desk: PartnerDesk, asked: Asked) -> Answer:
    """Save a draft: 201 for a new offer, 200 otherwise; `definition` is the offer document, `assets` its pictures."""
    body = asked.body
    etag = "" if asked.headers.get("if-none-match", "").strip() == "*" else _tag(asked)
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        offer, created = service.put_offer(call, *asked.offer, body.get("definition"), assets_of(body), etag=etag)
        warnings = service.why_ineligible(call, offer.publisher_id) if created else []
    document = offer_document(offer)
    if warnings:
        document["warnings"] = [finding_document(finding) for finding in warnings]
    return Answer(201 if created else 200, document, {"etag": offer.etag})


def delete_offer(desk: PartnerDesk, asked: Asked) -> Answer:
    """Delete an offer that was never published."""
    etag = _tag(asked)
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        service.delete_offer(call, *asked.offer, etag=etag)
    return Answer(204)


def get_status(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return how far the offer is on its way."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        offer = service.get_offer(call, *asked.offer)
        submission = service.get_submission(call, *asked.offer)
    return Answer(200, status_document(offer, submission))


def publish(desk: PartnerDesk, asked: Asked) -> Answer:
    """Send the draft on its way to preview: 202 with the address of the operation; 422 when it is incomplete."""
    metadata = asked.body.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    emails = [mail.strip() for mail in str(metadata.get("notification-emails") or "").split(",") if mail.strip()]
    try:
        with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
            submission = service.publish(call, *asked.offer, notes=str(metadata.get("notes") or ""), emails=emails[:20])
    except Problem as problem:
        answer = refusal(problem)
        return Answer(422, answer.value) if isinstance(problem, Invalid) and problem.details else answer
    return _accepted(asked, submission.id)


def go_live(desk: PartnerDesk, asked: Asked) -> Answer:
    """Sign the preview off; `submissionId` in the body names the one that was looked at."""
    wanted = text_of(asked.body, "submissionId") or None
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        submission = service.go_live(call, *asked.offer, submission_id=wanted)
    return _accepted(asked, submission.go_live_id or submission.id)


def cancel(desk: PartnerDesk, asked: Asked) -> Answer:
    """Take the submission back; done when this returns."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        submission = service.cancel(call, *asked.offer)
    return Answer(200, operation_documents(submission)[0])


def stop_selling(desk: PartnerDesk, asked: Asked) -> Answer:
    """Take the offer off sale."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        offer = service.stop_selling(call, *asked.offer)
    return Answer(200, listed_offer(offer))


def list_operations(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the offer's operations, newest first; `$filter=status eq 'running'` keeps those under way."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        submissions = service.list_submissions(call, *asked.offer)
    operations = [operation for submission in submissions for operation in operation_documents(submission)]
    if "running" in asked.query.get("$filter", "").lower():
        operations = [operation for operation in operations if operation["status"] == "running"]
    return Answer(200, operations)


def get_operation(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return an operation by its id."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        submission = service.get_submission(call, *asked.offer, asked.path["operation"])
    assert submission is not None  # asked for by id, it is there or refused
    return Answer(200, next(one for one in operation_documents(submission) if one["id"] == asked.path["operation"]))


def get_history(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return what happened to the offer, oldest first."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, {"value": [history_document(entry) for entry in service.history(call, *asked.offer)]})


def get_diff(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return what differs `from` one (draft, preview, live, or a submission's number) `to` another."""
    old, new = asked.query.get("from", "live"), asked.query.get("to", "draft")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        before = service.content_of(call, *asked.offer, _SLOTS.get(old.lower(), old))
        after = service.content_of(call, *asked.offer, _SLOTS.get(new.lower(), new))
    return Answer(200, difference_document(diff_offers(before.document, after.document)))


def check(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return every finding about the `definition` of the body, or about the draft when there is none."""
    body = asked.body
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        findings = service.check_draft(call, *asked.offer, body.get("definition"), assets_of(body))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return Answer(200, {"errors": errors, "findings": [finding_document(finding) for finding in findings]})


def sync_audience(desk: PartnerDesk, asked: Asked) -> Answer:
    """Add and remove subscriptions of a private plan (`planId`) or of the preview (none), everywhere at once.

    `add` and `remove` are lists of subscription ids or rows; `csv` is the portal's file, and adds as well.
    """
    body = asked.body
    for name in ("add", "remove"):
        if not isinstance(body.get(name, []), list):
            raise Invalid("badRequest", f"'{name}' must be a list.", target=name)
    add: list[AudienceRow] = list(audience_of(_as_rows(body.get("add"))))
    if isinstance(body.get("csv"), str):
        rows, findings = read_csv(body["csv"], "audience.csv", "csv")
        if findings:
            raise Invalid("schemaValidationError", "The CSV file has faults.", target="csv", details=findings)
        add += rows
    remove = [row.subscription_id for row in audience_of(_as_rows(body.get("remove")))]
    plan_id = text_of(body, "planId") or None
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        now: Any = service.sync_audience(call, *asked.offer, plan_id=plan_id, add=add, remove=remove)
    return Answer(200, now)


def _as_rows(value: Any) -> list[Any]:
    """Return a list of subscription ids or rows as rows."""
    return [{"subscriptionId": one} if isinstance(one, str) else one for one in value or []]


def _tag(asked: Asked) -> str | None:
    """Return the entity tag to hold the offer against; None for `*`. Raises `Invalid` when the header is missing."""
    given = asked.headers.get("if-match", "").strip()
    if not given:
        raise Invalid("badRequest", "Send If-Match with the offer's ETag, or *.", target="If-Match")
    return None if given == "*" else given


def _accepted(asked: Asked, operation_id: str) -> Answer:
    publisher, offer = asked.offer
    location = f"/api/publishers/{publisher}/offers/{offer}/operations/{operation_id}?api-version={API_VERSION}"
    return Answer(202, {"id": operation_id, "location": location}, {"location": location})


_OFFERS = "/api/publishers/{publisher}/offers"
_OFFER = f"{_OFFERS}/{{offer}}"

ENDPOINTS = [
    *account.ENDPOINTS,
    *leads.ENDPOINTS,
    *notices.ENDPOINTS,
    *reports.ENDPOINTS,
    *distribution.ENDPOINTS,
    ("GET", _OFFERS, list_offers),
    ("GET", _OFFER, get_offer),
    ("PUT", _OFFER, put_offer),
    ("DELETE", _OFFER, delete_offer),
    ("GET", f"{_OFFER}/slot/{{slot}}", get_offer),
    ("GET", f"{_OFFER}/versions/{{version}}", get_offer),
    ("GET", f"{_OFFER}/status", get_status),
    ("POST", f"{_OFFER}/publish", publish),
    ("POST", f"{_OFFER}/golive", go_live),
    ("POST", f"{_OFFER}/cancel", cancel),
    ("POST", f"{_OFFER}/stopselling", stop_selling),
    ("GET", f"{_OFFER}/operations", list_operations),
    ("GET", f"{_OFFER}/operations/{{operation}}", get_operation),
    ("GET", f"{_OFFER}/history", get_history),
    ("GET", f"{_OFFER}/diff", get_diff),
    ("POST", f"{_OFFER}/check", check),
    ("POST", f"{_OFFER}/audience", sync_audience),
]


def partner_routes(desk: PartnerDesk) -> list[Route]:
    """Return the routes of the publisher's API for the main origin."""
    routes = [Route(path, framed(desk, endpoint), methods=[method]) for method, path, endpoint in ENDPOINTS]
    pictures = Route("/media/{file}", _media(desk.office), methods=["GET"])
    return [*routes, *analytics.analytics_routes(desk), pictures]


def _media(office: Office) -> Any:
    def serve(request: Request) -> Response:
        digest = str(request.path_params["file"]).removesuffix(".png").lower()
        try:
            with office.reading(PLATFORM) as call:
                content = service.find_media(call, digest)
        except Problem as problem:
            answer = refusal(problem)
            return Response(status_code=answer.status)
        headers = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
        return Response(content, 200, headers, "image/png")

    return serve
