"""Functions of arrays."""

from lightkeeper.deployments.functions.registry import MANY, array, failed, function, integer, wrong_type
from lightkeeper.deployments.values import Value, is_int, json_of, same

LONGEST_RANGE = 10_000
LARGEST_INT = 2_147_483_647


@function("array", 1)
def as_array(value: Value) -> list[Value]:
    """Return the array itself, or an array of the one value."""
    return value if isinstance(value, list) else [value]


@function("createArray", 0, MANY)
def create_array(*values: Value) -> list[Value]:
    """Return the values as an array."""
    return list(values)


@function("flatten", 1)
def flatten(value: Value) -> list[Value]:
    """Return the elements of the inner arrays, one level down."""
    return [item for inner in array("flatten", value) for item in array("flatten", inner)]


@function("distinct", 1)
def distinct(value: Value) -> list[Value]:
    """Return each different element once, where it first occurs."""
    return unique(array("distinct", value))


def unique(values: list[Value]) -> list[Value]:
    """Return the values without those equal to an earlier one."""
    found: list[Value] = []
    seen: dict[str, list[Value]] = {}
    for value in values:
        # Texts of equal values are equal, unless the keys of an object stand in another order.
        twins = seen.setdefault(bucket(value), [])
        if not any(same(value, twin) for twin in twins):
            twins.append(value)
            found.append(value)
    return found


def bucket(value: Value) -> str:
    """Return a text that is the same for equal values (and for a few others): what to look equal values up by."""
    return "".join(sorted(json_of(value))) if isinstance(value, (dict, list)) else json_of(value)


@function("range", 2)
def range_(start: Value, count: Value) -> list[int]:
    """Return `count` integers that follow each other."""
    first, size = integer("range", start), integer("range", count)
    if not 0 <= size <= LONGEST_RANGE:
        raise failed("range", f"The count must be between '0' and '{LONGEST_RANGE}', while '{size}' was provided.")
    if first + size > LARGEST_INT:
        raise failed(
            "range", f"The sum of start index '{first}' and count '{size}' must not be greater than '{LARGEST_INT}'."
        )
    return list(range(first, first + size))


@function("min", 1, MANY)
def min_(*values: Value) -> int:
    """Return the smallest integer."""
    return min(_integers("min", values))


@function("max", 1, MANY)
def max_(*values: Value) -> int:
    """Return the largest integer."""
    return max(_integers("max", values))


def _integers(name: str, values: tuple[Value, ...]) -> list[int]:
    found = list(values[0]) if len(values) == 1 and isinstance(values[0], list) else list(values)
    if not found:
        raise failed(name, "The array must not be empty.")
    for value in found:
        if not is_int(value):
            raise wrong_type(name, "Integer", value)
    return found


@function("indexFromEnd", 2)
def index_from_end(value: Value, place: Value) -> Value:
    """Return the element this many places from the end; 1 is the last."""
    items, back = array("indexFromEnd", value), integer("indexFromEnd", place)
    if not 1 <= back <= len(items):
        raise failed(
            "indexFromEnd", f"The language expression property array index '{back}' from the end is out of bounds."
        )
    return items[-back]


@function("tryIndexFromEnd", 2)
def try_index_from_end(value: Value, place: Value) -> Value:
    """Return the element this many places from the end, null when there is none."""
    if value is None:
        return None
    items, back = array("tryIndexFromEnd", value), integer("tryIndexFromEnd", place)
    return items[-back] if 1 <= back <= len(items) else None
