"""Publishing: what people do to bring an offer from draft to live, and to take it back.

Accounts are in accounts.py, drafts in drafts.py; other contexts and surfaces find all verbs here.
"""

from collections.abc import Sequence
from dataclasses import replace

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import errors_of
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.publishing import members, shelf, store, submission_store
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.accounts import (
    get_publisher,
    list_publishers,
    put_publisher,
    remove_member,
    set_designations,
    set_member,
    why_ineligible,
)
from lightkeeper.publishing.certification import is_policy
from lightkeeper.publishing.distribution import (
    deprecate,
    plan_states,
    resume,
    resume_plan,
    stop_plan,
    stop_selling,
)
from lightkeeper.publishing.drafts import (
    check_content,
    check_draft,
    delete_offer,
    find_media,
    find_or_refuse,
    get_offer,
    held,
    list_offers,
    put_offer,
    remember,
)
from lightkeeper.publishing.events import OFFER_SIGNED_OFF, OFFER_SUBMITTED, offer_event
from lightkeeper.publishing.lead_settings import lead_settings, live_versions
from lightkeeper.publishing.leads import masked
from lightkeeper.publishing.lifecycle import Event, Stage, after, cancellation, is_locked
from lightkeeper.publishing.model import Content, Environment, HistoryEntry, OfferRecord, Submission
from lightkeeper.publishing.opening import enrol, sign_up
from lightkeeper.publishing.progress import first_steps, move
from lightkeeper.publishing.reviewing import list_reviews, review
from lightkeeper.publishing.role_catalogue import note_role_arrival
from lightkeeper.publishing.shape import check_shape
from lightkeeper.publishing.syncing import sync_audience
from lightkeeper.publishing.verification import appeal, decide_check, decide_verification

__all__ = [
    "appeal",
    "cancel",
    "check_draft",
    "content_of",
    "decide_check",
    "decide_verification",
    "delete_offer",
    "deprecate",
    "enrol",
    "find_media",
    "get_offer",
    "get_publisher",
    "get_submission",
    "go_live",
    "history",
    "lead_settings",
    "list_offers",
    "list_publishers",
    "list_reviews",
    "list_submissions",
    "live_submission",
    "live_versions",
    "note_role_arrival",
    "offer_ids",
    "plan_states",
    "publish",
    "put_offer",
    "put_publisher",
    "remove_member",
    "resume",
    "resume_plan",
    "review",
    "set_designations",
    "set_member",
    "sign_up",
    "stop_plan",
    "stop_selling",
    "sync_audience",
    "why_ineligible",
]  # fmt: skip


def publish(call: Call, publisher_id: str, offer_id: str, *, notes: str = "", emails: Sequence[str] = ()) -> Submission:
    """Freeze the draft and send it on its way to preview; the workflow that `OfferSubmitted` starts does the rest.

    Raises `Invalid` (businessValidationError) when the draft is incomplete or contradicts what was live; policies are
    for certification to judge. Raises `Conflict` (productLocked) while the marketplace works on the offer.
    """
    publisher, offer = held(call, publisher_id, offer_id)
    if is_locked(offer.stage):
        raise Conflict("productLocked", f"Offer '{offer.id}' is being worked on ({offer.status}). Wait, or cancel.")
    faults = errors_of(check_content(call, publisher.id, offer.id, offer.draft))
    form = {(fault.code, fault.target) for fault in check_shape(offer.draft.document)}
    faults = [
        fault
        for fault in faults
        if not is_policy(fault) or fault.code in _REFUSED_AT_ONCE or (fault.code, fault.target) in form
    ]
    if faults:
        raise Invalid("businessValidationError", "The offer cannot be published as it is.", details=faults)
    stage = after(offer.stage, Event.SUBMIT)
    assert stage is not None  # every stage that is not locked admits it
    submission = Submission(
        id=ids.new_guid(),
        publisher_id=publisher.id,
        offer_id=offer.id,
        number=submission_store.next_number(call.connection, offer),
        content=offer.draft,
        stage=stage,
        steps=first_steps(call.now),
        submitted_by=call.caller.name,
        submitted_at=call.now,
        notes=notes[:4000],
        emails=tuple(emails),
    )
    _supersede(call, offer)
    submission_store.add_submission(call.connection, submission)
    store.put(call.connection, replace(offer, stage=stage, submission_id=submission.id))
    remember(call, offer, "Submitted offer to preview")
    call.record(offer_event(OFFER_SUBMITTED, publisher, offer.id, "publish/action", submission_id=submission.id))
    return submission


_REFUSED_AT_ONCE = frozenset({"700.5-public-to-private", "700.6-version-not-increased", "700.6-tenant-changed"})
"""What contradicts the past is no matter of judgement."""


def _supersede(call: Call, offer: OfferRecord) -> None:
    """End a submission that still waits for its sign-off: a newer one takes its place."""
    waiting = submission_store.find_submission(call.connection, offer.submission_id) if offer.submission_id else None
    if waiting is not None and waiting.stage is Stage.AWAITING_SIGN_OFF:
        move(call, offer, waiting, Event.CANCEL, ["A newer submission took its place."])


