"""Keeping secure parameters out of what is shown."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lightkeeper.deployments import constraints
from lightkeeper.deployments.preparing import Prepared
from lightkeeper.deployments.values import Value

MASK = "*******"
_LONG = 6
"""From how many characters on a secret is also looked for inside other texts; a shorter one would be found everywhere."""


def secrets_of(prepared: Prepared) -> set[str]:
    """Return every text in the values of a template's secure parameters, and in the secure members of others."""
    template, found = prepared.template, set[str]()
    for name, schema in template.parameters.items():
        value = prepared.values.get(name)
        secure = constraints.is_secure(schema, template.definitions)
        open_value = None if secure else constraints.shown(value, schema, template.definitions)
        found |= set(_texts(value)) - set(_texts(open_value))
    return found - {""}


def of(secrets: Iterable[str]) -> Callable[[Value], Value]:
    """Return a function that gives a value back with every secret in it masked."""
    exact = frozenset(secrets)
    long = sorted((one for one in exact if len(one) >= _LONG), key=len, reverse=True)

    def mask(value: Value) -> Any:
        if isinstance(value, str):
            return MASK if value in exact or any(one in value for one in long) else value
        if isinstance(value, list):
            return [mask(one) for one in value]
        if isinstance(value, dict):
            return {key: mask(one) for key, one in value.items()}
        return value

    return mask if exact else lambda value: value


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
