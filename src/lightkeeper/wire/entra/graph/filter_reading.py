"""OData's `$filter`, as far as Graph's directory understands it, read into a tree.

What Graph calls advanced (`ne`, `not`, `endswith`, counting) works only for callers who send `ConsistencyLevel: eventual`; a
tree knows whether it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.kernel.problems import Invalid

LONGEST = 8 * 1024
DEEPEST = 32
OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le")
FUNCTIONS = ("startswith", "endswith")
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z0-9_$@][\w.$@:+-]*(?:/[\w$@]+)*)|(?P<mark>[(),:]))"
)


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
        if operator not in OPERATORS:
            raise _unsupported(self.text)
        return Node(operator, word, self._literal())

    def _call(self, word: str) -> Node:
        self._take("(")
        path, _, function = word.rpartition("/")
        if path and function.lower() == "any":
            return self._lambda(path)
        if word.lower() not in FUNCTIONS:
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


def _unsupported(text: str) -> Invalid:
    return Invalid("Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: '{text[:256]}'.")
