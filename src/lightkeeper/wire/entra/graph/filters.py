"""Asking a filter of one object at a time, and of the store what it can narrow. Comparisons of texts ignore case."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph.filter_reading import FUNCTIONS, Node

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: left is not None and right is not None and bool(left > right),
    "ge": lambda left, right: left is not None and right is not None and bool(left >= right),
    "lt": lambda left, right: left is not None and right is not None and bool(left < right),
    "le": lambda left, right: left is not None and right is not None and bool(left <= right),
}


def matches(node: Node, shape: Any) -> bool:
    """Return whether an object in Graph's shape fits a filter."""
    match node.kind:
        case "and":
            return all(matches(part, shape) for part in node.parts)
        case "or":
            return any(matches(part, shape) for part in node.parts)
        case "not":
            return not matches(node.parts[0], shape)
        case "any":
            values = value_at(shape, node.path)
            inner = [{node.value: each} for each in values] if isinstance(values, list) else []
            return any(not node.parts or matches(node.parts[0], each) for each in inner)
        case "in":
            return _comparable(value_at(shape, node.path)) in node.value
    found = _comparable(value_at(shape, node.path))
    if node.kind in FUNCTIONS:
        begins_or_ends = str.startswith if node.kind == "startswith" else str.endswith
        return isinstance(found, str) and begins_or_ends(found, node.value)
    try:
        return _OPERATORS[node.kind](found, node.value)
    except TypeError:
        return False


def pinned(node: Node | None) -> dict[str, str]:
    """Return what every match must be by properties the store can look up (names in lower case): a way to read less.

    A name that begins with the text stands under `startswith`.
    """
    if node is None:
        return {}
    if node.kind == "and":
        found: dict[str, str] = {}
        for part in node.parts:
            found = pinned(part) | found
        return found
    if node.kind == "eq" and isinstance(node.value, str):
        return {node.path.lower(): node.value}
    if node.kind == "startswith" and node.path.lower() == "displayname":
        return {"startswith": node.value}
    if node.kind == "any" and node.parts and node.parts[0].kind == "eq" and isinstance(node.parts[0].value, str):
        return {f"{node.path.lower()}/any": node.parts[0].value}
    return {}


def value_at(shape: Any, path: str) -> Any:
    """Return what an object holds at a path of property names in any case; `$count` is the length of a list."""
    for name in path.split("/"):
        if name.lower() == "$count":
            return len(shape) if isinstance(shape, list) else 0
        if not isinstance(shape, Mapping):
            return None
        shape = next((value for key, value in shape.items() if key.lower() == name.lower()), None)
    return shape


def _comparable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def check_paths(node: Node | None, known: Sequence[str] | frozenset[str], kind: str) -> None:
    """Return quietly when a filter asks about properties there are; raise `Invalid` otherwise."""
    if node is None:
        return
    for path in node.paths():
        name = path.split("/")[0]
        if name.lower() not in known:
            raise Invalid(
                "BadRequest",
                f"Invalid filter clause: Could not find a property named '{name[:64]}' on type 'microsoft.graph.{kind}'.",
            )
