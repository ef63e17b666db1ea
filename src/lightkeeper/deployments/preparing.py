"""Everything about a template that can be known before it is deployed, put together once and used to check and to run it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lightkeeper.deployments import constraints, parameters
from lightkeeper.deployments.body import evaluated
from lightkeeper.deployments.declared import Placer, nowhere
from lightkeeper.deployments.environment import Library, Place, Surroundings
from lightkeeper.deployments.faults import LanguageFault, TemplateFault
from lightkeeper.deployments.functions.hashes import template_hash
from lightkeeper.deployments.model import Mode
from lightkeeper.deployments.names import TemplateNames, check_variables, ended
from lightkeeper.deployments.planned import Plan, Planned
from lightkeeper.deployments.planning import plan
from lightkeeper.deployments.template import Template, load
from lightkeeper.deployments.values import lookup


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template with bound parameters and its plan."""

    template: Template
    names: TemplateNames
    plan: Plan
    values: Mapping[str, Any]
    hash: str

    @property
    def shown(self) -> dict[str, Any]:
        """Return the parameters as a deployment shows them."""
        return parameters.shown(self.template, self.values)

    @property
    def writes(self) -> list[Planned]:
        """Return the resources that will be written, in order."""
        return [one for one in self.plan.in_order() if one.deploys]


def prepare(
    document: Any,
    given: Mapping[str, Any],
    surroundings: Surroundings,
    *,
    name: str,
    location: str,
    mode: Mode,
    now: datetime,
    library: Library,
    path: str = "properties.template",
    placer: Placer = nowhere,
    link: Mapping[str, Any] | None = None,
) -> Prepared:
    """Return the prepared template. Raises `TemplateFault` at the first fault."""
    template = load(document, path, placer)
    digest = template_hash(template.document)
    about: dict[str, Any] = {
        "name": name,
        "properties": {
            **({"template": dict(template.document)} if link is None else {"templateLink": dict(link)}),
            "templateHash": digest,
            "parameters": {},
            "mode": mode.value,
            "provisioningState": "Accepted",
        },
    }
    if location:
        about["location"] = location
    names = TemplateNames(template, given, replace(surroundings, deployment=about), now, library)
    values = parameters.bind(names, given)
    about["properties"]["parameters"] = parameters.shown(template, values)
    check_variables(names)
    _check_outputs(names)
    return Prepared(template, names, plan(names), values, digest)


def _check_outputs(names: TemplateNames) -> None:
    """Raise `TemplateFault` for an output that could never be given: no known type, no value."""
    for name, declared in names.template.outputs.items():
        at = f"{names.template.path}.outputs.{name}"
        unknown = [key for key in declared if key.lower() not in _OUTPUT_MEMBERS]
        try:
            if unknown:
                line, column = names.template.placer(at)
                raise LanguageFault(
                    f"Could not find member '{unknown[0]}' on object of type 'TemplateOutputParameter'."
                    f" Path 'outputs.{name}.{unknown[0]}', line {line}, position {column}.",
                )
            constraints.type_of(declared, names.template.definitions)
        except LanguageFault as fault:
            raise TemplateFault(
                f"The template output '{name}' {names.template.where(at)} is not valid: {ended(fault.message)}", at
            ) from fault


_OUTPUT_MEMBERS = frozenset(
    {"type", "value", "condition", "copy", "metadata", "nullable", "$ref", "items", "prefixitems", "properties",
     "additionalproperties", "discriminator", "allowedvalues", "minlength", "maxlength", "minvalue", "maxvalue", "sealed"}
)  # fmt: skip


def providers_of(prepared: Prepared) -> list[dict[str, Any]]:
    """Return the provider types a deployment uses, with the locations its resources name."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in prepared.plan.in_order():
        namespace, _, rest = one.type.partition("/")
        places = found.setdefault(namespace, {}).setdefault(rest, [])
        location = _location(prepared.names, one)
        if location is not None and location not in places:
            places.append(location)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [{"resourceType": rest, "locations": places} for rest, places in types.items()],
        }
        for namespace, types in found.items()
    ]


def _location(names: TemplateNames, planned: Planned) -> str | None:
    try:
        value = evaluated(lookup(planned.declared.source, "location"), planned.environment(names, Place.BODY), "")
    except LanguageFault:
        return None
    return value.lower().replace(" ", "") if isinstance(value, str) else None


def dependencies_of(prepared: Prepared) -> list[dict[str, Any]]:
    """Return what waits for what, as a deployment shows it."""

    def reference(one: Planned) -> dict[str, Any]:
        return {"id": one.id, "resourceType": one.type, "resourceName": one.name}

    by_key = prepared.plan.resources
    return [
        {"dependsOn": [reference(by_key[key]) for key in one.depends_on if key in by_key], **reference(one)}
        for one in prepared.writes
        if one.depends_on
    ]
