"""Running an accepted deployment: one step per resource, each in its own transaction, as the one who asked.

A step stores what became of its resource together with the resource itself. A run that is cut off anywhere is run again
from the start: it skips what is stored and goes on; the template, the parameters and the facts about the scope were kept
when it was accepted, so that it means the same. A resource that fails stops those that wait for it; the others are
deployed, and the deployment then says what failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from lightkeeper.deployments import accepting, projection, refusals, service, store, whereabouts, writing
from lightkeeper.deployments.bodies import deploy_body, outputs_of
from lightkeeper.deployments.completing import left_over
from lightkeeper.deployments.faults import LanguageFault, TemplateFault
from lightkeeper.deployments.model import Deployment, Mode, OperationRecord, State
from lightkeeper.deployments.names import ended
from lightkeeper.deployments.planning import Planned
from lightkeeper.deployments.preparing import Prepared, prepare
from lightkeeper.deployments.present import Present
from lightkeeper.deployments.refusals import document_of, problem_of, status_word
from lightkeeper.deployments.seams import Refused, Seams, installed
from lightkeeper.deployments.template import nowhere
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Caller
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, Problem, Unavailable

_RECORDS = "the runner writes down what became of a step that its own caller was authorized for"
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Run:
    """One run in this process: what was accepted, and what is known of its resources so far."""

    office: Office
    seams: Seams
    deployment: Deployment
    caller: Caller
    prepared: Prepared
    documents: dict[str, Any] = field(default_factory=dict)  # by resource key
    failed: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # resource key -> error
    said: dict[str, Any] = field(default_factory=dict)  # resource key -> the body last put
    blocked: set[str] = field(default_factory=set)


def run_deployment(office: Office, run_id: str) -> None:
    """Deploy what was accepted under `run_id` to the end; quiet when there is nothing (left) to do.

    Raises only when the database cannot be used; the same call again then goes on where it stopped.
    """
    run = _begin(office, run_id)
    if run is None:
        return
    try:
        _carry_out(run)
    except (DBAPIError, Unavailable):
        raise
    except Exception:
        _log.exception("deployment_failed", deployment=run.deployment.id, correlation_id=run.deployment.correlation_id)
        _close(office, run.deployment, State.FAILED, error=_our_fault(run))


def _carry_out(run: _Run) -> None:
    for planned in run.prepared.plan.in_order():
        if not planned.deploys or planned.key in run.documents or planned.key in run.failed:
            continue
        if any(key in run.failed or key in run.blocked for key in planned.depends_on):
            run.blocked.add(planned.key)
            continue
        if not _still_wanted(run.office, run.deployment.run_id):
            return
        _step(run, planned)
    if run.deployment.mode is Mode.COMPLETE and not run.failed:
        _remove_the_rest(run)
    _finish(run)


def _our_fault(run: _Run) -> dict[str, Any]:
    correlation_id = run.deployment.correlation_id
    return {
        "code": "InternalServerError",
        "message": f"The server met an unexpected condition. Report the correlation id '{correlation_id}'.",
    }


def _begin(office: Office, run_id: str) -> _Run | None:
    seams = installed()
    with office.writing(PLATFORM) as call:
        call.open_to_all(_RECORDS)
        deployment = store.find_run(call, run_id)
        if deployment is None or deployment.state.terminal:
            return None
        if deployment.state is State.ACCEPTED:
            store.change(call, run_id, state=State.RUNNING)
        records = store.operations_of(call, run_id)
    try:
        prepared = prepare(
            deployment.template,
            deployment.values,
            whereabouts.restored(deployment.surroundings),
            name=deployment.name,
            location=deployment.location,
            mode=deployment.mode,
            now=deployment.accepted_at,
            library=seams.library,
        )
    except TemplateFault as fault:
        # It was right when it was accepted: only another version of this program can see it otherwise.
        _close(office, deployment, State.FAILED, error=document_of(problem_of(fault, nowhere)))
        return None
    run = _Run(office, seams, deployment, whereabouts.restored_caller(deployment.caller), prepared)
    for record in records:
        if record.state is State.SUCCEEDED:
            run.documents[record.resource_id.lower()] = record.document
        elif record.state is State.FAILED:
            run.failed[record.resource_id.lower()] = record.error or {}
    return run


def _still_wanted(office: Office, run_id: str) -> bool:
    with office.reading(PLATFORM) as call:
        call.open_to_all(_RECORDS)
        found = store.find_run(call, run_id)
    return found is not None and not found.state.terminal


def _step(run: _Run, planned: Planned) -> None:
    """Deploy one resource and write down what became of it."""
    began = run.office.clock.now()
    try:
        run.documents[planned.key] = _nested(run, planned, began) if planned.nested else _write(run, planned, began)
        return
    except _NestedFailed as failure:
        word, error = "Conflict", failure.error
    except (LanguageFault, TemplateFault) as fault:
        word, error = "BadRequest", document_of(_language_problem(run, planned, fault))
    except Problem as problem:
        if isinstance(problem, Unavailable):
            raise
        word, error = status_word(problem), document_of(problem)
        run.seams.refused(
            Refused(
                run.caller,
                run.deployment.correlation_id,
                planned.id,
                planned.api_version,
                run.said.get(planned.key),
                problem,
            )
        )
    except DBAPIError:
        raise
    except Exception:
        _log.exception("deployment_step_failed", resource=planned.id, correlation_id=run.deployment.correlation_id)
        word, error = "InternalServerError", _our_fault(run)
    run.failed[planned.key] = error
    with run.office.writing(PLATFORM, correlation_id=run.deployment.correlation_id) as call:
        call.open_to_all(_RECORDS)
        store.put_operation(call, _record(run, planned, State.FAILED, word, began, call.now, error=error))


def _write(run: _Run, planned: Planned, began: datetime) -> Any:
    """Put one resource through its writer, in one transaction with the record of it."""
    with run.office.writing(run.caller, correlation_id=run.deployment.correlation_id) as call:
        body = deploy_body(run.prepared.names, planned, Present(call, run.seams, run.prepared, run.documents))
        run.said[planned.key] = body
        document = writing.put(call, run.seams, planned, body)
        store.put_operation(call, _record(run, planned, State.SUCCEEDED, "OK", began, call.now, document=document))
    return document


class _NestedFailed(Exception):
    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__("a nested deployment failed")
        self.error = error


def _nested(run: _Run, planned: Planned, began: datetime) -> Any:
    """Accept the nested deployment unless that is done, run it to its end, and write down how it ended."""
    with run.office.writing(run.caller, correlation_id=run.deployment.correlation_id) as call:
        runtime = Present(call, run.seams, run.prepared, run.documents)
        surroundings, asked = writing.nested(call, run.seams, run.prepared.names, planned, runtime)
        key = service.key_of(surroundings.tenant["tenantId"], planned.id)
        child = store.find(call, key)
        if child is None or child.parent_run_id != run.deployment.run_id:
            checked = accepting.check(call, run.seams, surroundings, planned.name, asked, nested=True)
            child, _ = service.accept(call, planned.name, asked, checked, parent_run_id=run.deployment.run_id)
    run_deployment(run.office, child.run_id)
    with run.office.writing(PLATFORM, correlation_id=run.deployment.correlation_id) as call:
        call.open_to_all(_RECORDS)
        done = store.find_run(call, child.run_id)
        if done is None or done.state is not State.SUCCEEDED:
            raise _NestedFailed(
                done.error
                if done is not None and done.error
                else {"code": "DeploymentCanceled", "message": "The nested deployment was canceled."}
            )
        document = projection.document_of(done)
        store.put_operation(call, _record(run, planned, State.SUCCEEDED, "OK", began, call.now, document=document))
    return document


def _remove_the_rest(run: _Run) -> None:
    """In complete mode, delete what the group holds and the template does not deploy."""
    wanted = {one.key for one in run.prepared.plan.in_order() if one.existing}
    for key, document in run.documents.items():
        wanted |= {key, *(one.lower() for one in _below(document))}
    with run.office.reading(run.caller) as call:
        call.open_to_all("each delete is authorized by itself")
        extra = left_over(run.seams.listed(call, run.deployment.scope), wanted)
    for resource_id in extra:
        began = run.office.clock.now()
        record = OperationRecord(
            run.deployment.run_id, operation_id(run.deployment.run_id, f"delete {resource_id.lower()}"), "Delete",
            State.SUCCEEDED, resource_id, "", resource_id.rpartition("/")[2], "OK", began, 0.0,
        )  # fmt: skip
        try:
            with run.office.writing(run.caller, correlation_id=run.deployment.correlation_id) as call:
                run.seams.delete(call, resource_id)
                store.put_operation(call, record)
        except Problem as problem:
            run.failed[resource_id.lower()] = document_of(problem)
            with run.office.writing(PLATFORM, correlation_id=run.deployment.correlation_id) as call:
                call.open_to_all(_RECORDS)
                store.put_operation(
                    call,
                    replace(record, state=State.FAILED, status_code=status_word(problem), error=document_of(problem)),
                )


def _finish(run: _Run) -> None:
    """Evaluate the outputs and close the run."""
    deployment = run.deployment
    by_key = run.prepared.plan.resources
    deployed = tuple(by_key[key].id for key in run.documents if key in by_key and not by_key[key].nested)
    if run.failed:
        failed = [(by_key[key].id if key in by_key else key, error) for key, error in run.failed.items()]
        _close(run.office, deployment, State.FAILED, error=refusals.failure(deployment.id, failed), deployed=deployed)
        return
    began = run.office.clock.now()
    try:
        with run.office.writing(run.caller, correlation_id=deployment.correlation_id) as call:
            call.open_to_all("the outputs of a deployment are evaluated for whoever deployed it")
            outputs, faults = outputs_of(run.prepared.names, Present(call, run.seams, run.prepared, run.documents))
    except Problem as problem:
        outputs, faults = {}, dict.fromkeys(run.prepared.template.outputs, problem.message)
    error = refusals.outputs_failure(faults) if faults else None
    record = OperationRecord(
        deployment.run_id, operation_id(deployment.run_id, "outputs"), "EvaluateDeploymentOutput",
        State.FAILED if faults else State.SUCCEEDED, "", "", "", "BadRequest" if faults else "OK",
        began, 0.0, error=error,
    )  # fmt: skip
    with run.office.writing(PLATFORM, correlation_id=deployment.correlation_id) as call:
        call.open_to_all(_RECORDS)
        store.put_operation(call, record)
    nested = tuple(
        one for key in run.documents if key in by_key and by_key[key].nested for one in _below(run.documents[key])
    )
    _close(
        run.office,
        deployment,
        State.FAILED if faults else State.SUCCEEDED,
        error=error,
        outputs=outputs,
        deployed=deployed + nested,
    )


def _below(document: Mapping[str, Any]) -> list[str]:
    return [str(one["id"]) for one in (document.get("properties") or {}).get("outputResources") or []]


def _close(
    office: Office,
    deployment: Deployment,
    state: State,
    *,
    error: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    deployed: tuple[str, ...] = (),
) -> None:
    with office.writing(PLATFORM, correlation_id=deployment.correlation_id) as call:
        call.open_to_all(_RECORDS)
        found = store.find_run(call, deployment.run_id)
        if found is None or found.state.terminal:
            return
        store.change(
            call,
            deployment.run_id,
            state=state,
            error=error,
            outputs=outputs,
            output_resources=list(deployed),
            values={},
        )
        call.record(service.ended(deployment, state))


def operation_id(run_id: str, what: str) -> str:
    """Return the id of an operation: the same each time the run is taken up again."""
    return ids.named("deployment operation", f"{run_id} {what}").replace("-", "").upper()[:16]


def _record(
    run: _Run,
    planned: Planned,
    state: State,
    word: str,
    began: datetime,
    now: datetime,
    *,
    document: Any = None,
    error: Mapping[str, Any] | None = None,
) -> OperationRecord:
    return OperationRecord(
        run_id=run.deployment.run_id,
        operation_id=operation_id(run.deployment.run_id, planned.key),
        provisioning="Create",
        state=state,
        resource_id=planned.id,
        resource_type=planned.type,
        resource_name=planned.name,
        status_code=word,
        at=now,
        took=max(0.0, (run.office.clock.now() - began).total_seconds()),
        document=document,
        error=error,
    )


def _language_problem(run: _Run, planned: Planned, fault: LanguageFault | TemplateFault) -> Invalid:
    where = run.prepared.template.where(planned.declared.path)
    message = (
        f"Unable to process template language expressions for resource '{planned.id}' {where}. '{ended(fault.message)}'"
    )
    return problem_of(TemplateFault(message, fault.path or planned.declared.path), nowhere)


def _act(office: Office, run_id: str) -> bool:
    run_deployment(office, run_id)
    return False


STARTED_BY = "DeploymentAccepted"
"""The kind of log entry that starts a run; its body names the run under `deployment_id`."""

STEPS = (("run", _act),)
"""The durable work: one step, which keeps its own account of every resource and can be repeated from anywhere."""
