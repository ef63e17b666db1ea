"""One resource of a deployment, put through the writer of its type; one nested deployment, made ready to be taken in."""

from typing import Any

from lightkeeper.deployments import actions, whereabouts
from lightkeeper.deployments.asking import Asked, nested_asked, subscription_in
from lightkeeper.deployments.bodies import deploy_body
from lightkeeper.deployments.environment import Runtime, Surroundings
from lightkeeper.deployments.names import TemplateNames
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.seams import Document, Seams
from lightkeeper.kernel.call import Call


def put(call: Call, seams: Seams, planned: Planned, body: dict[str, Any]) -> Document:
    """Write a resource and return its document; its provider is registered first, as deploying does. Raises what the writer raises."""
    seams.insist_on_account(call)
    namespace = planned.effective_type.partition("/")[0]
    subscription = subscription_in(planned.scope)
    if subscription and namespace.lower() not in seams.unregistered:
        seams.register(call, subscription, namespace)
    return seams.writers.of(planned.type)(call, planned.scope, planned.name, planned.api_version, body)


def nested(
    call: Call, seams: Seams, names: TemplateNames, planned: Planned, runtime: Runtime
) -> tuple[Surroundings, Asked]:
    """Return where a nested deployment goes and what it asks for. Raises `Forbidden` when the caller may not deploy there."""
    seams.insist_on_account(call)
    call.authorize(actions.WRITE, planned.id)
    body = deploy_body(names, planned, runtime)
    surroundings = whereabouts.surroundings_of(call, seams, planned.scope)
    return surroundings, nested_asked(names, planned, body, names.template.placer)
