"""What is asked about each resource of a template before anything is written: may the caller write it, can it be kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lightkeeper.deployments import actions
from lightkeeper.deployments.body import evaluated
from lightkeeper.deployments.environment import Place
from lightkeeper.deployments.faults import LanguageFault, NotYetKnown
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.preparing import Prepared
from lightkeeper.deployments.seams import Seams
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid

REFUSED = "AuthorizationFailed"


def objections(call: Call, seams: Seams, prepared: Prepared, planned: Planned) -> Iterator[Finding]:
    """Yield why a resource cannot be deployed; nothing when it can, as far as that is known now."""
    refused = list(_why_not_write(call, seams, prepared, planned))
    yield from refused
    problem = None if refused or planned.nested else seams.why_not_kept(planned.id, planned.api_version)
    if problem is not None:
        yield Finding(problem.code, planned.id, problem.message)


def refuse(call: Call, name: str, found: Sequence[Finding]) -> None:
    """Raise `Invalid` listing every objection; quiet when there is none. Who may not write hears of nothing else."""
    if not found:
        return
    refused = [one for one in found if one.code == REFUSED]
    message = (
        f"The template deployment failed with error: '{refused[0].message}'."
        if refused
        else f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is"
        f" '{call.correlation_id}'. See inner errors for details."
    )
    raise Invalid("InvalidTemplateDeployment", message, details=refused or found)


def _why_not_write(call: Call, seams: Seams, prepared: Prepared, planned: Planned) -> Iterator[Finding]:
    """Yield why the caller may not write a resource, in the words of the public preflight; nothing when it may.

    Who lacks the right may still be let through by what is written (`Seams.may_nevertheless`): a provider's User Access
    Administrator gives listed roles to managed identities. What cannot be known before its siblings are deployed is left
    to the write itself, which asks for everything.
    """
    action = actions.write_of(planned.effective_type)
    if call.allows(action, planned.id):
        return
    if seams.may_nevertheless(
        call, planned.effective_type, planned.effective_scope, known_properties(prepared, planned)
    ):
        return
    yield Finding(
        REFUSED,
        planned.id,
        f"Authorization failed for template resource '{planned.name}' of type '{planned.type}'. The client"
        f" '{call.caller.name}' with object id '{call.caller.object_id}' does not have permission to perform action"
        f" '{action}' at scope '{planned.id}'.",
    )


def known_properties(prepared: Prepared, planned: Planned) -> Mapping[str, Any]:
    """Return those of a resource's properties whose values are known before anything is deployed."""
    environment = planned.environment(prepared.names, Place.PROPERTIES)
    properties = lookup(planned.declared.source, "properties")
    found: dict[str, Any] = {}
    for key, value in properties.items() if isinstance(properties, dict) else ():
        try:
            found[key] = evaluated(value, environment, step(f"{planned.declared.path}.properties", key))
        except (NotYetKnown, LanguageFault):
            continue
    return found
