"""The durable way of a submission: what happens by itself after somebody published or signed off.

Every step is one transaction that does its work only when the submission stands where the step expects it, and says
whether to go on. So a step may run again after a crash, and a submission that was canceled meanwhile is left alone. The
wait for the sign-off is a stage in the table, not a waiting thread.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from lightkeeper.access import roles as built_in_roles
from lightkeeper.directory import service as directory
from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.findings import Finding, errors_of
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.workflows import Step, Workflow
from lightkeeper.publishing import account_store, lead_settings, settings, shelf, store, submission_store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.certification import Outcome, certify, is_policy
from lightkeeper.publishing.drafts import check_content, remember
from lightkeeper.publishing.events import (
    OFFER_REVIEWED,
    OFFER_SIGNED_OFF,
    OFFER_STOP_REQUESTED,
    OFFER_SUBMITTED,
    offer_event,
)
from lightkeeper.publishing.lifecycle import Event, Stage, after
from lightkeeper.publishing.manifest_rules import check_licences
from lightkeeper.publishing.model import Environment, OfferRecord, Submission
from lightkeeper.publishing.offer import offer_of
from lightkeeper.publishing.progress import move
from lightkeeper.publishing.reviewing import awaits_review, put_on_desk
from lightkeeper.publishing.snapshot import plans_of

_ORDER = (
    Stage.VALIDATING,
    Stage.CERTIFYING,
    Stage.BUILDING_PREVIEW,
    Stage.AWAITING_SIGN_OFF,
    Stage.PUBLISHING,
    Stage.LIVE,
)

Work = Callable[[Call, Publisher, OfferRecord, Submission], bool]


def validate(office: Office, submission_id: str) -> bool:
    """Phase 1: whether the frozen copy is complete, and (1b) whether its lead destination takes a test lead.

    The destination is tried before the transaction opens: somebody else's server must not hold up everybody's writes.
    """
    with office.reading(PLATFORM) as call:
        call.authorized = True
        submission = submission_store.find_submission(call.connection, submission_id)
    unreachable: list[Finding] = []
    if submission is not None and submission.stage is Stage.VALIDATING:
        unreachable = lead_settings.seams.try_leads(office, submission)
    return _at(Stage.VALIDATING, partial(_validate, unreachable), office, submission_id)


def certify_offer(office: Office, submission_id: str) -> bool:
    """Phase 2: hold the frozen copy and its publisher against the policies, and keep the report."""
    return _at(Stage.CERTIFYING, _certify, office, submission_id)


def build_preview(office: Office, submission_id: str) -> bool:
    """Phase 3: show the frozen copy to the preview audience; the publisher decides what comes next."""
    return _at(Stage.BUILDING_PREVIEW, _build_preview, office, submission_id)


def make_live(office: Office, submission_id: str) -> bool:
    """Phase 5: put what was signed off on sale."""
    return _at(Stage.PUBLISHING, _make_live, office, submission_id)


def finish_stop(office: Office, submission_id: str) -> bool:
    """Say that an offer is off sale everywhere."""
    _take_time()
    with office.writing(PLATFORM) as call:
        call.authorized = True
        submission = submission_store.find_submission(call.connection, submission_id)
        offer = store.find(call.connection, submission.publisher_id, submission.offer_id) if submission else None
        stage = after(offer.stage, Event.STOPPED) if offer else None
        if offer is not None and stage is not None:
            store.put(call.connection, replace(offer, stage=stage))
            remember(call, offer, "Distribution stopped")
            call.record(_stage_event(_publisher(call, offer), offer, submission_id, stage))
    return False


WORKFLOWS = (
    Workflow(
        "publish",
        OFFER_SUBMITTED,
        "submission_id",
        (Step("validate", validate), Step("certify", certify_offer), Step("build-preview", build_preview)),
    ),
    Workflow("reviewed", OFFER_REVIEWED, "submission_id", (Step("build-preview", build_preview),)),
    Workflow("go-live", OFFER_SIGNED_OFF, "submission_id", (Step("make-live", make_live),)),
    Workflow("stop-selling", OFFER_STOP_REQUESTED, "submission_id", (Step("finish-stop", finish_stop),)),
)
"""What a process with a worker runs; each is started by the log entry a publisher's decision wrote."""


def run_preview(office: Office, submission_id: str) -> None:
    """Bring a submission to preview, from wherever it stands."""
    run("publish", office, submission_id)


def run_live(office: Office, submission_id: str) -> None:
    """Bring a submission that was signed off to live, from wherever it stands."""
    run("go-live", office, submission_id)


def run(name: str, office: Office, submission_id: str) -> None:
    """Run a workflow's steps in order until one says not to go on; for tests and for offices without a worker."""
    workflow = next(workflow for workflow in WORKFLOWS if workflow.name == name)
    for step in workflow.steps:
        if not step.act(office, submission_id):
            return


