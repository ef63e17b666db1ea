"""`onErrorDeployment`: when a deployment fails, an earlier successful one of its group is deployed again, completely.

Which one is decided when the deployment is accepted, so that a deployment without anything to fall back to is refused
before it does harm. Secure values are not kept after a run, so a deployment that was given some cannot be repeated.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments import accepting, actions, keeping, records, store, whereabouts
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.model import Deployment, Mode, State
from lightkeeper.deployments.run import Run
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, Problem, Unavailable

LAST, NAMED = "LastSuccessful", "SpecificDeployment"


def chosen(call: Call, draft: Deployment, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown of the fallback: its type and the deployment's name. Raises `Invalid` when there is none."""
    kind, name = lookup(asked, "type"), lookup(asked, "deploymentName")
    if not isinstance(kind, str) or kind.lower() not in (LAST.lower(), NAMED.lower()):
        raise _unfit(f"The type '{kind}' is not valid: write '{LAST}' or '{NAMED}'.")
    if kind.lower() == LAST.lower():
        if name:
            raise _unfit(f"Leave 'deploymentName' out with '{LAST}'.")
        earlier = store.last_succeeded(call, store.scope_key(draft.tenant_id, draft.scope), besides=draft.key)
        if earlier is None:
            raise _unfit("No other deployment of the resource group has succeeded yet.")
        kind = LAST
    else:
        if not isinstance(name, str) or not name:
            raise _unfit(f"'{NAMED}' needs 'deploymentName'.")
        found = store.find(call, records.key_of(draft.tenant_id, records.id_of(draft.scope, name)))
        if found is None or found.state is not State.SUCCEEDED or found.key == draft.key:
            raise _unfit(f"'{name}' is no other deployment of the resource group that has succeeded.")
        earlier, kind = found, NAMED
    secret = [name for name, value in earlier.parameters.items() if "value" not in value]
    if secret:
        raise _unfit(
            f"The deployment '{earlier.name}' was given the secure parameters '{', '.join(secret)}', whose values are not kept;"
            " it cannot be repeated."
        )
    return {"type": kind, "deploymentName": earlier.name}


def fall_back(run: Run) -> dict[str, Any]:
    """Deploy the earlier deployment again, as part of this run; return what is shown of it, with how it ended."""
    shown = dict(run.deployment.on_error or {})
    scope, name = run.deployment.scope, str(shown["deploymentName"])
    key = records.key_of(run.deployment.tenant_id, records.id_of(scope, name))
    try:
        with run.office.writing(run.caller, correlation_id=run.deployment.correlation_id) as call:
            call.authorize(actions.WRITE, records.id_of(scope, name))
            earlier = store.find(call, key)
            if earlier is None or (
                earlier.parent_run_id != run.deployment.run_id and earlier.state is not State.SUCCEEDED
            ):
                return shown | {"provisioningState": State.FAILED.value}
            if earlier.parent_run_id != run.deployment.run_id:
                earlier = _accepted_again(call, run, earlier)
    except Unavailable:
        raise
    except Problem:
        return shown | {"provisioningState": State.FAILED.value}
    run.deploy(earlier.run_id)
    with run.office.reading(run.caller) as call:
        call.open_to_all("how the fallback ended is part of the deployment the caller made")
        done = store.find_run(call, earlier.run_id)
    return shown | {"provisioningState": (done.state if done is not None else State.FAILED).value}


def _accepted_again(call: Call, run: Run, earlier: Deployment) -> Deployment:
    values = {name: {"value": value["value"]} for name, value in earlier.parameters.items()}
    asked = Asked(earlier.template, values, mode=Mode.COMPLETE.value, tags=earlier.tags)
    surroundings = whereabouts.surroundings_of(call, run.seams, earlier.scope)
    checked = accepting.check(call, run.seams, surroundings, earlier.name, asked)
    again, _ = keeping.accept(
        call, earlier.name, replace(asked, on_error=None), checked, parent_run_id=run.deployment.run_id
    )
    return again


def _unfit(why: str) -> Invalid:
    return Invalid("InvalidOnErrorDeployment", f"The property 'onErrorDeployment' is not valid. {why}")
