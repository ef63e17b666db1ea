"""One run of a deployment in this process: what was accepted, what is known of its resources, and how it is closed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lightkeeper.deployments import records, store
from lightkeeper.deployments.model import Deployment, OperationRecord, State
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.preparing import Prepared
from lightkeeper.deployments.present import Present
from lightkeeper.deployments.seams import Seams
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call, Caller
from lightkeeper.kernel.office import Office

RECORDS = "the runner writes down what became of a step that its own caller was authorized for"


@dataclass(slots=True)
class Run:
    """What was accepted, and what is known of its resources so far."""

    office: Office
    seams: Seams
    deployment: Deployment
    caller: Caller
    prepared: Prepared
    deploy: Callable[[str], None]  # runs another accepted run to its end
    documents: dict[str, Any] = field(default_factory=dict)  # by resource key
    failed: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # resource key -> error
    said: dict[str, Any] = field(default_factory=dict)  # resource key -> the body last put

    def runtime(self, call: Call) -> Present:
        """Return the resources as this run finds them now."""
        return Present(call, self.seams, self.prepared, self.documents)


def our_fault(correlation_id: str) -> dict[str, Any]:
    """Return what a deployment says when we failed, not its template."""
    return {
        "code": "InternalServerError",
        "message": f"The server met an unexpected condition. Report the correlation id '{correlation_id}'.",
    }


def still_wanted(office: Office, run_id: str) -> bool:
    """Return whether the run has neither ended nor been canceled."""
    with office.reading(PLATFORM) as call:
        call.open_to_all(RECORDS)
        state = store.state_of(call, run_id)
    return state is not None and not state.terminal


def close(
    office: Office,
    deployment: Deployment,
    state: State,
    *,
    error: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    deployed: tuple[str, ...] = (),
    on_error: Mapping[str, Any] | None = None,
) -> None:
    """End a run, unless somebody ended it before; its secure values go."""
    with office.writing(PLATFORM, correlation_id=deployment.correlation_id) as call:
        call.open_to_all(RECORDS)
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
            on_error=on_error or deployment.on_error,
        )
        call.record(records.ended(deployment, state))


def operation_id(run_id: str, what: str) -> str:
    """Return the id of an operation: the same each time the run is taken up again."""
    return ids.named("deployment operation", f"{run_id} {what}").replace("-", "").upper()[:16]


def record_of(
    run: Run,
    planned: Planned,
    state: State,
    word: str,
    began: datetime,
    now: datetime,
    *,
    document: Any = None,
    error: Mapping[str, Any] | None = None,
) -> OperationRecord:
    """Return the record of what became of a resource of a run."""
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
