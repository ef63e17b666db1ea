"""What people do to end the distribution of an offer or of one plan, now or later, and to take that back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.publishing import members, shelf, store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.drafts import find_or_refuse, remember
from lightkeeper.publishing.events import OFFER_STOP_REQUESTED, offer_event
from lightkeeper.publishing.lifecycle import Event, Stage, after, is_locked
from lightkeeper.publishing.model import Content, Environment, OfferRecord

REASONS = ("criticalSecurityIssue", "endOfSupport", "other")
LONGEST_NOTICE = timedelta(days=3 * 365)


def stop_selling(call: Call, publisher_id: str, offer_id: str) -> OfferRecord:
    """Take a live offer off sale at once; customers who accepted it keep it. Publishing again resumes."""
    publisher, offer = _held(call, publisher_id, offer_id)
    return _stop(call, publisher, offer)


def _stop(
    call: Call, publisher: Publisher, offer: OfferRecord, deprecation: dict[str, Any] | None = None
) -> OfferRecord:
    stage = after(offer.stage, Event.STOP)
    if stage is None or not offer.on_sale:
        hint = " Cancel its preview first; what is live stays live." if offer.on_sale else ""
        raise Invalid(
            "invalidState", f"Only a live offer can be taken off sale; '{offer.id}' is '{offer.status}'.{hint}"
        )
    offer = replace(offer, stage=stage, on_sale=False, deprecation=deprecation)
    store.put(call.connection, offer)
    shelf.take_off_sale(call.connection, publisher.id, offer.id)
    remember(call, offer, "Stop distribution offer")
    submission = offer.submission_id or ""
    call.record(offer_event(OFFER_STOP_REQUESTED, publisher, offer.id, "stopSelling/action", submission_id=submission))
    return offer


def deprecate(
    call: Call,
    publisher_id: str,
    offer_id: str,
    *,
    reason: str = "other",
    alternative: str = "",
    notice: timedelta = timedelta(0),
) -> OfferRecord:
    """Announce the end of a live offer: off sale after `notice`, at once without one; no publication is needed.

    `alternative` is what customers may take instead. Customers who accepted the offer keep it.
    """
    publisher, offer = _held(call, publisher_id, offer_id)
    if reason not in REASONS:
        raise Invalid("schemaValidationError", f"The reason must be one of {', '.join(REASONS)}.", target="reason")
    if not timedelta(0) <= notice <= LONGEST_NOTICE:
        raise Invalid("schemaValidationError", "The notice must be between none and three years.", target="dateOffset")
    end = call.now + notice
    told = {"date": iso(end), "reason": reason, "alternative": alternative[:200]}
    if not notice:
        return _stop(call, publisher, offer, told)
    if not offer.on_sale or is_locked(offer.stage):
        raise Invalid("invalidState", f"Only a live offer can be deprecated; '{offer.id}' is '{offer.status}'.")
    offer = _sold_until(call, offer, end, told)
    remember(call, offer, "Deprecated offer", f"off sale on {end:%Y-%m-%d}: {reason}")
    call.record(offer_event("OfferDeprecated", publisher, offer.id, "deprecate/action", until=iso(end)))
    return offer


def resume(call: Call, publisher_id: str, offer_id: str) -> OfferRecord:
    """Take an announced end back while the offer is still on sale.

    Raises `Invalid` (invalidState) when there is nothing to take back; an offer that is off sale returns by publishing.
    """
    publisher, offer = _held(call, publisher_id, offer_id)
    if offer.deprecation is None or not offer.on_sale:
        hint = " Publish it again." if offer.stage is Stage.NOT_AVAILABLE else ""
        raise Invalid("invalidState", f"The end of offer '{offer.id}' is not announced; it is '{offer.status}'.{hint}")
    offer = _sold_until(call, offer, None, None)
    remember(call, offer, "Resume distribution offer")
    call.record(offer_event("OfferResumed", publisher, offer.id, "resume/action"))
    return offer


def _sold_until(call: Call, offer: OfferRecord, end: datetime | None, told: dict[str, Any] | None) -> OfferRecord:
    plans = shelf.all_versions_of(call.connection, offer.publisher_id, offer.id)
    shelf.change(call.connection, [replace(plan, sold_until=end) for plan in plans])
    offer = replace(offer, deprecation=told)
    store.put(call.connection, offer)
    return offer


def stop_plan(call: Call, publisher_id: str, offer_id: str, plan_id: str) -> OfferRecord:
    """Mark a live plan in the draft, so that the next publication takes it off sale; another plan must remain."""
    publisher, offer = _held(call, publisher_id, offer_id)
    plans = _plans(offer.draft.document)
    plan = _plan(offer, plans, plan_id)
    if plan_id not in _live_plans(call, offer):
        raise Invalid("invalidEntityStatus", f"Plan '{plan_id}' is not live. Delete it from the draft instead.")
    if not any(one is not plan and one.get("lifecycleState") != "deprecated" for one in plans):
        raise Invalid(
            "businessValidationError",
            f"Plan '{plan_id}' is the only plan of offer '{offer.id}'. Stop the distribution of the offer instead.",
            target="plan",
        )
    return _mark(call, publisher, offer, plan_id, deprecated=True)


def resume_plan(call: Call, publisher_id: str, offer_id: str, plan_id: str) -> OfferRecord:
    """Take the mark of a stopped plan off the draft; a plan that is off sale returns with the next publication."""
    publisher, offer = _held(call, publisher_id, offer_id)
    plan = _plan(offer, _plans(offer.draft.document), plan_id)
    if plan.get("lifecycleState") != "deprecated":
        raise Invalid("invalidState", f"The distribution of plan '{plan_id}' was not stopped.", target="plan")
    return _mark(call, publisher, offer, plan_id, deprecated=False)


def plan_states(call: Call, publisher_id: str, offer_id: str) -> list[Mapping[str, str]]:
    """Return every plan of the draft with its name and its state: Draft, Live, stop pending, not available.

    A live plan of an offer whose end is announced says until when it is sold (`soldUntil`).
    """
    publisher = members.require(call, publisher_id, Action.READ)
    offer = find_or_refuse(call, publisher, offer_id)
    live, known = _live_plans(call, offer), set()
    end = {"soldUntil": str(offer.deprecation["date"])} if offer.deprecation is not None and offer.on_sale else {}
    for plan in shelf.versions_of(call.connection, publisher.id, offer.id, preview=False):
        known.add(plan.plan_id)
    return [
        {
            "planId": str(plan.get("id", "")),
            "name": str(plan.get("name", "")),
            "state": _state(plan, str(plan.get("id", "")), live, known),
            **(end if str(plan.get("id", "")) in live else {}),
        }
        for plan in _plans(offer.draft.document)
    ]


def _state(plan: Mapping[str, Any], plan_id: str, live: set[str], known: set[str]) -> str:
    stopped = plan.get("lifecycleState") == "deprecated"
    if plan_id in live:
        return "Pending Stop distribution" if stopped else "Live"
    return "Not available in the marketplace" if plan_id in known else "Draft"


def _mark(call: Call, publisher: Publisher, offer: OfferRecord, plan_id: str, *, deprecated: bool) -> OfferRecord:
    def marked(plan: dict[str, Any]) -> dict[str, Any]:
        if plan.get("id") != plan_id:
            return plan
        bare = {key: value for key, value in plan.items() if key != "lifecycleState"}
        return {**bare, "lifecycleState": "deprecated"} if deprecated else bare

    document = {**offer.draft.document, "plans": [marked(plan) for plan in _plans(offer.draft.document)]}
    offer = replace(
        offer,
        draft=Content(document, offer.draft.assets),
        edition=offer.edition + 1,
        changed_at=call.now,
        changed_by=call.caller.name,
    )
    store.put(call.connection, offer)
    verb = "Initiated plan Stop distribution" if deprecated else "Resume distribution"
    remember(call, offer, f"{verb}: {plan_id}")
    call.record(
        offer_event(
            "PlanStopMarked" if deprecated else "PlanResumed", publisher, offer.id, "plans/write", plan_id=plan_id
        )
    )
    return offer


def _live_plans(call: Call, offer: OfferRecord) -> set[str]:
    """Return the plans that are on sale now."""
    shown = store.environment_of(call.connection, offer, Environment.LIVE)
    if shown is None or not offer.on_sale:
        return set()
    return {str(plan.get("id")) for plan in _plans(shown[0].document) if plan.get("lifecycleState") != "deprecated"}


def _plans(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document.get("plans")
    return [plan for plan in found if isinstance(plan, dict)] if isinstance(found, list) else []


def _plan(offer: OfferRecord, plans: list[dict[str, Any]], plan_id: str) -> dict[str, Any]:
    for plan in plans:
        if plan.get("id") == plan_id:
            return plan
    raise NotFound("resourceNotFound", f"Offer '{offer.id}' has no plan '{plan_id}'.", target="plan")


def _held(call: Call, publisher_id: str, offer_id: str) -> tuple[Publisher, OfferRecord]:
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    call.hold(f"offer:{publisher.id}.{offer_id.lower()}")
    offer = find_or_refuse(call, publisher, offer_id)
    if is_locked(offer.stage):
        raise Conflict("productLocked", f"Offer '{offer.id}' is being worked on ({offer.status}). Wait, or cancel.")
    return publisher, offer
