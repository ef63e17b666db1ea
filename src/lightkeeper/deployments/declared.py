"""The resources of a template as they are written, with children hoisted; where in the text each of them stands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.deployments.faults import Family, TemplateFault
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.values import Value, lookup, type_name

Placer = Callable[[str], tuple[int, int]]
"""Line and column of a path of the request body, counted from 1."""


def nowhere(path: str) -> tuple[int, int]:
    """Return the first place: what is said when the text of a template is not at hand."""
    return 1, 1


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource as the template declares it; `parents` are the resources it is nested in, outermost first."""

    source: Mapping[str, Any]
    path: str
    symbol: str | None = None
    parents: tuple["Declared", ...] = ()


def resources_of(document: Mapping[str, Any], symbolic: bool, path: str, placer: Placer) -> Iterator[Declared]:
    """Yield every resource of a template, each before its children. Raises `TemplateFault` when its form is wrong."""
    resources = lookup(document, "resources")
    at = f"{path}.resources"
    if symbolic and isinstance(resources, dict):
        for name, source in resources.items():
            yield from _hoisted(source, step(at, name), name, (), placer)
    elif isinstance(resources, list) and not symbolic:
        for n, source in enumerate(resources):
            yield from _hoisted(source, f"{at}[{n}]", None, (), placer)
    else:
        raise TemplateFault(
            f"The template element 'resources' must be {'an object' if symbolic else 'an array'}, and is of type"
            f" '{type_name(resources)}'. Path 'resources', {line(placer, at)}.",
            at,
            family=Family.PARSE,
        )


def _hoisted(
    source: Value, path: str, symbol: str | None, parents: tuple[Declared, ...], placer: Placer
) -> Iterator[Declared]:
    if not isinstance(source, dict):
        raise TemplateFault(
            f"Error converting value to type 'TemplateResource'. Path '{path}', {line(placer, path)}.",
            path,
            family=Family.PARSE,
        )
    required = ("type",) if lookup(source, "existing") is True and symbol else ("type", "name")
    for name in required:
        if lookup(source, name) is None:
            raise TemplateFault(
                f"Required property '{name}' not found in JSON. Path '{path}', {line(placer, path)}.",
                path,
                family=Family.PARSE,
            )
    declared = Declared(source, path, symbol, parents)
    yield declared
    children = lookup(source, "resources") or []
    if len(parents) > 8:
        raise TemplateFault("Resources are nested too deeply.", path)
    if isinstance(children, dict):
        for name, child in children.items():
            yield from _hoisted(child, step(f"{path}.resources", name), name, (*parents, declared), placer)
    elif isinstance(children, list):
        for n, child in enumerate(children):
            yield from _hoisted(child, f"{path}.resources[{n}]", None, (*parents, declared), placer)
    else:
        raise TemplateFault(
            "The element 'resources' of a resource must be an array.", f"{path}.resources", family=Family.PARSE
        )


def line(placer: Placer, path: str) -> str:
    """Return `line .., position ..` for a path."""
    row, column = placer(path)
    return f"line {row}, position {column}"
