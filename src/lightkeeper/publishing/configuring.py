"""The declarative way to change an offer: a configure job accepts resources, and a durable step makes them so.

All changes of a job are one transaction: either every resource is stored or none, and the failing one is named. A
submission among them is started in the same transaction; the job ends when that submission has arrived.
"""

import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import structlog

from lightkeeper.kernel import encoding, ids
from lightkeeper.kernel.call import PLATFORM, Call, Caller, CallerKind
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Forbidden, Invalid, NotFound, Problem, Unavailable
from lightkeeper.kernel.workflows import Step, Workflow
from lightkeeper.publishing import account_store, drafts, jobs, members, settings, store, submission_store
from lightkeeper.publishing.account import MemberRole, Publisher
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.applying import Changes, gather
from lightkeeper.publishing.events import CONFIGURE_ACCEPTED
from lightkeeper.publishing.jobs import Job, JobResult, JobStatus
from lightkeeper.publishing.lifecycle import Phase, Stage
from lightkeeper.publishing.model import OfferRecord, StepState, Submission

MOST_RESOURCES = 2000

_log = structlog.get_logger("lightkeeper.ingestion")


def publisher_for(call: Call, wanted: str = "") -> Publisher:
    """Return the account a client of the API works for: the one it names, or the only one it may edit offers of."""
    call.authorized = True
    if wanted:
        return _require(call, wanted, Action.EDIT_OFFERS)
    own = account_store.all_of(call.connection, None if call.caller.unrestricted else call.caller.object_id)
    if not own:
        raise Forbidden("forbidden", f"'{call.caller.name}' belongs to no publisher's account.")
    if len(own) > 1:
        names = ", ".join(one.id for one in own)
        raise Invalid("invalidRequest", f"You belong to several accounts. Name one with ?publisher=: {names}.")
    return _require(call, own[0].id, Action.EDIT_OFFERS)


def accounts_of(call: Call, wanted: str = "") -> list[Publisher]:
    """Return the accounts whose products the caller may read with the API, or the one that is named, if it is one."""
    call.authorized = True
    own = account_store.all_of(call.connection, None if call.caller.unrestricted else call.caller.object_id)
    return [_require(call, one.id, Action.READ) for one in own if wanted in ("", one.id)]


def _require(call: Call, publisher_id: str, action: Action) -> Publisher:
    """Return the account as `members.require` does; a program works with this API only as its manager (section 1.3)."""
    publisher = members.require(call, publisher_id, action)
    if call.caller.kind is CallerKind.APPLICATION and publisher.role_of(call.caller.object_id) is MemberRole.DEVELOPER:
        raise Forbidden(
            "forbidden",
            f"'{call.caller.name}' is a developer of publisher '{publisher.id}'. A program needs the role manager to use "
            "this API.",
        )
    return publisher


def find_product(call: Call, guid: str) -> tuple[Publisher, OfferRecord]:
    """Return the offer of a product id among those of the caller's accounts; raise `NotFound`."""
    call.authorized = True
    offer = store.find_product(call.connection, guid)
    publisher = account_store.find(call.connection, offer.publisher_id) if offer else None
    if offer is None or publisher is None or not members.is_member(call, publisher):
        raise NotFound("resourceNotFound", f"There is no product '{guid[:60]}'.")
    _require(call, publisher.id, Action.READ)
    return publisher, drafts.find_or_refuse(call, publisher, offer.id)


def configure(call: Call, resources: Sequence[Mapping[str, Any]], publisher_id: str = "") -> Job:
    """Accept a job; what is wrong with its resources is told by the job, not here."""
    publisher = publisher_for(call, publisher_id)
    if not 1 <= len(resources) <= MOST_RESOURCES:
        raise Invalid("collectionLimitExceeded", f"Send 1 to {MOST_RESOURCES} resources.", target="resources")
    asked_by: dict[str, Any] = encoding.decode(encoding.encode(call.caller))
    job = Job(ids.new_guid(), publisher.id, asked_by, [dict(one) for one in resources], call.now)
    jobs.add(call.connection, job)
    body = {"job_id": job.id, "publisher_id": publisher.id}
    operation = "Lightkeeper.Publishing/publishers/configure/action"
    call.record(Event(CONFIGURE_ACCEPTED, operation, publisher.tenant_id, body=body))
    return job


def get_job(call: Call, job_id: str) -> Job:
    """Return a job of one of the caller's accounts as it stands, its submission's progress included; raise `NotFound`."""
    call.authorized = True
    job = jobs.find(call.connection, job_id)
    publisher = account_store.find(call.connection, job.publisher_id) if job else None
    if job is None or publisher is None or not members.is_member(call, publisher):
        raise NotFound("resourceNotFound", f"There is no job '{job_id[:60]}'.")
    _require(call, job.publisher_id, Action.READ)
    return _as_it_stands(call, job)


def cancel_job(call: Call, job_id: str) -> Job:
    """Cancel a job that has not begun; raise `Invalid` (badRequest) afterwards: what it did stays."""
    call.authorized = True
    call.hold(f"job:{job_id}")
    job = get_job(call, job_id)
    _require(call, job.publisher_id, Action.EDIT_OFFERS)
    if job.status is not JobStatus.NOT_STARTED:
        raise Invalid("badRequest", f"The job is {job.status} and cannot be canceled any more.")
    job = _canceled(job, f"Canceled by {call.caller.name}.", call.now)
    jobs.put(call.connection, job)
    body = {"job_id": job.id, "publisher_id": job.publisher_id}
    call.record(Event("ConfigureCanceled", "Lightkeeper.Publishing/publishers/configure/delete", body=body))
    return job


