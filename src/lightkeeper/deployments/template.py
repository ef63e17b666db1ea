"""A template as a document: which parts it may have, and the resources declared in it with their children hoisted.

Nothing is evaluated here. A template is read once per deployment; what it says is looked at by `names` (parameters,
variables, functions), `planning` (resources) and `outputs`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.deployments.declared import Declared, Placer, line, nowhere, resources_of
from lightkeeper.deployments.definitions import check_definition
from lightkeeper.deployments.faults import Family, TemplateFault
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.values import Value, lookup, type_name

PARAMETERS, VARIABLES, RESOURCES, OUTPUTS, ASSERTS = 256, 512, 800, 64, 32
"""How many of each a template may have (public template limits; variables as the current linter counts them)."""

LONGEST_NAME = 255

_MEMBERS = frozenset(
    {"$schema", "contentversion", "languageversion", "apiprofile", "metadata", "definitions", "parameters", "variables",
     "functions", "resources", "outputs", "imports", "extensions", "asserts"}
)  # fmt: skip
_SCHEMA = re.compile(
    r"https?://schema\.management\.azure\.com/schemas/(?P<version>[^/]+)/(?P<kind>\w+)\.json#?", re.IGNORECASE
)
_VERSIONS = ("2014-04-01-preview", "2015-01-01", "2018-05-01", "2019-04-01", "2019-08-01")
_CONTENT_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}\.\d{1,9}")
_EXPERIMENTAL = ("imports", "extensions")


@dataclass(frozen=True, slots=True)
class Template:
    """A template whose form is right."""

    document: Mapping[str, Any]
    path: str  # where it stands in the request body
    symbolic: bool  # language version 2: resources have symbolic names
    parameters: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, Any]
    functions: Mapping[tuple[str, str], Mapping[str, Any]]  # by namespace and name, in lower case
    definitions: Mapping[str, Any]
    resources: tuple[Declared, ...]
    outputs: Mapping[str, Mapping[str, Any]]
    placer: Placer = nowhere

    @property
    def api_profile(self) -> str:
        """Return the profile that gives resources their default api-version, empty when there is none."""
        return str(lookup(self.document, "apiProfile") or "")

    def where(self, path: str) -> str:
        """Return `at line '..' and column '..'` for a path."""
        line, column = self.placer(path)
        return f"at line '{line}' and column '{column}'"


def load(document: Value, path: str = "properties.template", placer: Placer = nowhere) -> Template:
    """Return the template a JSON value is. Raises `TemplateFault` when its form is wrong."""
    if not isinstance(document, dict):
        raise TemplateFault(
            f"Error converting value to type 'Template'. Path '', {line(placer, path)}.", path, family=Family.PARSE
        )
    _check_members(document, path, placer)
    symbolic = str(lookup(document, "languageVersion") or "1").startswith("2")
    parameters = _objects(document, "parameters", path, placer, PARAMETERS)
    variables = _variables(document, path, placer)
    outputs = _objects(document, "outputs", path, placer, OUTPUTS)
    for name in outputs:
        if name.startswith("[") and name.endswith("]"):
            row, column = placer(step(f"{path}.outputs", name))
            raise TemplateFault(
                f"The template output '{name}' at line '{row}' and column '{column}' is not valid. The output name cannot be an"
                " expression. Please see https://aka.ms/arm-template/#outputs for usage details.",
                step(f"{path}.outputs", name),
            )
    resources = tuple(resources_of(document, symbolic, path, placer))
    return Template(
        document=document,
        path=path,
        symbolic=symbolic,
        parameters=parameters,
        variables=variables,
        functions=_functions(document, path, placer, symbolic=symbolic),
        definitions=_section(document, "definitions", path, placer),
        resources=resources,
        outputs=outputs,
        placer=placer,
    )


def _check_members(document: Mapping[str, Any], path: str, placer: Placer) -> None:
    for name in document:
        if name.lower() not in _MEMBERS:
            raise TemplateFault(
                f"Could not find member '{name}' on object of type 'Template'. Path '{name}', {line(placer, step(path, name))}.",
                step(path, name),
                family=Family.PARSE,
            )
    for name in ("$schema", "contentVersion", "resources"):
        if lookup(document, name) is None:
            raise TemplateFault(
                f"Required property '{name}' not found in JSON. Path '', {line(placer, path)}.",
                path,
                family=Family.PARSE,
            )
    schema = lookup(document, "$schema")
    found = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if found is None or found["version"].lower() not in _VERSIONS:
        raise TemplateFault(
            f"Template schema '{schema}' is not supported. Supported versions are '{','.join(_VERSIONS)}'."
            " Please see https://aka.ms/arm-template for usage details.",
            f"{path}.$schema",
        )
    version = lookup(document, "contentVersion")
    if not isinstance(version, str) or _CONTENT_VERSION.fullmatch(version) is None:
        raise TemplateFault(
            f"The content version '{version}' is not valid: write four numbers such as '1.0.0.0'.",
            f"{path}.contentVersion",
        )
    for name in _EXPERIMENTAL:
        if lookup(document, name):
            raise TemplateFault(f"The template element '{name}' is experimental and not supported.", step(path, name))
    _within(len(_section(document, "asserts", path, placer)), ASSERTS, "asserts", path)


def _section(document: Mapping[str, Any], name: str, path: str, placer: Placer) -> Mapping[str, Any]:
    value = lookup(document, name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TemplateFault(
            f"The template element '{name}' must be an object, and is of type '{type_name(value)}'. Path '{name}',"
            f" {line(placer, step(path, name))}.",
            step(path, name),
            family=Family.PARSE,
        )
    return value


def _variables(document: Mapping[str, Any], path: str, placer: Placer) -> Mapping[str, Any]:
    section = _section(document, "variables", path, placer)
    loops = lookup(section, "copy")
    _within(len(section) + (len(loops) - 1 if isinstance(loops, list) else 0), VARIABLES, "variables", path)
    for name in section:
        if len(name) > LONGEST_NAME:
            at = step(f"{path}.variables", name)
            raise TemplateFault(
                f"The template variable '{name[:40]}...' is not valid: its name is longer than '{LONGEST_NAME}' characters."
                f" Path 'variables', {line(placer, at)}.",
                at,
                family=Family.PARSE,
            )
    return section


def _objects(
    document: Mapping[str, Any], name: str, path: str, placer: Placer, most: int
) -> Mapping[str, Mapping[str, Any]]:
    section = _section(document, name, path, placer)
    _within(len(section), most, name, path)
    seen: set[str] = set()
    for key, value in section.items():
        if not isinstance(value, dict) or key.lower() in seen or len(key) > LONGEST_NAME:
            at = step(f"{path}.{name}", key)
            raise TemplateFault(
                f"The template {name[:-1]} '{key}' is not valid: it must be one object under a name of its own."
                f" Path '{name}.{key}', {line(placer, at)}.",
                at,
                family=Family.PARSE,
            )
        seen.add(key.lower())
    return section


def _within(count: int, most: int, name: str, path: str) -> None:
    if count > most:
        raise TemplateFault(
            f"The number of template {name} limit exceeded. Limit: '{most}' and actual: '{count}'."
            " Please see https://aka.ms/arm-deploy for usage details.",
            f"{path}.{name}",
        )


def _functions(
    document: Mapping[str, Any], path: str, placer: Placer, *, symbolic: bool
) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    sections = lookup(document, "functions") or []
    if not isinstance(sections, list):
        raise TemplateFault(
            "The template element 'functions' must be an array.", f"{path}.functions", family=Family.PARSE
        )
    for n, section in enumerate(sections):
        namespace = lookup(section, "namespace") if isinstance(section, dict) else None
        members = lookup(section, "members") if isinstance(section, dict) else None
        if not isinstance(namespace, str) or not isinstance(members, dict):
            raise TemplateFault(
                f"The template functions at '{path}.functions[{n}]' are not valid: give them a 'namespace' and 'members'.",
                f"{path}.functions[{n}]",
            )
        for name, member in members.items():
            at = step(f"{path}.functions[{n}].members", name)
            if not isinstance(member, dict) or not isinstance(lookup(member, "output"), dict):
                row, column = placer(at)
                raise TemplateFault(
                    f"The template function '{name}' at line '{row}' and column '{column}' is not valid: it has no 'output'.",
                    at,
                )
            check_definition(name, member, at, placer, symbolic=symbolic)
            found[namespace.lower(), name.lower()] = member
    return found
