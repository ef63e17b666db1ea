"""The end of a run: what complete mode removes, the outputs, and how the deployment is closed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments import falling_back, refusals, store
from lightkeeper.deployments.bodies import outputs_of
from lightkeeper.deployments.completing import left_over
from lightkeeper.deployments.model import OperationRecord, State
from lightkeeper.deployments.refusals import document_of, status_word
from lightkeeper.deployments.run import RECORDS, Run, close, operation_id
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.problems import Problem, Unavailable


def remove_the_rest(run: Run) -> None:
    """In complete mode, delete what the group holds and the template does not deploy."""
    wanted = {one.key for one in run.prepared.plan.in_order() if one.existing}
    for key, document in run.documents.items():
        wanted |= {key, *(one.lower() for one in below(document))}
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
                run.seams.insist_on_account(call)
                run.seams.delete(call, resource_id)
                store.put_operation(call, record)
        except Unavailable:
            raise
        except Problem as problem:
            run.failed[resource_id.lower()] = document_of(problem)
            with run.office.writing(PLATFORM, correlation_id=run.deployment.correlation_id) as call:
                call.open_to_all(RECORDS)
                store.put_operation(
                    call,
                    replace(record, state=State.FAILED, status_code=status_word(problem), error=document_of(problem)),
                )


def finish(run: Run) -> None:
    """Evaluate the outputs and close the run."""
    deployment = run.deployment
    by_key = run.prepared.plan.resources
    deployed = tuple(by_key[key].id for key in run.documents if key in by_key and not by_key[key].nested)
    if run.failed:
        failed = [(by_key[key].id if key in by_key else key, error) for key, error in run.failed.items()]
        _fail(run, refusals.failure(deployment.id, failed), deployed)
        return
    began = run.office.clock.now()
    with run.office.writing(run.caller, correlation_id=deployment.correlation_id) as call:
        call.open_to_all("the outputs of a deployment are evaluated for whoever deployed it")
        outputs, faults = outputs_of(run.prepared.names, run.runtime(call))
    error = refusals.outputs_failure(faults, run.prepared.template.placer) if faults else None
    record = OperationRecord(
        deployment.run_id, operation_id(deployment.run_id, "outputs"), "EvaluateDeploymentOutput",
        State.FAILED if faults else State.SUCCEEDED, "", "", "", "BadRequest" if faults else "OK",
        began, 0.0, error=error,
    )  # fmt: skip
    with run.office.writing(PLATFORM, correlation_id=deployment.correlation_id) as call:
        call.open_to_all(RECORDS)
        store.put_operation(call, record)
    nested = tuple(
        one for key in run.documents if key in by_key and by_key[key].nested for one in below(run.documents[key])
    )
    if error is not None:
        _fail(run, error, deployed + nested, outputs)
    else:
        close(run.office, deployment, State.SUCCEEDED, outputs=outputs, deployed=deployed + nested)


def _fail(
    run: Run, error: Mapping[str, Any], deployed: tuple[str, ...], outputs: Mapping[str, Any] | None = None
) -> None:
    """Close a run as failed, after the deployment it falls back to has been repeated."""
    fallback = falling_back.fall_back(run) if run.deployment.on_error else None
    close(
        run.office,
        run.deployment,
        State.FAILED,
        error=error,
        outputs=outputs,
        deployed=deployed,
        on_error=fallback,
    )


def below(document: Mapping[str, Any]) -> list[str]:
    """Return the ids that a nested deployment deployed."""
    return [str(one["id"]) for one in (document.get("properties") or {}).get("outputResources") or []]
