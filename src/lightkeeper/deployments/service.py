"""What people do with deployments: validate, create, look, cancel, delete.

Creating only accepts; the runner (`workflow.py`) deploys, resource by resource, as the one who asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lightkeeper.deployments import accepting, actions, falling_back, keeping, records, rehearsal, store, whereabouts
from lightkeeper.deployments.accepting import Checked
from lightkeeper.deployments.asking import Asked, check_name
from lightkeeper.deployments.foreseen import Foreseen
from lightkeeper.deployments.functions.hashes import template_hash
from lightkeeper.deployments.model import Deployment, OperationRecord, State
from lightkeeper.deployments.seams import installed
from lightkeeper.deployments.values import json_of
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound

PAGE = 100


@dataclass(frozen=True, slots=True)
class Validated:
    """What a template would deploy."""

    deployment: Deployment
    resources: Sequence[str]


def validate(call: Call, scope: str, name: str, asked: Asked) -> Validated:
    """Return what the deployment would be. Raises `Invalid` for everything `create` refuses, and changes nothing."""
    call.authorize(actions.VALIDATE, records.id_of(scope, name))
    check_name(name)
    seams = installed()
    checked = accepting.check(call, seams, whereabouts.surroundings_of(call, seams, scope), name, asked)
    draft = records.draft(call, name, asked, checked)
    draft = replace(draft, state=State.SUCCEEDED, on_error=_fallback(call, name, asked, checked))
    return Validated(draft, [one.id for one in checked.writes])


def what_if(call: Call, scope: str, name: str, asked: Asked, *, whole: bool = True) -> Foreseen:
    """Return what the deployment would change, and change nothing; without `whole` only which resources.

    Raises `Invalid` for everything `create` refuses: whoever asks needs the rights the deployment would need.
    """
    call.authorize(actions.WHAT_IF, records.id_of(scope, name))
    check_name(name)
    seams = installed()
    checked = accepting.check(call, seams, whereabouts.surroundings_of(call, seams, scope), name, asked)
    return rehearsal.foresee(call, seams, checked, whole=whole)


def create(call: Call, scope: str, name: str, asked: Asked) -> tuple[Deployment, bool]:
    """Accept a deployment; return it, and whether the name is new at this scope.

    The template, its parameters, and the caller's right to every write are checked before; later faults are told by the
    deployment itself. Raises `Invalid`, `NotFound` for the scope, and `Conflict` while a deployment of the name is active
    or when it is kept in another location.
    """
    call.authorize(actions.WRITE, records.id_of(scope, name))
    check_name(name)
    seams = installed()
    checked = accepting.check(call, seams, whereabouts.surroundings_of(call, seams, scope), name, asked)
    fallback = _fallback(call, name, asked, checked)
    return keeping.accept(call, name, asked, checked, parent_run_id=None, on_error=fallback)


def _fallback(call: Call, name: str, asked: Asked, checked: Checked) -> Mapping[str, Any] | None:
    if asked.on_error is None:
        return None
    return falling_back.chosen(call, records.draft(call, name, asked, checked), asked.on_error)


def get_deployment(call: Call, scope: str, name: str) -> Deployment:
    """Return the deployment. Raises `NotFound`."""
    call.authorize(actions.READ, records.id_of(scope, name))
    return _required(call, scope, name)


def _required(call: Call, scope: str, name: str) -> Deployment:
    found = store.find(call, records.key_of(call.caller.tenant_id, records.id_of(scope, name)))
    if found is None:
        raise NotFound("DeploymentNotFound", f"Deployment '{name}' could not be found.")
    return found


def list_deployments(
    call: Call, scope: str, *, state: str | None = None, top: int | None = None, before: str | None = None
) -> tuple[list[Deployment], str | None]:
    """Return deployments of a scope by name, and where the next page begins (None at the end).

    `state` keeps those in one provisioning state; `before` is what an earlier page gave.
    """
    call.authorize(actions.READ, scope)
    size = max(1, min(top or PAGE, PAGE))
    found = store.at_scope(call, store.scope_key(call.caller.tenant_id, scope), state, size + 1, before)
    return found[:size], found[size - 1].key if len(found) > size else None


def delete_deployment(call: Call, scope: str, name: str) -> bool:
    """Forget a deployment; what it deployed stays (L68). Return whether there was one.

    Raises `Conflict` while it is active.
    """
    call.authorize(actions.DELETE, records.id_of(scope, name))
    found = store.find(call, records.key_of(call.caller.tenant_id, records.id_of(scope, name)))
    if found is None:
        return False
    if not found.state.terminal:
        raise Conflict(
            "DeploymentActiveAndUneditable",
            f"The deployment with resource id '{found.id}' cannot be deleted, because it is still active. Cancel it first.",
        )
    store.remove(call, found.key)
    call.record(records.event(found, "DeploymentDeleted", actions.DELETE))
    return True


def cancel_deployment(call: Call, scope: str, name: str) -> Deployment:
    """Stop a deployment before its next resource; what is deployed stays. Raises `Conflict` when it has ended."""
    call.authorize(actions.CANCEL, records.id_of(scope, name))
    found = _required(call, scope, name)
    call.hold(f"deployment:{found.key}")
    if found.state.terminal:
        raise Conflict(
            "DeploymentCannotBeCanceled",
            f"The deployment '{name}' cannot be canceled because it is in state '{found.state}'."
            " Only deployments in state 'Accepted' or 'Running' can be canceled.",
        )
    _cancel(call, found)
    call.record(records.event(found, "DeploymentCanceled", actions.CANCEL))
    return _required(call, scope, name)


def _cancel(call: Call, deployment: Deployment) -> None:
    store.change(call, deployment.run_id, state=State.CANCELED, values={})
    for nested in store.children(call, deployment.run_id):
        if not nested.state.terminal:
            _cancel(call, nested)


def status_of(call: Call, scope: str, name: str) -> Deployment:
    """Return the deployment for whoever may read the state of its run."""
    call.authorize(actions.READ_STATUS, records.id_of(scope, name))
    return _required(call, scope, name)


def export_template(call: Call, scope: str, name: str) -> Any:
    """Return the template that was deployed."""
    call.authorize(actions.EXPORT, records.id_of(scope, name))
    return _required(call, scope, name).template


def list_operations(call: Call, scope: str, name: str) -> tuple[Deployment, list[OperationRecord]]:
    """Return the deployment and what became of each of its resources, newest first."""
    call.authorize(actions.READ_OPERATIONS, records.id_of(scope, name))
    found = _required(call, scope, name)
    return found, store.operations_of(call, found.run_id)


def get_operation(call: Call, scope: str, name: str, operation_id: str) -> tuple[Deployment, OperationRecord]:
    """Return one operation. Raises `NotFound`."""
    deployment, records = list_operations(call, scope, name)
    found = next((one for one in records if one.operation_id.lower() == operation_id.lower()), None)
    if found is None:
        raise NotFound("DeploymentOperationNotFound", f"The deployment operation '{operation_id}' could not be found.")
    return deployment, found


def calculate_template_hash(call: Call, template: Any) -> tuple[str, str]:
    """Return the template without spaces, and its hash."""
    call.open_to_all("a hash tells nothing but what was sent")
    if not isinstance(template, dict):
        raise Invalid("InvalidRequestContent", "The request content was invalid: send the template as a JSON object.")
    return json_of(template), template_hash(template)


def on_scope_deleted(call: Call, scope_key: str) -> None:
    """Forget the deployments of a resource group that is gone (hook of the hierarchy)."""
    store.remove_below(call, scope_key.lower())
