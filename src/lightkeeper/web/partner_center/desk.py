"""The reviewer's desk: accounts to verify and submissions to decide, for the operator of the marketplace."""

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing import service
from lightkeeper.publishing.account import Verification
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.diff_report import html_of
from lightkeeper.publishing.model import Content
from lightkeeper.publishing.offer import read_offer
from lightkeeper.publishing.reviewing import Waiting
from lightkeeper.publishing.verification import CHECK_TITLES, CHECKS
from lightkeeper.web.frame import Asked, Deed, File, Page, View


def list_waiting(call: Call, _asked: Asked) -> View:
    """Show what waits for a reviewer: submissions, the most urgent first, and accounts."""
    accounts = [one for one in service.list_publishers(call) if one.verification is not Verification.AUTHORIZED]
    return View(
        "desk.html",
        {"waiting": service.list_reviews(call), "accounts": accounts, "checks": CHECKS, "titles": CHECK_TITLES},
    )


def show_submission(call: Call, asked: Asked) -> View:
    """Show a waiting submission: who would get which role, and what certification found."""
    waiting = _waiting(call, asked)
    submission = waiting.submission
    publisher = service.get_publisher(call, submission.publisher_id)
    offer = read_offer(submission.content.document)
    values = {"waiting": waiting, "submission": submission, "publisher": publisher, "offer": offer}
    return View("review.html", {**values, "items": (submission.report or {}).get("items") or []})


def show_difference(call: Call, asked: Asked) -> File:
    """Show what the submission changes for customers, against what is live."""
    submission = _waiting(call, asked).submission
    live = service.live_submission(call, submission.publisher_id, submission.offer_id)
    before = live.content if live else Content({})
    title = f"{read_offer(submission.content.document).alias}: {'live' if live else 'nothing'} to this submission"
    report = html_of(diff_offers(before.document, submission.content.document), title)
    return File(report.encode(), "text/html; charset=utf-8", styled=True)


def decide(call: Call, asked: Asked) -> str:
    """Approve a submission, or return it with reasons."""
    decision = asked.form.get("decision")
    if decision not in ("approve", "return"):
        call.open_to_all("the form is not filled in")
        raise Invalid("badRequest", "Approve the submission or return it.", target="decision")
    notes = asked.form.get("notes", "").strip()
    service.review(call, asked.path["submission"], approve=decision == "approve", notes=notes)
    return "/portal/reviews"


def decide_check(call: Call, asked: Asked) -> str:
    """Say how a check of an account ended."""
    verdict, note = asked.form.get("verdict", ""), asked.form.get("note", "").strip()
    if verdict not in tuple(Verification):
        call.open_to_all("the form is not filled in")
        raise Invalid("badRequest", f"The verdict must be one of {', '.join(Verification)}.", target="verdict")
    service.decide_check(call, asked.path["publisher"], asked.form.get("check", ""), Verification(verdict), note)
    return "/portal/reviews"


def _waiting(call: Call, asked: Asked) -> Waiting:
    """Return the submission of the address. Raises `Invalid` when it does not wait any more."""
    found = [one for one in service.list_reviews(call) if one.submission.id == asked.path["submission"]]
    if not found:
        raise Invalid("invalidState", "This submission does not wait for a reviewer any more.")
    return found[0]


PAGES = [
    Page("/portal/reviews", list_waiting, operator=True),
    Page("/portal/reviews/{submission}", show_submission, operator=True),
    Page("/portal/reviews/{submission}/diff", show_difference, operator=True),
]
DEEDS = [
    Deed("/portal/reviews/{submission}", decide, "reviewed", operator=True),
    Deed("/portal/reviews/accounts/{publisher}", decide_check, "checked", operator=True),
]
SAID = {"reviewed": "The decision is made; the publisher is told.", "checked": "The check is decided."}