def go_live(call: Call, publisher_id: str, offer_id: str, *, submission_id: str | None = None) -> Submission:
    """Sign the preview off: what is in preview goes on sale. From here on there is no cancel.

    `submission_id` names the preview that was looked at; `Conflict`/`Invalid` (invalidState) when it is another one.
    """
    publisher, offer = held(call, publisher_id, offer_id)
    submission = _current(call, offer)
    if submission_id is not None and (submission is None or submission.id != submission_id.lower()):
        raise Invalid("invalidState", f"'{submission_id}' is not the preview of offer '{offer.id}'. Read its status.")
    if submission is None or submission.stage is not Stage.AWAITING_SIGN_OFF:
        raise Invalid("invalidState", f"Offer '{offer.id}' has no preview to sign off; it is '{offer.status}'.")
    signed = replace(submission, go_live_id=ids.new_guid(), signed_off_at=call.now)
    offer, signed = move(call, offer, signed, Event.SIGN_OFF, [f"Signed off by {call.caller.name}."])
    remember(call, offer, "Sign-off to go live")
    call.record(offer_event(OFFER_SIGNED_OFF, publisher, offer.id, "golive/action", submission_id=signed.id))
    return signed


def cancel(call: Call, publisher_id: str, offer_id: str) -> Submission:
    """Take a submission back, until its sign-off; the offer is where it was before (a preview is withdrawn)."""
    publisher, offer = held(call, publisher_id, offer_id)
    submission = _current(call, offer)
    event = cancellation(was_live=offer.was_live, on_sale=offer.on_sale)
    if submission is None or after(submission.stage, event) is None:
        raise Invalid(
            "invalidState",
            f"Nothing of offer '{offer.id}' can be canceled: it is '{offer.status}'. "
            "A submission can be canceled until you choose Go live.",
        )
    remember(call, offer, "Initiated submit to preview cancellation")
    offer, submission = move(call, offer, submission, event, [f"Canceled by {call.caller.name}."])
    _withdraw_preview(call, offer)
    remember(call, offer, "Canceled submission to preview")
    call.record(offer_event("OfferCanceled", publisher, offer.id, "cancel/action", submission_id=submission.id))
    return submission


def _withdraw_preview(call: Call, offer: OfferRecord) -> None:
    """Let the preview show what is live; nothing for an offer that is not."""
    store.clear_environment(call.connection, offer.publisher_id, offer.id, Environment.PREVIEW)
    shelf.fill_preview(call.connection, offer.publisher_id, offer.id, [])


def get_submission(call: Call, publisher_id: str, offer_id: str, submission_id: str | None = None) -> Submission | None:
    """Return a submission by its id (or the id of its sign-off), or the last one; None when there was none yet."""
    offer = find_or_refuse(call, members.require(call, publisher_id, Action.READ), offer_id)
    if submission_id is None:
        return _current(call, offer)
    found = submission_store.find_submission(call.connection, submission_id)
    if found is None or (found.publisher_id, found.offer_id) != (offer.publisher_id, offer.id):
        raise NotFound("resourceNotFound", f"Offer '{offer.id}' has no submission '{submission_id}'.")
    return found


def live_submission(call: Call, publisher_id: str, offer_id: str) -> Submission | None:
    """Return the submission that customers see; None when the offer was never live."""
    offer = find_or_refuse(call, members.require(call, publisher_id, Action.READ), offer_id)
    shown = store.environment_of(call.connection, offer, Environment.LIVE)
    return submission_store.find_submission(call.connection, shown[1]) if shown else None


def offer_ids(call: Call, publisher_id: str) -> list[str]:
    """Return the ids of the publisher's offers, in order."""
    return store.ids_of(call.connection, members.require(call, publisher_id, Action.READ).id)


def list_submissions(call: Call, publisher_id: str, offer_id: str) -> list[Submission]:
    """Return the offer's submissions, newest first."""
    offer = find_or_refuse(call, members.require(call, publisher_id, Action.READ), offer_id)
    return submission_store.submissions_of(call.connection, offer)


def history(call: Call, publisher_id: str, offer_id: str) -> list[HistoryEntry]:
    """Return what happened to the offer, oldest first."""
    offer = find_or_refuse(call, members.require(call, publisher_id, Action.READ), offer_id)
    return store.history_of(call.connection, offer)


def content_of(call: Call, publisher_id: str, offer_id: str, which: str) -> Content:
    """Return what `which` shows: draft, preview, live, or the number of a submission; secrets masked.

    Raises `NotFound` when nothing was published there.
    """
    offer = find_or_refuse(call, members.require(call, publisher_id, Action.READ), offer_id)
    content = _content(call, offer, which.lower())
    if content is None:
        raise NotFound("resourceNotFound", f"Offer '{offer.id}' has no '{which}'.", target="slot")
    return replace(content, document=masked(content.document))


def _content(call: Call, offer: OfferRecord, which: str) -> Content | None:
    if which == Environment.DRAFT:
        return offer.draft
    if which in (Environment.PREVIEW, Environment.LIVE):
        shown = store.environment_of(call.connection, offer, Environment(which))
        return shown[0] if shown else None
    return next(
        (s.content for s in submission_store.submissions_of(call.connection, offer) if str(s.number) == which), None
    )


def _current(call: Call, offer: OfferRecord) -> Submission | None:
    return submission_store.find_submission(call.connection, offer.submission_id) if offer.submission_id else None
