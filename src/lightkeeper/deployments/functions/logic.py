"""Functions of truth: what is taken is evaluated, what is not is left alone."""

from collections.abc import Sequence

from lightkeeper.deployments.environment import Environment, Evaluate
from lightkeeper.deployments.expressions import Node
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions.ordering import compare
from lightkeeper.deployments.functions.registry import MANY, boolean, failed, function, lazy, text, wrong_type
from lightkeeper.deployments.values import Value, is_int, same


@function("true", 0)
def true() -> bool:
    """Return true."""
    return True


@function("false", 0)
def false() -> bool:
    """Return false."""
    return False


@function("null", 0)
def null() -> None:
    """Return null."""


@function("not", 1)
def not_(value: Value) -> bool:
    """Return the opposite."""
    return not boolean("not", value)


@lazy("and", 2, MANY)
def and_(environment: Environment, nodes: Sequence[Node], evaluate: Evaluate) -> bool:
    """Return whether all are true; nothing behind the first false one is evaluated."""
    return all(boolean("and", evaluate(node, environment)) for node in nodes)


@lazy("or", 2, MANY)
def or_(environment: Environment, nodes: Sequence[Node], evaluate: Evaluate) -> bool:
    """Return whether any is true; nothing behind the first true one is evaluated."""
    return any(boolean("or", evaluate(node, environment)) for node in nodes)


@lazy("if", 3)
def if_(environment: Environment, nodes: Sequence[Node], evaluate: Evaluate) -> Value:
    """Return the second when the first is true, the third otherwise; only that one is evaluated."""
    condition, then, otherwise = nodes
    return evaluate(then if boolean("if", evaluate(condition, environment)) else otherwise, environment)


@lazy("coalesce", 1, MANY)
def coalesce(environment: Environment, nodes: Sequence[Node], evaluate: Evaluate) -> Value:
    """Return the first that is not null; null when all are."""
    return next((value for node in nodes if (value := evaluate(node, environment)) is not None), None)


@function("equals", 2)
def equals(one: Value, other: Value) -> bool:
    """Return whether two values are equal, of one type and exact in case."""
    return same(one, other)


@function("less", 2)
def less(one: Value, other: Value) -> bool:
    """Return whether the first comes before the second."""
    return _order("less", one, other) < 0


@function("lessOrEquals", 2)
def less_or_equals(one: Value, other: Value) -> bool:
    """Return whether the first does not come after the second."""
    return _order("lessOrEquals", one, other) <= 0


@function("greater", 2)
def greater(one: Value, other: Value) -> bool:
    """Return whether the first comes after the second."""
    return _order("greater", one, other) > 0


@function("greaterOrEquals", 2)
def greater_or_equals(one: Value, other: Value) -> bool:
    """Return whether the first does not come before the second."""
    return _order("greaterOrEquals", one, other) >= 0


def _order(name: str, one: Value, other: Value) -> int:
    if is_int(one) and is_int(other):
        return int(one > other) - int(one < other)
    if isinstance(one, str) and isinstance(other, str):
        return compare(one, other)
    raise wrong_type(
        name, "String" if isinstance(one, str) else "Integer", other if isinstance(one, str) or is_int(one) else one
    )


@function("bool", 1)
def bool_(value: Value) -> bool:
    """Return the truth of a value: `true`/`false` in any case, an integer that is not 0."""
    if isinstance(value, bool):
        return value
    if is_int(value):
        return bool(value)
    folded = value.strip().lower() if isinstance(value, str) else None
    if folded in ("true", "1"):
        return True
    if folded in ("false", "0"):
        return False
    raise failed("bool", "The value cannot be converted to the target type.")


@function("fail", 1)
def fail(message: Value) -> Value:
    """Stop with the template author's own message."""
    raise LanguageFault(text("fail", message))
