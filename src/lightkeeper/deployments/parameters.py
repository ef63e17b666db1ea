"""Binding a template's parameters: what was given against what is declared."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.deployments import constraints
from lightkeeper.deployments.faults import PARAMETERS_HELP, LanguageFault, TemplateFault
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.names import TemplateNames, ended
from lightkeeper.deployments.template import Template
from lightkeeper.deployments.values import Value, lookup, member, text_of


def values_given(parameters: Value, path: str = "properties.parameters") -> dict[str, Value]:
    """Return the values of a request's `parameters`: `{name: {value}}`. They are literal, whatever they look like.

    Raises `TemplateFault` when the form is wrong, or a value is a secret to be fetched from a vault (we keep no vaults).
    """
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise TemplateFault("The template parameters must be an object of the form {name: {value: ...}}.", path)
    found: dict[str, Value] = {}
    for name, holder in parameters.items():
        at = step(path, name)
        if not isinstance(holder, dict):
            raise TemplateFault(f"The template parameter '{name}' is not valid: give it as {{\"value\": ...}}.", at)
        if lookup(holder, "reference") is not None:
            raise TemplateFault(
                f"The template parameter '{name}' refers to a secret in a key vault, which cannot be read here. Give its value.",
                at,
                code="KeyVaultParameterReferenceNotSupported",
            )
        key = member(holder, "value")
        if key is not None:
            found[name] = holder[key]
    return found


def bind(names: TemplateNames, given: Mapping[str, Value], path: str = "properties.parameters") -> dict[str, Value]:
    """Return every parameter's value by its declared name. Raises `TemplateFault` at the first that does not fit."""
    template = names.template
    extra = [name for name in given if member(template.parameters, name) is None]
    if extra:
        raise TemplateFault(
            f"The template parameters '{', '.join(extra)}' in the parameters file are not valid; they are not present in the"
            " original template and can therefore not be provided at deployment time. The only supported parameters for this"
            f" template are '{', '.join(template.parameters)}'. {PARAMETERS_HELP}",
            step(path, extra[0]),
        )
    return {name: _bound(names, template, name, schema, given) for name, schema in template.parameters.items()}


def _bound(
    names: TemplateNames, template: Template, name: str, schema: Mapping[str, Any], given: Mapping[str, Value]
) -> Value:
    at = step(f"{template.path}.parameters", name)
    try:
        constraints.type_of(schema, template.definitions)
        value = names.parameter(name)
        found = list(constraints.complaints(value, schema, template.definitions, symbolic=template.symbolic))
    except LanguageFault as fault:
        message = fault.message
        if not message.startswith(("The value for the template parameter", "The template parameter")):
            message = f"The template parameter '{name}' {template.where(at)} is not valid: {ended(message)}"
        raise TemplateFault(message, fault.path or at) from fault
    for complaint in found:
        if complaint.startswith("Template parameter JToken"):
            raise TemplateFault(f"{complaint} {PARAMETERS_HELP}", at)
        secure = constraints.is_secure(schema, template.definitions)
        open_value = "***" if secure else text_of(constraints.shown(value, schema, template.definitions))
        raise TemplateFault(
            f"The provided value '{open_value}' for the template parameter '{name}' {template.where(at)} is not valid. {complaint}"
            f" {PARAMETERS_HELP}",
            at,
        )
    return value


def shown(template: Template, values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the parameters as a deployment shows them: type and value, secure ones and secure members without a value."""
    found: dict[str, Any] = {}
    for name, schema in template.parameters.items():
        kind = constraints.type_of(schema, template.definitions)
        found[name] = {"type": constraints.WRITTEN[kind]}
        if kind not in constraints.SECURE and name in values:
            found[name]["value"] = constraints.shown(values[name], schema, template.definitions)
    return found
