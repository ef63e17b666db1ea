"""Keeping deployments: taking one in for the runner, in place of an earlier one of its name, within the history's limit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments import actions, places, records, store
from lightkeeper.deployments.accepting import Checked
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.model import Deployment
from lightkeeper.deployments.seams import installed
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict

MOST_KEPT, KEPT_AFTER_CLEANUP = 775, 750
"""At how many deployments of one scope the oldest are deleted, and how many then stay (public page "deployment history")."""

MOST_LOCATIONS = 10
"""Different locations of the deployments of one scope above resource groups (public template limits)."""

QUOTA = 800
"""More deployments than these a scope never has; reached where a lock keeps the old ones."""


def accept(
    call: Call,
    name: str,
    asked: Asked,
    checked: Checked,
    *,
    parent_run_id: str | None,
    on_error: Mapping[str, Any] | None = None,
) -> tuple[Deployment, bool]:
    """Store a checked deployment for the runner; its caller has been authorized by `service.create` or by the runner."""
    draft = replace(
        records.draft(call, name, asked, checked),
        parent_run_id=parent_run_id,
        on_error=on_error,
        places=places.noted(checked.prepared.template),
    )
    call.hold(f"deployment:{draft.key}")
    earlier = store.find(call, draft.key)
    if earlier is not None:
        _insist_on_replaceable(earlier, draft)
    else:
        _make_room(call, draft)
        _insist_on_few_locations(call, draft)
    store.put(call, draft)
    call.record(
        records.event(
            draft, "DeploymentAccepted" if parent_run_id is None else "NestedDeploymentAccepted", actions.WRITE
        )
    )
    return draft, earlier is None


def _insist_on_replaceable(earlier: Deployment, draft: Deployment) -> None:
    if earlier.location.lower() != draft.location.lower():
        raise Conflict(
            "InvalidDeploymentLocation",
            f"Invalid deployment location '{draft.location}'. The deployment '{draft.name}' already exists in location"
            f" '{earlier.location}'.",
        )
    if not earlier.state.terminal:
        raise Conflict(
            "DeploymentActive",
            f"The deployment with resource id '{earlier.id}' cannot be saved, because this would overwrite an existing deployment"
            " which is still active. Please see https://aka.ms/arm-deploy for usage details.",
        )


def _make_room(call: Call, draft: Deployment) -> None:
    """Delete the oldest deployments of a scope that keeps too many, unless a lock keeps them.

    Raises `Conflict` when there is no room: everything is locked, or still active.
    """
    scope = store.scope_key(draft.tenant_id, draft.scope)
    call.hold(f"deployments:{scope}")
    kept = store.count(call, scope)
    if kept < MOST_KEPT:
        return
    if not installed().is_locked(call, draft.scope):
        gone = store.oldest(call, scope, kept - KEPT_AFTER_CLEANUP)
        for old in gone:
            store.remove(call, old.key)
        kept -= len(gone)
    if kept >= QUOTA:
        raise Conflict(
            "DeploymentQuotaExceeded",
            f"Creating the deployment '{draft.name}' would exceed the quota of '{QUOTA}'. The current deployment count is"
            f" '{kept}'. Please delete some deployments before creating a new one, or see https://aka.ms/800LimitFix for"
            " information on managing deployment limits.",
        )


def _insist_on_few_locations(call: Call, draft: Deployment) -> None:
    if not draft.location:
        return  # a resource group has one
    found = store.locations(call, store.scope_key(draft.tenant_id, draft.scope)) | {draft.location}
    if len(found) > MOST_LOCATIONS:
        raise Conflict(
            "DeploymentQuotaExceeded",
            f"Creating the deployment '{draft.name}' would exceed the quota of '{MOST_LOCATIONS}' locations of deployments at this"
            " scope. Use a location that one of them has, or delete the deployments of another location.",
        )
