"""The end of an offer's or a plan's distribution, its plans, its audiences as files, and the reviewer's desk."""

from typing import Any

from lightkeeper.kernel import clock
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.publishing import service
from lightkeeper.publishing.audience import write_csv
from lightkeeper.publishing.offer import audience_of
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk, text_of
from lightkeeper.wire.partner.documents import listed_offer, operation_documents


def deprecate(desk: PartnerDesk, asked: Asked) -> Answer:
    """Announce the end of an offer: `reason`, `alternative`, `dateOffset` (an ISO duration; none: at once)."""
    body = asked.body
    notice = clock.duration(text_of(body, "dateOffset") or "PT0S")
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        offer = service.deprecate(
            call,
            *asked.offer,
            reason=text_of(body, "reason") or "other",
            alternative=text_of(body, "alternative"),
            notice=notice,
        )
    return Answer(200, listed_offer(offer))


def resume(desk: PartnerDesk, asked: Asked) -> Answer:
    """Take an announced end back."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        offer = service.resume(call, *asked.offer)
    return Answer(200, listed_offer(offer))


def list_plans(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the plans of an offer and how each stands."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, {"value": service.plan_states(call, *asked.offer)})


def stop_plan(desk: PartnerDesk, asked: Asked) -> Answer:
    """Mark a plan, so that the next publication takes it off sale."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        offer = service.stop_plan(call, *asked.offer, asked.path["plan"])
    return Answer(200, listed_offer(offer), {"etag": offer.etag})


def resume_plan(desk: PartnerDesk, asked: Asked) -> Answer:
    """Take that mark back."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        offer = service.resume_plan(call, *asked.offer, asked.path["plan"])
    return Answer(200, listed_offer(offer), {"etag": offer.etag})


def get_audience(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the audience of the plan `planId` names, of the preview without one: as rows, and as the portal's CSV."""
    plan_id = asked.query.get("planId", "")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        document = service.content_of(call, *asked.offer, "draft").document
    rows: Any = document.get("previewAudience")
    if plan_id:
        plans = [plan for plan in document.get("plans") or [] if isinstance(plan, dict) and plan.get("id") == plan_id]
        if not plans:
            raise NotFound("resourceNotFound", f"The offer has no plan '{plan_id[:60]}'.", target="planId")
        rows = plans[0].get("privateAudience")
    return Answer(200, {"value": rows or [], "csv": write_csv(audience_of(rows))})


def list_reviews(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return what waits for a reviewer."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        waiting = service.list_reviews(call)
    return Answer(
        200,
        {
            "value": [
                {
                    "submissionId": one.submission.id,
                    "publisherId": one.submission.publisher_id,
                    "offerId": one.submission.offer_id,
                    "number": one.submission.number,
                    "submittedTime": iso(one.submission.submitted_at),
                    "notes": one.submission.notes,
                    "dueTime": iso(one.due_at),
                    "overdue": one.overdue,
                }
                for one in waiting
            ]
        },
    )


def decide_review(desk: PartnerDesk, asked: Asked) -> Answer:
    """Approve a submission or return it: `decision` approve or return, `notes`."""
    decision = asked.body.get("decision")
    if decision not in ("approve", "return"):
        raise Invalid("badRequest", "The decision must be approve or return.", target="decision")
    notes = text_of(asked.body, "notes")
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        submission = service.review(call, asked.path["submission"], approve=decision == "approve", notes=notes)
    return Answer(200, operation_documents(submission)[0])


def note_role_arrival(desk: PartnerDesk, asked: Asked) -> Answer:
    """Say that a built-in role is new; offers may name it once the delay of the catalogue is over."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        role, day = service.note_role_arrival(call, text_of(asked.body, "role"))
    return Answer(200, {"roleId": role.id, "roleName": role.name, "offersFrom": iso(day)})


_OFFER = "/api/publishers/{publisher}/offers/{offer}"

ENDPOINTS = [
    ("POST", f"{_OFFER}/deprecate", deprecate),
    ("POST", f"{_OFFER}/resume", resume),
    ("GET", f"{_OFFER}/plans", list_plans),
    ("POST", f"{_OFFER}/plans/{{plan}}/stop", stop_plan),
    ("POST", f"{_OFFER}/plans/{{plan}}/resume", resume_plan),
    ("GET", f"{_OFFER}/audience", get_audience),
    ("GET", "/api/reviews", list_reviews),
    ("POST", "/api/reviews/{submission}", decide_review),
    ("POST", "/api/roles/arrivals", note_role_arrival),
]
