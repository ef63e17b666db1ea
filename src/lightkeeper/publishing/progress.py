"""How a submission and its offer move together along the table of lifecycle.py."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict
from lightkeeper.publishing import store, submission_store
from lightkeeper.publishing.lifecycle import PHASE_OF, Event, Phase, Stage, after
from lightkeeper.publishing.model import OfferRecord, Step, StepState, Submission


def first_steps(at: datetime) -> tuple[Step, ...]:
    """Return the steps of a submission that begins."""
    return tuple(
        Step(phase, StepState.IN_PROGRESS if n == 0 else StepState.NOT_STARTED, at if n == 0 else None)
        for n, phase in enumerate(Phase)
    )


def move(
    call: Call, offer: OfferRecord, submission: Submission, event: Event, messages: Sequence[str] = ()
) -> tuple[OfferRecord, Submission]:
    """Let `event` happen to a submission and its offer, store both, and return them.

    Raises `Conflict` when the table does not know the event at this stage.
    """
    stage = after(submission.stage, event)
    if stage is None:
        raise Conflict("invalidState", f"Offer '{offer.id}' is at '{submission.stage}'; '{event}' cannot happen there.")
    submission = replace(submission, stage=stage, steps=_steps(submission, stage, event, call.now, messages))
    if PHASE_OF.get(stage) is None:
        submission = replace(submission, ended_at=call.now)
    offer = replace(offer, stage=stage)
    submission_store.put_submission(call.connection, submission)
    store.put(call.connection, offer)
    return offer, submission


def _steps(
    submission: Submission, stage: Stage, event: Event, at: datetime, messages: Sequence[str]
) -> tuple[Step, ...]:
    ended, begun = PHASE_OF.get(submission.stage), PHASE_OF.get(stage)
    canceled = event in (Event.CANCEL, Event.CANCEL_UPDATE, Event.CANCEL_RETURN)
    outcome = StepState.REJECTED if event is Event.FAIL else StepState.CANCELED if canceled else StepState.COMPLETE
    steps = []
    for step in submission.steps:
        if step.phase == ended:
            steps.append(replace(step, state=outcome, ended_at=at, messages=(*step.messages, *messages)))
        elif step.phase == begun:
            waits = begun is Phase.SIGN_OFF
            steps.append(
                replace(step, state=StepState.WAITING if waits else StepState.IN_PROGRESS, started_at=at, ended_at=None)
            )
        else:
            steps.append(step)
    return tuple(steps)
