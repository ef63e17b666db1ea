"""OData's `$filter`, as far as Graph's directory understands it: read into a tree, then asked of one object at a time.

Comparisons of texts ignore case. What Graph calls advanced (`ne`, `not`, `endswith`, counting) works only for callers who
send `ConsistencyLevel: eventual`; a tree knows whether it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.kernel.problems import Invalid

LONGEST = 8 * 1024
DEEPEST = 32

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z0-9_$@][\w.$@:+-]*(?:/[\w$@]+)*)|(?P<mark>[(),:]))"
)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: left is not None and right is not None and bool(left > right),
    "ge": lambda left, right: left is not None and right is not None and bool(left >= right),
    "lt": lambda left, right: left is not None and right is not None and bool(left < right),
    "le": lambda left, right: left is not None and right is not None and bool(left <= right),
}
_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {"startswith": str.startswith, "endswith": str.endswith}
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a filter: `kind` is and, or, not, an operator, a function, in, or any."""

    kind: str
    path: str = ""
    value: Any = None
    parts: tuple["Node", ...] = ()

    def parts_within(self) -> Iterator["Node"]:
        """Yield this part and every part inside it."""
        yield self
        for part in self.parts:
            yield from part.parts_within()

    @property
    def advanced(self) -> bool:
        """Return whether Graph answers this only to callers who ask for eventual consistency."""
        return any(
            each.kind in ("not", "ne", "endswith") or each.path.lower().endswith("$count")
            for each in self.parts_within()
        )

    def paths(self) -> Iterator[str]:
        """Yield the properties this asks about."""
        if self.path:
            yield self.path
        if self.kind != "any":
            for part in self.parts:
                yield from part.paths()


def read_filter(text: str) -> Node | None:
    """Return the tree of a filter, None for an empty one. Raises `Invalid` for what we do not understand."""
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise _unsupported(text)
    return _Reader(text).whole()


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
    if node.kind in _FUNCTIONS:
        return isinstance(found, str) and _FUNCTIONS[node.kind](found, node.value)
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


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._split())
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self._either()
        if self.at != len(self.tokens):
            raise _unsupported(self.text)
        return node

    def _split(self) -> Iterator[tuple[str, str]]:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise _unsupported(self.text)
            yield str(found.lastgroup), found.group(str(found.lastgroup))
            at = found.end()

    def _peek(self) -> str:
        """Return the next token in lower case when it is a word or mark, '' otherwise."""
        if self.at >= len(self.tokens) or self.tokens[self.at][0] == "text":
            return ""
        return self.tokens[self.at][1].lower()

    def _take(self, wanted: str = "") -> tuple[str, str]:
        if self.at >= len(self.tokens) or (wanted and self._peek() != wanted):
            raise _unsupported(self.text)
        self.at += 1
        return self.tokens[self.at - 1]

    def _either(self) -> Node:
        return self._joined("or", self._both)

    def _both(self) -> Node:
        return self._joined("and", self._perhaps_not)

    def _joined(self, word: str, read: Callable[[], Node]) -> Node:
        parts = [read()]
        while self._peek() == word:
            self._take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Node(word, parts=tuple(parts))

    def _perhaps_not(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _unsupported(self.text)
        try:
            if self._peek() == "not":
                self._take()
                return Node("not", parts=(self._perhaps_not(),))
            if self._peek() == "(":
                self._take()
                inner = self._either()
                self._take(")")
                return inner
            return self._clause()
        finally:
            self.depth -= 1

    def _clause(self) -> Node:
        kind, word = self._take()
        if kind != "word":
            raise _unsupported(self.text)
        if self._peek() == "(":
            return self._call(word)
        operator = self._take()[1].lower()
        if operator == "in":
            return Node("in", word, tuple(self._list()))
        if operator not in _OPERATORS:
            raise _unsupported(self.text)
        return Node(operator, word, self._literal())

    def _call(self, word: str) -> Node:
        self._take("(")
        path, _, function = word.rpartition("/")
        if path and function.lower() == "any":
            return self._lambda(path)
        if word.lower() not in _FUNCTIONS:
            raise _unsupported(self.text)
        kind, path = self._take()
        self._take(",")
        value = self._literal()
        self._take(")")
        if kind != "word" or not isinstance(value, str):
            raise _unsupported(self.text)
        return Node(word.lower(), path, value)

    def _lambda(self, path: str) -> Node:
        if self._peek() == ")":
            self._take()
            return Node("any", path)
        _, name = self._take()
        name, colon, rest = name.partition(":")
        if not colon:
            self._take(":")
        elif rest:  # `c:c` is one word to the splitter
            self.tokens.insert(self.at, ("word", rest))
        inner = self._either()
        self._take(")")
        if not re.fullmatch(r"\w+", name) or any(each.split("/")[0].lower() != name.lower() for each in inner.paths()):
            raise _unsupported(self.text)
        return Node("any", path, name, (inner,))

    def _list(self) -> Iterator[Any]:
        self._take("(")
        yield self._literal()
        while self._peek() == ",":
            self._take()
            yield self._literal()
        self._take(")")

    def _literal(self) -> Any:
        kind, word = self._take()
        if kind == "text":
            return word[1:-1].replace("''", "'").lower()
        if kind != "word" or "/" in word:
            raise _unsupported(self.text)
        if word.lower() in _LITERALS:
            return _LITERALS[word.lower()]
        if re.fullmatch(r"-?\d{1,18}", word):
            return int(word)
        return word.lower()  # a GUID or a time stands without quotes


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


def _unsupported(text: str) -> Invalid:
    return Invalid("Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: '{text[:256]}'.")
