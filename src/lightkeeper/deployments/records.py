"""A deployment as it is first written down, its id and key, and the log entries about it."""

from dataclasses import replace

from lightkeeper.deployments import actions, store, whereabouts
from lightkeeper.deployments.accepting import Checked
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.model import Deployment, State
from lightkeeper.deployments.preparing import dependencies_of, providers_of
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.resource_id import child


def id_of(scope: str, name: str) -> str:
    """Return the id of a deployment at a scope."""
    return child(scope, "Microsoft.Resources", "deployments", name)


def key_of(tenant_id: str, id_: str) -> str:
    """Return the key of a deployment: its id in lower case, above subscriptions with the tenant in front."""
    return store.scope_key(tenant_id, id_)


def draft(call: Call, name: str, asked: Asked, checked: Checked) -> Deployment:
    """Return the deployment that a checked request is accepted as."""
    facts, prepared = checked.surroundings, checked.prepared
    id_ = id_of(facts.scope, name)
    tenant_id = facts.tenant["tenantId"]
    return Deployment(
        key=key_of(tenant_id, id_),
        id=id_,
        run_id=ids.new_guid(),
        name=name,
        scope=facts.scope,
        tenant_id=tenant_id,
        subscription_id=facts.subscription_id,
        location=asked.location.lower().replace(" ", ""),
        mode=checked.mode,
        state=State.ACCEPTED,
        template=prepared.template.document,
        template_hash=prepared.hash,
        values=prepared.values,
        parameters=prepared.shown,
        surroundings=whereabouts.stored(facts),
        caller=whereabouts.stored_caller(call.caller),
        correlation_id=call.correlation_id,
        accepted_at=call.now,
        changed_at=call.now,
        providers=tuple(providers_of(prepared)),
        dependencies=tuple(dependencies_of(prepared)),
        tags=asked.tags,
        debug=asked.debug,
        template_link=checked.link,
    )


def event(deployment: Deployment, kind: str, operation: str) -> Event:
    """Return a log event about a deployment."""
    return Event(
        kind=kind,
        operation=operation,
        tenant_id=deployment.tenant_id,
        subscription_id=deployment.subscription_id,
        body={
            "resource_id": deployment.id,
            "deployment_id": deployment.run_id,
            "name": deployment.name,
            "template_hash": deployment.template_hash,
        },
    )


def ended(deployment: Deployment, state: State) -> Event:
    """Return the log event of a run that ended."""
    entry = event(deployment, "DeploymentEnded", actions.WRITE)
    return replace(entry, body={**entry.body, "status": "Failed" if state is State.FAILED else "Succeeded"})
