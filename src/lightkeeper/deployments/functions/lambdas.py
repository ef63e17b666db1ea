"""Functions that take functions: `lambda` and what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key

from lightkeeper.deployments.environment import Environment, Evaluate
from lightkeeper.deployments.expressions import Literal, Node
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions.registry import (
    MANY,
    array,
    aware,
    boolean,
    failed,
    function,
    lazy,
    mapping,
    text,
)
from lightkeeper.deployments.values import Value, text_of, type_name


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function as a value; never leaves an expression."""

    names: tuple[str, ...]
    body: Node
    environment: Environment
    evaluate: Evaluate

    def __call__(self, *values: Value) -> Value:
        """Return the body's value; values beyond the declared names are left out."""
        self.environment.budget.spend()
        local = dict(zip(self.names, values, strict=False))
        found = self.evaluate(self.body, replace(self.environment, local={**self.environment.local, **local}))
        if isinstance(found, Lambda):
            raise LanguageFault("The template function 'lambda' is not expected at this location.")
        return found


TAKE_LAMBDAS = frozenset({"map", "filter", "reduce", "sort", "toobject", "groupby", "mapvalues"})
"""Functions that take a lambda; to all others one is no value."""


@lazy("lambda", 1, MANY)
def lambda_(environment: Environment, nodes: Sequence[Node], evaluate: Evaluate) -> Value:
    """Return a function of the named variables."""
    *names, body = nodes
    if not all(isinstance(name, Literal) and isinstance(name.value, str) for name in names):
        raise failed("lambda", "The names of its variables must be texts.")
    return Lambda(
        tuple(str(name.value).lower() for name in names if isinstance(name, Literal)), body, environment, evaluate
    )


@aware("lambdaVariables", 1)
def lambda_variables(environment: Environment, name: Value) -> Value:
    """Return the value of a variable of the lambda around."""
    wanted = text("lambdaVariables", name)
    if wanted.lower() not in environment.local:
        raise LanguageFault(f"The lambda variable '{wanted}' is not found.")
    return environment.local[wanted.lower()]


def _callable(name: str, value: Value, fewest: int, most: int) -> Lambda:
    if not isinstance(value, Lambda):
        raise LanguageFault(
            f"The template language function '{name}' expects a lambda. The provided value is of type '{type_name(value)}'."
        )
    if not fewest <= len(value.names) <= most:
        raise failed(
            name, f"The lambda must have between '{fewest}' and '{most}' variables, while it has '{len(value.names)}'."
        )
    return value


@function("map", 2)
def map_(items: Value, each: Value) -> list[Value]:
    """Return what the lambda makes of each element."""
    call = _callable("map", each, 1, 2)
    return [call(item, n) for n, item in enumerate(array("map", items))]


@function("filter", 2)
def filter_(items: Value, keep: Value) -> list[Value]:
    """Return the elements for which the lambda gives true."""
    call = _callable("filter", keep, 1, 2)
    return [item for n, item in enumerate(array("filter", items)) if boolean("filter", call(item, n))]


@function("reduce", 3)
def reduce(items: Value, start: Value, step: Value) -> Value:
    """Return what is left when the lambda has taken in every element."""
    call = _callable("reduce", step, 2, 3)
    result = start
    for n, item in enumerate(array("reduce", items)):
        result = call(result, item, n)
    return result


@function("sort", 2)
def sort(items: Value, before: Value) -> list[Value]:
    """Return the elements in the order the lambda gives; equal ones stay as they stood."""
    call = _callable("sort", before, 2, 2)

    def order(one: Value, other: Value) -> int:
        if boolean("sort", call(one, other)):
            return -1
        return 1 if boolean("sort", call(other, one)) else 0

    return sorted(array("sort", items), key=cmp_to_key(order))


@function("toObject", 2, 3)
def to_object(items: Value, key: Value, value: Value = None) -> dict[str, Value]:
    """Return an object with a member for each element; a later one of the same key wins."""
    keyed, valued = _callable("toObject", key, 1, 1), None if value is None else _callable("toObject", value, 1, 1)
    return {
        _key("toObject", keyed(item)): item if valued is None else valued(item) for item in array("toObject", items)
    }


@function("groupBy", 2, 3)
def group_by(items: Value, key: Value, value: Value = None) -> dict[str, Value]:
    """Return an object of arrays: the elements by what the lambda makes of them, in the order they are first seen."""
    keyed, valued = _callable("groupBy", key, 1, 1), None if value is None else _callable("groupBy", value, 1, 1)
    found: dict[str, Value] = {}
    for item in array("groupBy", items):
        found.setdefault(_key("groupBy", keyed(item)), []).append(item if valued is None else valued(item))
    return found


@function("mapValues", 2)
def map_values(value: Value, each: Value) -> dict[str, Value]:
    """Return the object with each value replaced by what the lambda makes of it."""
    call = _callable("mapValues", each, 1, 1)
    return {key: call(item) for key, item in mapping("mapValues", value).items()}


def _key(name: str, value: Value) -> str:
    if value is None or isinstance(value, (list, dict, Lambda)):
        raise failed(name, f"A key must be a text, while a value of type '{type_name(value)}' was provided.")
    return text_of(value)
