"""The reviewer's desk: submissions that wait for a person, approved or returned with reasons, within a promised time."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.publishing import account_store, members, settings, store, submission_store
from lightkeeper.publishing.certification import Outcome
from lightkeeper.publishing.drafts import remember
from lightkeeper.publishing.events import OFFER_REVIEWED, offer_event
from lightkeeper.publishing.lifecycle import Event, Stage
from lightkeeper.publishing.model import Step, StepState, Submission
from lightkeeper.publishing.progress import move


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission on the desk; `overdue` once the promised time is past."""

    submission: Submission
    due_at: datetime
    overdue: bool


def awaits_review(submission: Submission) -> bool:
    """Return whether a person has to look at the submission."""
    review = (submission.report or {}).get("review") or {}
    return submission.stage is Stage.CERTIFYING and review.get("state") == "pending"


def put_on_desk(call: Call, submission: Submission) -> Submission:
    """Let a submission whose rules are passed wait for a reviewer, and return it."""
    due = call.now + settings.current().review_within
    report = {
        **(submission.report or {}),
        "outcome": str(Outcome.PENDING),
        "review": {"state": "pending", "dueAt": iso(due)},
    }
    waiting = replace(submission, report=report, steps=tuple(_waiting(step) for step in submission.steps))
    submission_store.put_submission(call.connection, waiting)
    return waiting


def _waiting(step: Step) -> Step:
    return replace(step, state=StepState.AWAITING_APPROVAL) if step.state is StepState.IN_PROGRESS else step


def list_reviews(call: Call) -> list[Waiting]:
    """Return what waits for a reviewer, the most urgent first; the operator's business."""
    members.require_operator(call)
    found = []
    for submission in submission_store.submissions_at(call.connection, Stage.CERTIFYING):
        if awaits_review(submission):
            assert submission.report is not None
            due = datetime.fromisoformat(submission.report["review"]["dueAt"][:26] + "+00:00")
            found.append(Waiting(submission, due, due < call.now))
    return sorted(found, key=lambda one: one.due_at)


def review(call: Call, submission_id: str, *, approve: bool, notes: str = "") -> Submission:
    """Approve a waiting submission, or return it to its publisher with reasons; the operator's business."""
    members.require_operator(call)
    submission = submission_store.find_submission(call.connection, submission_id)
    if submission is None:
        raise NotFound("resourceNotFound", f"There is no submission '{submission_id[:40]}'.", target="submissionId")
    call.hold(f"offer:{submission.publisher_id}.{submission.offer_id}")
    submission = submission_store.find_submission(call.connection, submission_id)
    offer = store.find(call.connection, submission.publisher_id, submission.offer_id) if submission else None
    if submission is None or offer is None or not awaits_review(submission):
        raise Invalid("invalidState", "This submission does not wait for a reviewer.")
    if not approve and not notes.strip():
        raise Invalid("businessValidationError", "Say why it is returned.", target="notes")
    decided = {
        "state": "approved" if approve else "returned",
        "by": call.caller.name,
        "at": iso(call.now),
        "notes": notes[:4000],
    }
    outcome = Outcome.FAILED if not approve else Outcome.PASSED_WITH_NOTES if notes.strip() else Outcome.PASSED
    assert submission.report is not None
    report: dict[str, Any] = {**submission.report, "outcome": str(outcome), "reviewer_notes": notes[:4000]}
    report["review"] = {**submission.report["review"], **decided}
    messages = [f"Returned by the reviewer: {notes.strip()[:4000]}"] if not approve else []
    offer, submission = move(
        call, offer, replace(submission, report=report), Event.CERTIFIED if approve else Event.FAIL, messages
    )
    remember(call, offer, f"certifying: {'complete' if approve else 'failed'}", "; ".join(messages))
    publisher = account_store.find(call.connection, offer.publisher_id)
    assert publisher is not None  # the account of an offer is not deleted
    facts = {"submission_id": submission.id, "stage": str(submission.stage)}
    call.record(offer_event("OfferStageChanged", publisher, offer.id, "stage/write", **facts))
    if approve:
        call.record(offer_event(OFFER_REVIEWED, publisher, offer.id, "review/action", submission_id=submission.id))
    return submission
