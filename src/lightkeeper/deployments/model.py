"""What a deployment is: a template that was accepted, how far it has come, and what each of its resources answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How far a deployment, or one operation of it, has come."""

    ACCEPTED = "Accepted"  # checked and stored; the runner will take it up
    RUNNING = "Running"  # the runner is at it
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"  # somebody asked to stop; what was deployed stays

    @property
    def terminal(self) -> bool:
        """Return whether nothing will happen any more."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELED)


class Mode(StrEnum):
    """What happens to resources that the template does not name."""

    INCREMENTAL = "Incremental"  # they stay
    COMPLETE = "Complete"  # they are deleted; only in a resource group


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment with everything needed to run it again from any point.

    `key` is the lower-case id, with the tenant in front for scopes above subscriptions. `run_id` is new each time a name is
    used again, so that a late step of an earlier run never touches a later one. `values` holds every parameter's value,
    secure ones too, and is emptied when the run has ended.
    """

    key: str
    id: str
    run_id: str
    name: str
    scope: str
    tenant_id: str
    subscription_id: str | None
    location: str
    mode: Mode
    state: State
    template: Mapping[str, Any]
    template_hash: str
    values: Mapping[str, Any]
    parameters: Mapping[str, Any]  # as shown: without secure values
    surroundings: Mapping[str, Any]
    caller: Mapping[str, Any]
    correlation_id: str
    accepted_at: datetime
    changed_at: datetime
    parent_run_id: str | None = None
    outputs: Mapping[str, Any] | None = None
    output_resources: tuple[str, ...] = ()
    providers: tuple[Mapping[str, Any], ...] = ()
    dependencies: tuple[Mapping[str, Any], ...] = ()
    error: Mapping[str, Any] | None = None
    tags: Mapping[str, Any] | None = None
    debug: str | None = None
    template_link: Mapping[str, Any] | None = None
    places: Mapping[str, Any] | None = None  # what `places` noted of the text that was sent
    on_error: Mapping[str, Any] | None = None  # which deployment is repeated when this one fails, and how that ended


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """What became of one resource of a run.

    `document` is what the provider answered, the source of `reference()` afterwards; `error` the problem's document.
    """

    run_id: str
    operation_id: str
    provisioning: str  # Create, Read, EvaluateDeploymentOutput, ...
    state: State
    resource_id: str
    resource_type: str
    resource_name: str
    status_code: str
    at: datetime
    took: float  # seconds
    document: Any = None
    error: Mapping[str, Any] | None = None
