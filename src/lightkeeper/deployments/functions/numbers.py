"""Functions of numbers: 64-bit integers, and `int`, `float`."""

import math
import re

from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions.registry import failed, function, integer, wrong_type
from lightkeeper.deployments.values import Value, is_int

_LOW, _HIGH = -(2**63), 2**63 - 1
_INTEGER = re.compile(r"\s*[+-]?\d{1,19}\s*")
_NUMBER = re.compile(r"\s*[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,3})?\s*")


def _kept(name: str, one: int, other: int, result: int) -> int:
    if not _LOW <= result <= _HIGH:
        # The spelling "operants" is the original's.
        raise LanguageFault(
            f"The template language function '{name}' overflowed with the operants '{one}' and '{other}'."
        )
    return result


@function("add", 2)
def add(one: Value, other: Value) -> int:
    """Return the sum."""
    a, b = integer("add", one), integer("add", other)
    return _kept("add", a, b, a + b)


@function("sub", 2)
def sub(one: Value, other: Value) -> int:
    """Return the difference."""
    a, b = integer("sub", one), integer("sub", other)
    return _kept("sub", a, b, a - b)


@function("mul", 2)
def mul(one: Value, other: Value) -> int:
    """Return the product."""
    a, b = integer("mul", one), integer("mul", other)
    return _kept("mul", a, b, a * b)


@function("div", 2)
def div(one: Value, other: Value) -> int:
    """Return the quotient without its fraction."""
    a, b = integer("div", one), _divisor("div", other)
    return _kept("div", a, b, _quotient(a, b))


@function("mod", 2)
def mod(one: Value, other: Value) -> int:
    """Return the remainder; it has the sign of the first number."""
    a, b = integer("mod", one), _divisor("mod", other)
    return a - b * _quotient(a, b)


def _divisor(name: str, value: Value) -> int:
    divisor = integer(name, value)
    if divisor == 0:
        raise failed(name, "Attempted to divide by zero.")
    return divisor


def _quotient(a: int, b: int) -> int:
    whole = abs(a) // abs(b)
    return whole if (a < 0) == (b < 0) else -whole


@function("int", 1)
def int_(value: Value) -> int:
    """Return the integer a text writes, or the integer itself."""
    if is_int(value):
        return int(value)
    if isinstance(value, float) and value == value // 1:
        return int(value)
    if isinstance(value, str):
        if _INTEGER.fullmatch(value) and _LOW <= int(value) <= _HIGH:
            return int(value)
        raise LanguageFault(
            f"The template language function 'int' cannot convert provided value '{value}' to integer value."
        )
    raise wrong_type("int", "String, Integer", value)


@function("float", 1)
def float_(value: Value) -> float | int:
    """Return the number a text writes; one without a fraction shows none."""
    if (isinstance(value, str) and _NUMBER.fullmatch(value)) or (
        isinstance(value, (int, float)) and not isinstance(value, bool)
    ):
        number = float(value)
        if math.isinf(number):
            raise LanguageFault(
                f"The template language function 'float' cannot convert provided value '{value}' to float value."
            )
    elif isinstance(value, str):
        raise LanguageFault(
            f"The template language function 'float' cannot convert provided value '{value}' to float value."
        )
    else:
        raise wrong_type("float", "String, Integer, Float", value)
    return int(number) if number == number // 1 and abs(number) < 2**53 else number
