"""Evaluating one expression as if it stood in a template."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments.environment import Place, Surroundings
from lightkeeper.deployments.evaluate import text_value
from lightkeeper.deployments.names import TemplateNames
from lightkeeper.deployments.template import load
from tests.deployments.town import IN_GROUP, NOW, Shelf, template


def value_of(
    expression: str,
    *,
    place: Place = Place.START,
    at: Surroundings = IN_GROUP,
    parameters: Mapping[str, Any] | None = None,
    loops: Mapping[str, int] | None = None,
    runtime: Any = None,
    **parts: Any,
) -> Any:
    """Return the value of an expression given without its brackets."""
    given = dict(parameters or {})
    declared = {
        name: {"type": {str: "string", int: "int", bool: "bool", list: "array", dict: "object"}[type(one)]}
        for name, one in given.items()
    }
    names = TemplateNames(load(template(**{"parameters": declared, **parts})), given, at, NOW, Shelf())
    environment = replace(names.environment(place, runtime), loops=loops or {})
    return text_value(f"[{expression}]", environment)
