"""Evaluating JSON that holds expressions: a resource's body, a variable, an output.

Strings that are expressions are replaced by their values, keys too. Loops (`"copy": [{name, count, input}]`) become arrays.
In a resource's body a member that evaluates to null is left out.
"""

from collections.abc import Mapping
from typing import Any

from lightkeeper.deployments.environment import Environment
from lightkeeper.deployments.evaluate import text_value
from lightkeeper.deployments.expressions import is_expression, quoted
from lightkeeper.deployments.faults import LanguageFault, NotYetKnown
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.values import Value, bounded, is_int, lookup, member, text_of

MOST_TURNS = 800
"""Turns of one loop (public template limits)."""


def evaluated(
    value: Value, environment: Environment, path: str, *, drop_nulls: bool = True, quote: bool = False
) -> Value:
    """Return `value` with everything in it evaluated.

    With `quote` the result is a template again: texts that would look like expressions are escaped. Raises `LanguageFault`
    with the path of the fault, `NotYetKnown` when a resource would have to be asked.
    """
    if isinstance(value, str):
        try:
            found = text_value(value, environment)
        except LanguageFault as fault:
            fault.path = fault.path or path
            raise
        return requoted(found) if quote else found
    if isinstance(value, list):
        return [
            evaluated(one, environment, step(path, n), drop_nulls=drop_nulls, quote=quote)
            for n, one in enumerate(value)
        ]
    if isinstance(value, dict):
        return _object(value, environment, path, drop_nulls, quote)
    return value


def attempt(value: Value, environment: Environment, path: str) -> None:
    """Evaluate as much of `value` as can be, and keep nothing. Raises `LanguageFault` for what is wrong already."""
    try:
        evaluated(value, environment, path)
    except NotYetKnown:
        for key, one in (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        ):
            if isinstance(key, str) and key.lower() == "copy" and isinstance(one, list):
                for n, loop in enumerate(one):
                    _attempt_loop(loop, environment, step(step(path, key), n))
            else:
                attempt(one, environment, step(path, key))


def _attempt_loop(loop: Mapping[str, Any], environment: Environment, path: str) -> None:
    for n in range(count_of(loop, environment, path)):
        attempt(lookup(loop, "input"), environment.looping(text_of(lookup(loop, "name")), n), f"{path}.input")


def requoted(value: Value) -> Value:
    """Return a template value that stands for exactly `value`."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return [requoted(one) for one in value]
    if isinstance(value, dict):
        return {quoted(key): requoted(one) for key, one in value.items()}
    return value


def _object(
    value: Mapping[str, Any], environment: Environment, path: str, drop_nulls: bool, quote: bool
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, one in value.items():
        at = step(path, key)
        if key.lower() == "copy" and isinstance(one, list):
            for n, loop in enumerate(one):
                name, items = _loop(loop, environment, step(at, n), drop_nulls, quote)
                found[name] = items
            continue
        name = key
        if is_expression(key) or key.startswith("[["):
            name = text_of(evaluated(key, environment, at))
            name = quoted(name) if quote else name
        result = evaluated(one, environment, at, drop_nulls=drop_nulls, quote=quote)
        if result is None and drop_nulls:
            continue
        found[name] = result
    return found


def _loop(loop: Value, environment: Environment, path: str, drop_nulls: bool, quote: bool) -> tuple[str, list[Value]]:
    if not isinstance(loop, dict) or not isinstance(lookup(loop, "name"), str) or member(loop, "input") is None:
        raise LanguageFault("The copy object is not valid: it needs 'name', 'count' and 'input'.", path)
    name = text_of(evaluated(lookup(loop, "name"), environment, f"{path}.name"))
    count = count_of(loop, environment, path)
    given = loop[member(loop, "input") or "input"]
    items = [
        evaluated(given, environment.looping(name, n), f"{path}.input", drop_nulls=drop_nulls, quote=quote)
        for n in range(count)
    ]
    return name, bounded(items, "copy")


def count_of(loop: Mapping[str, Any], environment: Environment, path: str) -> int:
    """Return how many turns a loop takes. Raises `LanguageFault` when that is no number from 0 to 800."""
    count = evaluated(lookup(loop, "count"), environment, f"{path}.count")
    if not is_int(count):
        raise LanguageFault("The copy count must be an integer.", f"{path}.count")
    if count < 0:
        raise LanguageFault(f"The copy count '{count}' must not be negative.", f"{path}.count")
    if count > MOST_TURNS:
        raise LanguageFault(f"The copy count '{count}' exceeds the limit of '{MOST_TURNS}'.", f"{path}.count")
    return int(count)
