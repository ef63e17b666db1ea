"""Functions that look into texts, arrays and objects: contains, indexOf, first, last, length, take, skip, empty, like."""

from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions.registry import function, integer, text, wrong_type
from lightkeeper.deployments.values import Value, member, same, text_of, type_name


@function("contains", 2)
def contains(container: Value, item: Value) -> bool:
    """Return whether a text holds a text (exact case), an object a key (any case), an array an equal element."""
    if isinstance(container, str):
        if isinstance(item, (list, dict)) or item is None:
            raise wrong_type("contains", "String", item)
        return text_of(item) in container
    if isinstance(container, dict):
        return member(container, text("contains", item)) is not None
    if isinstance(container, list):
        return any(same(one, item) for one in container)
    raise _container("contains", container)


@function("empty", 1)
def empty(value: Value) -> bool:
    """Return whether there is nothing: null, an empty text, array or object."""
    if value is None or isinstance(value, (str, list, dict)):
        return not value
    raise _container("empty", value)


@function("length", 1)
def length(value: Value) -> int:
    """Return how many characters, elements or keys there are."""
    if isinstance(value, (str, list, dict)):
        return len(value)
    raise _container("length", value)


@function("first", 1)
def first(value: Value) -> Value:
    """Return the first character or element; of an empty text an empty text, of an empty array null."""
    if isinstance(value, str):
        return value[:1]
    if isinstance(value, list):
        return value[0] if value else None
    raise _sequence("first", value)


@function("last", 1)
def last(value: Value) -> Value:
    """Return the last character or element."""
    if isinstance(value, str):
        return value[-1:]
    if isinstance(value, list):
        return value[-1] if value else None
    raise _sequence("last", value)


@function("take", 2)
def take(value: Value, count: Value) -> Value:
    """Return the first `count` characters or elements, or as many as there are."""
    if not isinstance(value, (str, list)):
        raise _sequence("take", value)
    return value[: max(0, integer("take", count))]


@function("skip", 2)
def skip(value: Value, count: Value) -> Value:
    """Return what is left behind the first `count` characters or elements."""
    if not isinstance(value, (str, list)):
        raise _sequence("skip", value)
    return value[max(0, integer("skip", count)) :]


@function("startsWith", 2)
def starts_with(value: Value, prefix: Value) -> bool:
    """Return whether a text begins with another, in any case."""
    return text("startsWith", value).lower().startswith(text("startsWith", prefix).lower())


@function("endsWith", 2)
def ends_with(value: Value, suffix: Value) -> bool:
    """Return whether a text ends with another, in any case."""
    return text("endsWith", value).lower().endswith(text("endsWith", suffix).lower())


@function("indexOf", 2)
def index_of(container: Value, item: Value) -> int:
    """Return where a text (in any case) or an equal element first occurs, -1 when it does not."""
    if isinstance(container, list):
        return next((n for n, one in enumerate(container) if same(one, item)), -1)
    return text("indexOf", container).lower().find(text("indexOf", item).lower())


@function("lastIndexOf", 2)
def last_index_of(container: Value, item: Value) -> int:
    """Return where a text (in any case) or an equal element last occurs, -1 when it does not.

    An empty text is found at the last character, as the live service was recorded to answer.
    """
    if isinstance(container, list):
        return next((n for n in range(len(container) - 1, -1, -1) if same(container[n], item)), -1)
    whole, sought = text("lastIndexOf", container).lower(), text("lastIndexOf", item).lower()
    return whole.rfind(sought) if sought else max(0, len(whole) - 1)


@function("like", 2)
def like(value: Value, pattern: Value) -> bool:
    """Return whether a text fits a pattern in which `*` stands for any characters, in any case."""
    # Greedy matching piece by piece: a pattern of many stars must not take exponential time.
    pieces = text("like", pattern).lower().split("*")
    whole = text("like", value).lower()
    if len(pieces) == 1:
        return whole == pieces[0]
    head, *middle, tail = pieces
    if len(whole) < len(head) + len(tail) or not whole.startswith(head) or not whole.endswith(tail):
        return False
    at, end = len(head), len(whole) - len(tail)
    for piece in middle:
        found = whole.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _sequence(name: str, value: Value) -> LanguageFault:
    return _container(name, value, "an array or a string")


def _container(name: str, value: Value, wanted: str = "an object, an array, or a string") -> LanguageFault:
    return LanguageFault(
        f"The template language function '{name}' expects its parameter to be {wanted}."
        f" The provided value is of type '{type_name(value)}'."
    )
