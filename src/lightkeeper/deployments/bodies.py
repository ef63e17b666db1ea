"""What a resource is deployed with, and what a template gives back: the parts evaluated while deploying."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments import constraints
from lightkeeper.deployments.body import count_of, evaluated
from lightkeeper.deployments.environment import Environment, Place, Runtime
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.graph import is_inner
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.names import TemplateNames, ended
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.values import Value, lookup, member
from lightkeeper.kernel.problems import Problem, Unavailable

CONTROL = frozenset(
    {"condition", "copy", "dependson", "scope", "comments", "resources", "existing", "subscriptionid", "resourcegroup",
     "apiversion", "type", "name", "metadata", "asserts"}
)  # fmt: skip
"""Members that speak to the engine; everything else goes to the provider."""

OUTER_PARTS = ("resources", "outputs")
"""What is evaluated by the deployment around of a nested template that is not evaluated inside."""


def deploy_body(names: TemplateNames, planned: Planned, runtime: Runtime | None) -> dict[str, Any]:
    """Return the body a resource is written with. Raises `LanguageFault` with its path, or `NotYetKnown`."""
    body: dict[str, Any] = {}
    for key, value in planned.declared.source.items():
        if key.lower() in CONTROL:
            continue
        place = Place.PROPERTIES if key.lower() == "properties" else Place.BODY
        environment = replace(planned.environment(names, place), runtime=runtime)
        path = step(planned.declared.path, key)
        if place is Place.PROPERTIES and planned.nested and isinstance(value, dict):
            body[key] = _nested(value, environment, path)
            continue
        found = evaluated(value, environment, path)
        if found is not None:
            body[key] = found
    return body


def _nested(properties: Mapping[str, Any], environment: Environment, path: str) -> dict[str, Any]:
    """Return the properties of a deployment inside a deployment.

    Inner evaluation leaves its template alone. Outer evaluation (the default) evaluates it here, and what comes out is a
    template without expressions; its own parameters and variables then mean nothing and are left out.
    """
    found: dict[str, Any] = {}
    for key, value in properties.items():
        at = step(path, key)
        if key.lower() != "template":
            found[key] = evaluated(value, environment, at)
        elif is_inner(properties) or not isinstance(value, dict):
            found[key] = value
        else:
            found[key] = {
                name: (
                    evaluated(part, environment, step(at, name), drop_nulls=name.lower() == "resources", quote=True)
                    if name.lower() in OUTER_PARTS
                    else part
                )
                for name, part in value.items()
                if name.lower() not in ("parameters", "variables", "functions")
            }
    if not is_inner(properties) and isinstance(lookup(properties, "template"), dict):
        found = {key: value for key, value in found.items() if key.lower() != "parameters"}
    return found


def outputs_of(names: TemplateNames, runtime: Runtime | None) -> tuple[dict[str, Any], dict[str, LanguageFault]]:
    """Return the outputs `{name: {type, value}}` that could be evaluated, and for the others why not.

    Secure outputs carry no value. Raises `NotYetKnown` without a runtime where a resource is asked.
    """
    found: dict[str, Any] = {}
    faults: dict[str, LanguageFault] = {}
    for name, declared in names.template.outputs.items():
        path = step(f"{names.template.path}.outputs", name)
        try:
            given = output_of(names, declared, names.environment(Place.OUTPUT, runtime), path)
        except LanguageFault as fault:
            message = f"The template output '{name}' is not valid: {ended(fault.message)}"
            faults[name] = LanguageFault(message, fault.path or path)
            continue
        except Problem as problem:
            if isinstance(problem, Unavailable):
                raise
            faults[name] = LanguageFault(problem.message, path)
            continue
        if given is not None:
            found[name] = given
    return found, faults


def output_of(
    names: TemplateNames, declared: Mapping[str, Any], environment: Environment, path: str
) -> dict[str, Any] | None:
    """Return one output, None when its condition is false. Raises `LanguageFault`, `NotYetKnown`."""
    condition = evaluated(lookup(declared, "condition", True), environment.at(Place.START), f"{path}.condition")
    if not isinstance(condition, bool):
        raise LanguageFault("The condition must be true or false.", f"{path}.condition")
    if not condition:
        return None
    definitions = names.template.definitions
    kind = constraints.type_of(declared, definitions)
    value = _value(declared, environment, path)
    for complaint in constraints.complaints(
        value, declared, definitions, symbolic=names.template.symbolic, noun="output"
    ):
        raise LanguageFault(complaint, path)
    if kind in constraints.SECURE:
        return {"type": constraints.WRITTEN[kind]}
    return {"type": constraints.WRITTEN[kind], "value": value}


def _value(declared: Mapping[str, Any], environment: Environment, path: str) -> Value:
    loop = lookup(declared, "copy")
    if loop is None:
        key = member(declared, "value")
        if key is None:
            raise LanguageFault("The output has no 'value'.", path)
        return evaluated(declared[key], environment, f"{path}.value", drop_nulls=False)
    if not isinstance(loop, dict) or member(loop, "input") is None:
        raise LanguageFault("The copy object needs 'count' and 'input'.", f"{path}.copy")
    count = count_of(loop, replace(environment, place=Place.START), f"{path}.copy")
    given = loop[member(loop, "input") or "input"]
    return [
        evaluated(given, environment.looping("", n, unnamed=True), f"{path}.copy.input", drop_nulls=False)
        for n in range(count)
    ]
