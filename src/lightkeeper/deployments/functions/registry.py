"""How a function of the language is declared: its name, how many arguments it takes, where it may be called.

@function("toUpper", 1)                 plain: values in, value out
@aware("subscription", 0)               also sees the environment
@lazy("if", 3)                          evaluates its arguments itself
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lightkeeper.deployments.environment import Place
from lightkeeper.deployments.faults import LanguageFault, Misspelled
from lightkeeper.deployments.values import Value, is_int, type_name

MANY = None


class Kind(Enum):
    """What a function's body is called with."""

    PLAIN = 1  # (*values)
    AWARE = 2  # (environment, *values)
    LAZY = 3  # (environment, nodes, evaluate)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language; `maximum` None means any number of arguments."""

    name: str
    minimum: int
    maximum: int | None
    kind: Kind
    body: Callable[..., Value]
    places: frozenset[Place] | None = None

    def check_count(self, given: int) -> None:
        """Raise `LanguageFault` when the function cannot take this many arguments."""
        if given >= self.minimum and (self.maximum is None or given <= self.maximum):
            return
        if self.maximum is None:
            wanted = f"at least {self.minimum}"
        elif self.maximum == self.minimum:
            wanted = str(self.minimum)
        else:
            wanted = f"between {self.minimum} and {self.maximum}"
        raise Misspelled(
            f"Unable to evaluate template language function '{self.name}': function requires {wanted} argument(s)"
            f" while {given} were provided."
        )

    def check_place(self, place: Place) -> None:
        """Raise `LanguageFault` when the function may not be called there."""
        if self.places is not None and place not in self.places:
            raise Misspelled(f"The template function '{self.name}' is not expected at this location.")


FUNCTIONS: dict[str, Function] = {}
_SAME = -1

Body = Callable[..., Value]


def _declare(
    name: str, minimum: int, maximum: int | None, kind: Kind, places: frozenset[Place] | None
) -> Callable[[Body], Body]:
    def keep(body: Body) -> Body:
        upper = minimum if maximum == _SAME else maximum
        FUNCTIONS[name.lower()] = Function(name, minimum, upper, kind, body, places)
        return body

    return keep


def function(name: str, minimum: int, maximum: int | None = _SAME) -> Callable[[Body], Body]:
    """Declare a function of values alone."""
    return _declare(name, minimum, maximum, Kind.PLAIN, None)


def aware(
    name: str, minimum: int, maximum: int | None = _SAME, *, places: frozenset[Place] | None = None
) -> Callable[[Body], Body]:
    """Declare a function that sees where it is called."""
    return _declare(name, minimum, maximum, Kind.AWARE, places)


def lazy(
    name: str, minimum: int, maximum: int | None = _SAME, *, places: frozenset[Place] | None = None
) -> Callable[[Body], Body]:
    """Declare a function that decides which of its arguments are evaluated."""
    return _declare(name, minimum, maximum, Kind.LAZY, places)


# What bodies check their arguments with.


def wrong_type(name: str, wanted: str, value: Value) -> LanguageFault:
    """Return the fault for an argument of the wrong type."""
    return LanguageFault(
        f"The template language function '{name}' expects its parameter to be of type '{wanted}'."
        f" The provided value is of type '{type_name(value)}'."
    )


def text(name: str, value: Value) -> str:
    """Return the argument, which must be a string."""
    if not isinstance(value, str):
        raise wrong_type(name, "String", value)
    return value


def integer(name: str, value: Value) -> int:
    """Return the argument, which must be an integer."""
    if not is_int(value):
        raise wrong_type(name, "Integer", value)
    return int(value)


def array(name: str, value: Value) -> list[Any]:
    """Return the argument, which must be an array."""
    if not isinstance(value, list):
        raise wrong_type(name, "Array", value)
    return value


def mapping(name: str, value: Value) -> dict[str, Any]:
    """Return the argument, which must be an object."""
    if not isinstance(value, dict):
        raise wrong_type(name, "Object", value)
    return value


def boolean(name: str, value: Value) -> bool:
    """Return the argument, which must be true or false."""
    if not isinstance(value, bool):
        raise wrong_type(name, "Boolean", value)
    return value


def failed(name: str, why: str) -> LanguageFault:
    """Return the fault `Unable to evaluate ...` with its reason."""
    return LanguageFault(f"Unable to evaluate the template language function '{name}'. {why}")


def texts(name: str, values: Sequence[Value]) -> list[str]:
    """Return the arguments, which must all be strings."""
    return [text(name, value) for value in values]
