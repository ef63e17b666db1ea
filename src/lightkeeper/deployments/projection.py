"""A deployment and its operations as documents, the way the public API shows them."""

from typing import Any

from lightkeeper.deployments.differences import PropertyChange
from lightkeeper.deployments.foreseen import Change, Foreseen
from lightkeeper.deployments.model import Deployment, OperationRecord, State
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.resource_id import child


def document_of(deployment: Deployment) -> dict[str, Any]:
    """Return the whole document of a deployment; secure values are not in it."""
    properties: dict[str, Any] = {
        "templateHash": deployment.template_hash,
        "parameters": dict(deployment.parameters),
        "mode": deployment.mode.value,
        "provisioningState": deployment.state.value,
        "timestamp": iso(deployment.changed_at),
        "duration": duration_of((deployment.changed_at - deployment.accepted_at).total_seconds()),
        "correlationId": deployment.correlation_id,
        "providers": list(deployment.providers),
        "dependencies": list(deployment.dependencies),
    }
    if deployment.debug:
        properties["debugSetting"] = {"detailLevel": deployment.debug}
    if deployment.template_link is not None:
        properties["templateLink"] = dict(deployment.template_link)
    if deployment.on_error:
        properties["onErrorDeployment"] = dict(deployment.on_error)
    if deployment.outputs is not None:
        properties["outputs"] = dict(deployment.outputs)
    if deployment.state is State.SUCCEEDED:
        properties["outputResources"] = [{"id": one} for one in deployment.output_resources]
    if deployment.error is not None:
        properties["error"] = dict(deployment.error)
    found: dict[str, Any] = {
        "id": deployment.id,
        "name": deployment.name,
        "type": "Microsoft.Resources/deployments",
        "properties": properties,
    }
    if deployment.location:
        found["location"] = deployment.location
    if deployment.tags:
        found["tags"] = dict(deployment.tags)
    return found


def operation_document(deployment: Deployment, record: OperationRecord) -> dict[str, Any]:
    """Return what became of one resource."""
    properties: dict[str, Any] = {
        "provisioningOperation": record.provisioning,
        "provisioningState": record.state.value,
        "timestamp": iso(record.at),
        "duration": duration_of(record.took),
        "trackingId": deployment.correlation_id,
        "serviceRequestId": deployment.correlation_id,
        "statusCode": record.status_code,
    }
    if record.error is not None:
        properties["statusMessage"] = {"status": "Failed", "error": dict(record.error)}
    if record.resource_id:
        properties["targetResource"] = {
            "id": record.resource_id,
            "resourceType": record.resource_type,
            "resourceName": record.resource_name,
        }
    return {
        "id": child(
            deployment.scope, "Microsoft.Resources", "deployments", deployment.name, "operations", record.operation_id
        ),
        "operationId": record.operation_id,
        "properties": properties,
    }


def duration_of(seconds: float) -> str:
    """Return an ISO 8601 duration such as `PT1M3.2183141S`."""
    hours, rest = divmod(max(0.0, seconds), 3600)
    minutes, left = divmod(rest, 60)
    written = f"{left:.7f}".rstrip("0").rstrip(".")
    return f"PT{f'{int(hours)}H' if hours >= 1 else ''}{f'{int(minutes)}M' if minutes >= 1 else ''}{written}S"


def what_if_document(foreseen: Foreseen) -> dict[str, Any]:
    """Return what a deployment would change."""
    properties: dict[str, Any] = {"changes": [_change(one) for one in foreseen.changes]}
    if foreseen.diagnostics:
        properties["diagnostics"] = [
            {"level": one.level, "code": one.code, "message": one.message, "target": one.target}
            for one in foreseen.diagnostics
        ]
    return {"status": "Succeeded", "properties": properties}


def _change(change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {"resourceId": change.id, "changeType": change.type.value}
    if change.before is not None:
        found["before"] = dict(change.before)
    if change.after is not None:
        found["after"] = dict(change.after)
    if change.why:
        found["unsupportedReason"] = change.why
    if change.delta:
        found["delta"] = [_property(one) for one in change.delta]
    return found


def _property(change: PropertyChange) -> dict[str, Any]:
    found: dict[str, Any] = {"path": change.path, "propertyChangeType": change.type.value}
    if change.children:
        return found | {"children": [_property(one) for one in change.children]}
    return found | {"before": change.before, "after": change.after}
