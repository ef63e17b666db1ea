"""What is already known to be wrong with the bodies and outputs of a template before anything is deployed.

Whatever an expression gives without asking a resource it gives the same later: a body that cannot be evaluated now never
can, so the deployment is refused while nothing has been written. What hangs on an answer of a resource is left to the
run, and so are outputs that are only of the wrong type or value: the platform tells those in `DeploymentOutputEvaluationFailed`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments.bodies import CONTROL, OUTER_PARTS, output_of
from lightkeeper.deployments.body import attempt
from lightkeeper.deployments.environment import Budget, Environment, Place
from lightkeeper.deployments.faults import LanguageFault, Misspelled, NotYetKnown, TemplateFault
from lightkeeper.deployments.graph import is_inner
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.names import TemplateNames, ended
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.planning import not_valid
from lightkeeper.deployments.preparing import Prepared
from lightkeeper.deployments.present import Ahead
from lightkeeper.deployments.values import Value, lookup


def proofread(prepared: Prepared) -> None:
    """Raise `TemplateFault` for the first body or output that cannot be right."""
    ahead, budget = Ahead(prepared), Budget()
    guessed = prepared.names.surroundings.assumed
    for planned in prepared.writes:
        for value, place, path in _parts(planned):
            environment = replace(planned.environment(prepared.names, place), runtime=ahead, budget=budget)
            try:
                attempt(value, environment, path)
            except LanguageFault as fault:
                if isinstance(fault, Misspelled) or not guessed:
                    raise not_valid(prepared.names, planned.declared, planned.name, fault) from fault
    _outputs(prepared, replace(prepared.names.environment(Place.OUTPUT, ahead), budget=budget))


def _parts(planned: Planned) -> Iterator[tuple[Value, Place, str]]:
    """Yield what is evaluated of a resource, with its place."""
    for key, value in planned.declared.source.items():
        if key.lower() in CONTROL:
            continue
        path = step(planned.declared.path, key)
        if key.lower() != "properties":
            yield value, Place.BODY, path
        elif planned.nested and isinstance(value, dict):
            yield from ((part, Place.PROPERTIES, at) for part, at in _nested_parts(value, path))
        else:
            yield value, Place.PROPERTIES, path


def _nested_parts(properties: Mapping[str, Any], path: str) -> Iterator[tuple[Value, str]]:
    """Yield what the deployment around evaluates of a nested one: not the template of one that is evaluated inside."""
    for key, value in properties.items():
        at = step(path, key)
        if key.lower() != "template":
            yield value, at
        elif isinstance(value, dict) and not is_inner(properties):
            yield from ((part, step(at, name)) for name, part in value.items() if name.lower() in OUTER_PARTS)


def _outputs(prepared: Prepared, environment: Environment) -> None:
    names = prepared.names
    for name, declared in names.template.outputs.items():
        path = step(f"{names.template.path}.outputs", name)
        try:
            _output(names, declared, environment, path)
        except Misspelled as fault:
            raise TemplateFault(
                f"The template output '{name}' {names.template.where(path)} is not valid: {ended(fault.message)}",
                fault.path or path,
            ) from fault
        except LanguageFault:
            continue  # told when the outputs are evaluated


def _output(names: TemplateNames, declared: Mapping[str, Any], environment: Environment, path: str) -> None:
    try:
        output_of(names, declared, environment, path)
    except NotYetKnown:
        attempt(lookup(declared, "value"), environment, f"{path}.value")