_ARRIVES_WITH = {"preview": Phase.PREVIEW, "live": Phase.PUBLISH}


def _as_it_stands(call: Call, job: Job) -> Job:
    """Return a running job completed when its submission has arrived, or will never.

    Having arrived is for ever: what becomes of a preview later is not this job's affair.
    """
    if job.status is not JobStatus.RUNNING:
        return job
    submission = submission_store.find_submission(call.connection, job.submission_id or "")
    if submission is None:
        return _canceled(job, "The product was deleted.", job.started_at)
    last = next(step for step in submission.steps if step.phase == _ARRIVES_WITH[job.target])
    if last.state is StepState.COMPLETE:
        return replace(job, status=JobStatus.COMPLETED, result=JobResult.SUCCEEDED, ended_at=last.ended_at)
    ended = submission.ended_at
    if submission.stage is Stage.ATTENTION_NEEDED:
        errors = _reasons(submission)
        return replace(job, status=JobStatus.COMPLETED, result=JobResult.FAILED, errors=errors, ended_at=ended)
    return _canceled(job, "The submission was canceled.", ended) if ended is not None else job


def _canceled(job: Job, message: str, at: datetime) -> Job:
    error = {"code": "operationCanceled", "message": message, "resourceId": "", "details": []}
    return replace(job, status=JobStatus.COMPLETED, result=JobResult.CANCELLED, errors=[error], ended_at=at)


def _reasons(submission: Submission) -> list[dict[str, Any]]:
    items = (submission.report or {}).get("items") or []
    details = [
        {"code": one["code"], "message": one["message"], "resourceId": "", "target": one["target"]}
        for one in items
        if one["severity"] == "error"
    ]
    told = [text for step in submission.steps if step.state.value == "rejected" for text in step.messages]
    message = "; ".join(told)[:2000] or "The submission failed."
    return [{"code": "businessValidationError", "message": message, "resourceId": "", "details": details}]


def run_job(office: Office, job_id: str) -> bool:
    """Make the resources of a job so, in one transaction; a job that was begun or canceled is left alone."""
    with office.reading(PLATFORM) as call:
        call.authorized = True
        waiting = jobs.find(call.connection, job_id)
    if waiting is None or waiting.status is not JobStatus.NOT_STARTED:
        return False
    if settings.current().phase_seconds > 0:
        time.sleep(settings.current().phase_seconds)
    caller = msgspec.convert(waiting.asked_by, Caller)
    at = [""]
    try:
        with office.writing(caller) as call:
            call.authorized = True
            call.hold(f"job:{job_id}")
            job = jobs.find(call.connection, job_id)
            if job is None or job.status is not JobStatus.NOT_STARTED:
                return False
            publisher = _require(call, job.publisher_id, Action.EDIT_OFFERS)
            changes = _make(call, publisher, job, at)
            done = replace(job, results=changes.results)
            if changes.submission_id:
                done = replace(
                    done, status=JobStatus.RUNNING, submission_id=changes.submission_id, target=changes.target
                )
            else:
                done = replace(done, status=JobStatus.COMPLETED, result=JobResult.SUCCEEDED, ended_at=call.now)
            jobs.put(call.connection, done)
    except Unavailable:
        raise
    except Problem as problem:
        _fail(office, job_id, problem, at[0])
    except (TypeError, ValueError, AttributeError, KeyError) as fault:  # a form our own checks did not think of
        _log.exception("a resource could not be read", job=job_id, resource=at[0])
        _fail(
            office,
            job_id,
            Invalid("schemaValidationError", f"This resource cannot be read: {type(fault).__name__}."),
            at[0],
        )
    return False


def _make(call: Call, publisher: Publisher, job: Job, at: list[str]) -> Changes:
    changes = Changes(call, publisher, deepcopy(job.resources), at)
    gather(changes)
    return changes


def _fail(office: Office, job_id: str, problem: Problem, resource_id: str) -> None:
    with office.writing(PLATFORM) as call:
        call.authorized = True
        job = jobs.find(call.connection, job_id)
        if job is None or job.status is not JobStatus.NOT_STARTED:
            return
        error = {
            "code": _code(problem),
            "message": problem.message,
            "resourceId": resource_id,
            "details": [_detail(finding, resource_id) for finding in problem.details],
        }
        failed = replace(job, status=JobStatus.COMPLETED, result=JobResult.FAILED, errors=[error], ended_at=call.now)
        jobs.put(call.connection, failed)


ERROR_CODES = frozenset({
    "businessValidationError", "collectionLimitExceeded", "invalidId", "invalidEntityStatus", "invalidRequest",
    "invalidResource", "invalidState", "notDeployed", "notSupported", "operationCanceled", "productLocked",
    "resourceNotFound", "schemaValidationError",
})  # fmt: skip
"""The thirteen codes of the API; any other refusal is an invalid request there."""


def _code(problem: Problem) -> str:
    return problem.code if problem.code in ERROR_CODES else "invalidRequest"


def _detail(finding: Finding, resource_id: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "message": f"{finding.message} {finding.remedy}".strip(),
        "target": finding.target,
        "resourceId": resource_id,
    }


WORKFLOWS = (Workflow("configure", CONFIGURE_ACCEPTED, "job_id", (Step("configure", run_job),)),)