def _at(stage: Stage, work: Work, office: Office, submission_id: str) -> bool:
    """Do `work` when the submission stands at `stage`; return whether the next step has something to do."""
    with office.reading(PLATFORM) as call:
        call.authorized = True
        waiting = submission_store.find_submission(call.connection, submission_id)
    if waiting is None or waiting.stage is not stage:
        return _is_past(waiting, stage)
    _take_time()
    with office.writing(PLATFORM) as call:
        call.authorized = True
        call.hold(f"offer:{waiting.publisher_id}.{waiting.offer_id}")
        submission = submission_store.find_submission(call.connection, submission_id)
        if submission is None or submission.stage is not stage:
            return _is_past(submission, stage)
        offer = store.find(call.connection, submission.publisher_id, submission.offer_id)
        assert offer is not None  # an offer with submissions is not deleted
        return work(call, _publisher(call, offer), offer, submission)


def _is_past(submission: Submission | None, stage: Stage) -> bool:
    if submission is None or submission.stage not in _ORDER:
        return False
    return _ORDER.index(submission.stage) > _ORDER.index(stage)


def _take_time() -> None:
    if settings.current().phase_seconds > 0:
        time.sleep(settings.current().phase_seconds)


def _validate(
    unreachable: list[Finding], call: Call, publisher: Publisher, offer: OfferRecord, submission: Submission
) -> bool:
    found = check_content(call, publisher.id, offer.id, submission.content)
    faults = [*(fault for fault in errors_of(found) if not is_policy(fault)), *unreachable]
    return _step(call, publisher, offer, submission, Event.VALIDATED, faults)


def _certify(call: Call, publisher: Publisher, offer: OfferRecord, submission: Submission) -> bool:
    if awaits_review(submission):
        return False
    found = check_content(call, publisher.id, offer.id, submission.content)
    found += check_licences(offer_of(submission.content.document, built_in_roles), partial(_licensed, call))
    report = certify(publisher, found, call.now)
    as_json: dict[str, Any] = encoding.decode(encoding.encode(report))
    submission = replace(submission, report=as_json)
    faults = errors_of(report.items)
    assert bool(faults) == (report.outcome is Outcome.FAILED)
    if not faults and settings.current().human_review:
        waiting = put_on_desk(call, submission)
        remember(call, offer, "certifying: waiting for the reviewer")
        call.record(_stage_event(publisher, offer, waiting.id, waiting.stage))
        return False
    return _step(call, publisher, offer, submission, Event.CERTIFIED, faults)


def _licensed(call: Call, tenant_id: str) -> bool:
    """Return whether a tenant holds a licence for activating roles; of a tenant nobody knows here nothing is asked."""
    tenant = directory.find_tenant(call, tenant_id)
    return tenant is None or bool(tenant.licenses)


def _build_preview(call: Call, publisher: Publisher, offer: OfferRecord, submission: Submission) -> bool:
    plans = plans_of(publisher, submission.content, built_in_roles, preview=True, at=call.now)
    shelf.fill_preview(call.connection, publisher.id, offer.id, plans)
    store.put_environment(call.connection, submission, Environment.PREVIEW, submission.content, call.now)
    return _step(call, publisher, offer, submission, Event.PREVIEW_BUILT, [])


def _make_live(call: Call, publisher: Publisher, offer: OfferRecord, submission: Submission) -> bool:
    shown = store.environment_of(call.connection, offer, Environment.PREVIEW)
    content = shown[0] if shown and shown[1] == submission.id else submission.content  # audiences may be newer there
    plans = plans_of(publisher, content, built_in_roles, preview=False, at=call.now)
    shelf.fill_live(call.connection, publisher.id, offer.id, plans)
    store.put_environment(call.connection, submission, Environment.LIVE, content, call.now)
    offer = replace(offer, was_live=True, on_sale=True, deprecation=None)
    for plan in plans:
        call.record(
            offer_event(
                "PlanPublished", publisher, offer.id, "plans/publish/action", plan_id=plan.plan_id, version=plan.version
            )
        )
    return _step(call, publisher, offer, submission, Event.PUBLISHED, [])


def _step(
    call: Call, publisher: Publisher, offer: OfferRecord, submission: Submission, done: Event, faults: list[Finding]
) -> bool:
    """Move on with `done`, or with a failure that names every fault; write history and log."""
    event = Event.FAIL if faults else done
    name = submission.stage.value
    messages = [f"{fault.code}: {fault.message} ({fault.target})" for fault in faults]
    offer, submission = move(call, offer, submission, event, messages)
    remember(call, offer, f"{name}: {'failed' if faults else 'complete'}", "; ".join(messages))
    call.record(_stage_event(publisher, offer, submission.id, submission.stage))
    return not faults


def _stage_event(publisher: Publisher, offer: OfferRecord, submission_id: str, stage: Stage) -> Any:
    return offer_event(
        "OfferStageChanged", publisher, offer.id, "stage/write", submission_id=submission_id, stage=str(stage)
    )


def _publisher(call: Call, offer: OfferRecord) -> Publisher:
    publisher = account_store.find(call.connection, offer.publisher_id)
    assert publisher is not None  # the account of an offer is not deleted
    return publisher
