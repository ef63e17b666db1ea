"""What expressions work on: JSON values, with the platform's names for their types and its ways to write them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.deployments.faults import LanguageFault

Value = Any
"""A JSON value: None, bool, int, float, str, list, dict."""

HEAVIEST = 1_000_000
"""Values inside one value, and a fourth of the characters of one text. Larger ones exceed the 4 MB of an expanded template."""


def type_name(value: Value) -> str:
    """Return the platform's name for the type of a value, as its messages use it."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, float):
        return "Float"
    if isinstance(value, str):
        return "String"
    if isinstance(value, list):
        return "Array"
    return "Object" if isinstance(value, dict) else "Function"


def is_int(value: Value) -> bool:
    """Return whether the value is an integer; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def member(holder: Mapping[str, Value], name: str) -> str | None:
    """Return the key under which an object has `name`, found without regard to case; None when it has not."""
    if name in holder:
        return name
    folded = name.lower()
    return next((key for key in holder if key.lower() == folded), None)


def lookup(holder: Mapping[str, Value], name: str, default: Value = None) -> Value:
    """Return the value of a member found without regard to case."""
    key = member(holder, name)
    return default if key is None else holder[key]


def same(one: Value, other: Value) -> bool:
    """Return whether two values are equal: deep, exact in case, and of one type (1 is neither '1' nor true)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def text_of(value: Value) -> str:
    """Return a value as text, as `string()` gives it: `True`, `12`, compact JSON for arrays and objects."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if value % 1 else str(int(value))
    return json_of(value)


def json_of(value: Value) -> str:
    """Return compact JSON with the order of keys kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def bounded(value: Value, function: str) -> Value:
    """Return the value, unless it grew beyond what any template may hold."""
    if isinstance(value, str):
        too_large = len(value) > 4 * HEAVIEST
    elif isinstance(value, (list, dict)):
        too_large = _heavier(value, HEAVIEST)
    else:
        return value
    if too_large:
        raise LanguageFault(f"The template language function '{function}' gives a value that is too large.")
    return value


def _heavier(value: Value, limit: int) -> bool:
    count = 0
    waiting: list[Iterator[Value]] = [iter((value,))]
    while waiting:
        found = next(waiting[-1], waiting)
        if found is waiting:
            waiting.pop()
            continue
        count += 1
        if count > limit or len(waiting) > 200:
            return True
        if isinstance(found, list):
            waiting.append(iter(found))
        elif isinstance(found, dict):
            waiting.append(iter(found.values()))
    return False
