"""Offers: the list, an offer on its way through the five phases, its report, what differs, and the publisher's decisions."""

from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing import service
from lightkeeper.publishing.certification import POLICIES, policy_of
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.diff_report import html_of
from lightkeeper.publishing.lifecycle import PHASE_NAMES, Event, Phase, Stage, after, cancellation, is_locked
from lightkeeper.publishing.model import OfferRecord, Step, Submission
from lightkeeper.publishing.offer import read_offer
from lightkeeper.web.frame import Asked, Deed, File, Page, View

_WATCH_SECONDS = 2
_OFFERS_SHOWN = 100
SLOTS = ("draft", "preview", "live")


def list_offers(call: Call, asked: Asked) -> View:
    """Show a page of a publisher's offers; `skip` is where it begins."""
    publisher = service.get_publisher(call, asked.path["publisher"])
    page = service.list_offers(call, publisher.id, skip=asked.query.get("skip"), most=_OFFERS_SHOWN)
    shown = {"offers": page.items, "following": page.next, "begun": bool(asked.query.get("skip"))}
    return View("offers.html", {"publisher": publisher, "tab": "offers", **shown})


def show_offer(call: Call, asked: Asked) -> View:
    """Show where an offer stands, what certification said, its plans, and what the publisher can do now."""
    publisher = service.get_publisher(call, asked.path["publisher"])
    offer = service.get_offer(call, *_named(asked))
    submission = service.get_submission(call, *_named(asked))
    locked = is_locked(offer.stage)
    review = ((submission.report if submission else None) or {}).get("review") or {}
    review_due = review["dueAt"] if locked and review.get("state") == "pending" else ""
    return View(
        "offer.html",
        {
            "publisher": publisher,
            "tab": "offers",
            "offer": offer,
            "submission": submission,
            "steps": _steps(submission),
            "items": _items(submission),
            "reviewer_notes": (submission.report or {}).get("reviewer_notes", "") if submission else "",
            "draft_findings": service.check_draft(call, *_named(asked), None, {}),
            "plans": service.plan_states(call, *_named(asked)),
            "history": service.history(call, *_named(asked))[::-1][:30],
            "slots": _slots(offer),
            "locked": locked,
            "review_due": review_due,
            "may": _may(offer),
        },
        refresh=_WATCH_SECONDS if locked and not review_due else 0,
    )


def _steps(submission: Submission | None) -> list[dict[str, Any]]:
    steps = submission.steps if submission else tuple(Step(phase) for phase in Phase)
    return [
        {"step": step, "name": PHASE_NAMES[Phase(step.phase)][0], "about": PHASE_NAMES[Phase(step.phase)][1]}
        for step in steps
    ]


def _items(submission: Submission | None) -> list[dict[str, Any]]:
    """Return the findings of the certification report with the policy each belongs to."""
    items = ((submission.report if submission else None) or {}).get("items") or []
    return [
        {**item, "policy": policy_of(item["code"]), "about": POLICIES.get(policy_of(item["code"]), "")}
        for item in items
    ]


def _may(offer: OfferRecord) -> dict[str, bool]:
    """Return which decisions the lifecycle allows now."""
    cancel = cancellation(was_live=offer.was_live, on_sale=offer.on_sale)
    return {
        "publish": after(offer.stage, Event.SUBMIT) is not None,
        "golive": after(offer.stage, Event.SIGN_OFF) is not None,
        "cancel": after(offer.stage, cancel) is not None,
        "stop": after(offer.stage, Event.STOP) is not None and offer.on_sale,
    }


def _slots(offer: OfferRecord) -> list[str]:
    """Return the environments that hold something."""
    live = offer.was_live and offer.on_sale
    preview = offer.stage is Stage.AWAITING_SIGN_OFF
    return ["draft", *(["preview"] if preview else []), *(["live"] if live else [])]


def publish(call: Call, asked: Asked) -> str:
    """Send the draft on its way."""
    service.publish(call, *_named(asked), notes=asked.form.get("notes", "").strip())
    return _back(asked)


def go_live(call: Call, asked: Asked) -> str:
    """Sign off the preview the form was shown for."""
    service.go_live(call, *_named(asked), submission_id=asked.form.get("submission") or None)
    return _back(asked)


def cancel(call: Call, asked: Asked) -> str:
    """Take the submission back."""
    service.cancel(call, *_named(asked))
    return _back(asked)


def stop_selling(call: Call, asked: Asked) -> str:
    """Take the offer off sale, when its id was typed as confirmation."""
    if asked.form.get("confirm", "").strip().lower() != asked.path["offer"]:
        call.open_to_all("nothing is done without the confirmation")
        raise Invalid("notConfirmed", f"Type the offer's id, {asked.path['offer']}, to take it off sale.")
    service.stop_selling(call, *_named(asked))
    return _back(asked)


def show_difference(call: Call, asked: Asked) -> File:
    """Show what differs between two environments, the rights of the provider's people first."""
    old, new = (asked.query.get(name, usual) for name, usual in (("from", "live"), ("to", "draft")))
    before, after_ = (
        service.content_of(call, *_named(asked), which if which in SLOTS else "draft") for which in (old, new)
    )
    title = f"{read_offer(after_.document).alias or asked.path['offer']}: {old} to {new}"
    report = html_of(diff_offers(before.document, after_.document), title)
    return File(report.encode(), "text/html; charset=utf-8", styled=True)


def _named(asked: Asked) -> tuple[str, str]:
    return asked.path["publisher"], asked.path["offer"]


def _back(asked: Asked) -> str:
    return f"/portal/publishers/{asked.path['publisher']}/offers/{asked.path['offer']}"


_OFFERS = "/portal/publishers/{publisher}/offers"
_OFFER = f"{_OFFERS}/{{offer}}"

PAGES = [Page(_OFFERS, list_offers), Page(_OFFER, show_offer), Page(f"{_OFFER}/diff", show_difference)]
DEEDS = [
    Deed(f"{_OFFER}/publish", publish, "submitted"),
    Deed(f"{_OFFER}/golive", go_live, "signed-off"),
    Deed(f"{_OFFER}/cancel", cancel, "canceled"),
    Deed(f"{_OFFER}/stop", stop_selling, "stopping"),
]
SAID = {
    "submitted": "The draft is frozen and on its way; this page follows it.",
    "signed-off": "Signed off. What was in preview goes on sale.",
    "canceled": "The submission is taken back. What was live stays live.",
    "stopping": "The offer goes off sale. Customers keep what they have accepted.",
}
