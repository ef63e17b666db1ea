"""The language between the brackets: text to tree.

    expression = (literal | call) access*
    call       = name ['.' name] '(' [expression (',' expression)*] ')'
    access     = '.' name | '[' expression ']'
    literal    = 'text' with '' for one quote | integer

There are no operators and no keywords; everything else is a function.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lightkeeper.deployments.faults import Misspelled

LONGEST = 24_576
"""Characters of one expression (public template limits)."""

DEEPEST = 64
"""Levels of calls inside calls; our own bound, no public one is known."""

LARGEST_LITERAL = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a number written out."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function, `namespace` set for a template's own functions."""

    name: str
    arguments: tuple["Node", ...]
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A property or an element of what `base` gives."""

    base: "Node"
    key: "Node"


Node = Literal | Call | Access


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


_PATTERN = re.compile(
    r"(?P<Space>\s+)|(?P<String>'(?:[^']|'')*')|(?P<Integer>-?[0-9]+)|(?P<Identifier>[A-Za-z_$][A-Za-z0-9_$]*)"
    r"|(?P<LeftParenthesis>\()|(?P<RightParenthesis>\))|(?P<Comma>,)|(?P<Dot>\.)"
    r"|(?P<LeftSquareBracket>\[)|(?P<RightSquareBracket>\])"
)


def is_expression(text: str) -> bool:
    """Return whether a JSON string of a template is evaluated: it begins with one `[` and ends with `]`."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def literal_of(text: str) -> str:
    """Return what a string that is no expression stands for: `[[x]` is `[x]`, everything else itself."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def quoted(text: str) -> str:
    """Return a template string that stands for exactly `text`, whatever it looks like."""
    return f"[{text}" if text.startswith("[") and text.endswith("]") else text


def calls_in(node: Node) -> Iterator[Call]:
    """Yield every call of a tree, the outer before the inner ones."""
    if isinstance(node, Call):
        yield node
        for argument in node.arguments:
            yield from calls_in(argument)
    elif isinstance(node, Access):
        yield from calls_in(node.base)
        yield from calls_in(node.key)


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Return the tree of an expression given with its brackets. Raises `Misspelled`."""
    inner = text[1:-1]
    if len(text) > LONGEST:
        raise Misspelled(
            f"The language expression '{inner[:80]}...' is not valid: it has '{len(text)}' characters,"
            f" and an expression may have at most '{LONGEST}'."
        )
    return _Parser(inner).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.expression()
        if self.peek().kind != "EndOfData":
            raise self.unexpected("EndOfData")
        return node

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Misspelled(f"The language expression '{self.text[:80]}...' is nested deeper than '{DEEPEST}' levels.")
        node = self.primary()
        while self.peek().kind in ("Dot", "LeftSquareBracket"):
            if self.take().kind == "Dot":
                node = Access(node, Literal(self.expect("Identifier").text))
            else:
                key = self.expression()
                self.expect("RightSquareBracket")
                node = Access(node, key)
        self.depth -= 1
        return node

    def primary(self) -> Node:
        token = self.peek()
        if token.kind == "String":
            self.take()
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "Integer":
            self.take()
            return Literal(_integer(token, self.text))
        name = self.expect("Identifier").text
        namespace = ""
        if self.peek().kind == "Dot":
            self.take()
            namespace, name = name, self.expect("Identifier").text
        return Call(name, self.arguments(), namespace)

    def arguments(self) -> tuple[Node, ...]:
        self.expect("LeftParenthesis")
        found: list[Node] = []
        if self.peek().kind != "RightParenthesis":
            found.append(self.expression())
            while self.peek().kind == "Comma":
                self.take()
                found.append(self.expression())
        self.expect("RightParenthesis")
        return tuple(found)

    def peek(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, kind: str) -> _Token:
        if self.peek().kind != kind:
            raise self.unexpected(kind)
        return self.take()

    def unexpected(self, kind: str) -> Misspelled:
        return Misspelled(
            f"Unable to parse language expression '{self.text}': expected token '{kind}' and actual '{self.peek().kind}'."
        )


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise Misspelled(
                f"The language expression '{text}' is not valid: the string character '{text[at]}' at position '{at}'"
                " is not expected."
            )
        kind = match.lastgroup or ""
        if kind != "Space":
            found.append(_Token(kind, match.group(), at))
        at = match.end()
    found.append(_Token("EndOfData", "", at))
    return found


def _integer(token: _Token, text: str) -> int:
    if len(token.text) > 11 or not -LARGEST_LITERAL - 1 <= int(token.text) <= LARGEST_LITERAL:
        raise Misspelled(
            f"The language expression '{text}' is not valid: the value '{token.text}' at position '{token.at}'"
            " cannot be converted to number"
        )
    return int(token.text)
