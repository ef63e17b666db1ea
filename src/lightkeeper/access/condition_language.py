"""The language of conditions on role assignments and permissions, version 2.0: text to tree. Pure.

    condition = term (AND term)* | term (OR term)*
    term      = NOT term | '(' condition ')' | check
    check     = ActionMatches set | SubOperationMatches set | Exists attribute | operand operator operand
    operator  = [ForAnyOfAnyValues: | ForAllOfAnyValues: | ForAnyOfAllValues: | ForAllOfAllValues:] comparison
    operand   = attribute | value | set
    attribute = '@' source '[' name ']'
    set       = '{' value (',' value)* '}'
    value     = 'text' | number | GUID | true | false

AND, OR and NOT are also written `&&`, `||` and `!`; no word minds its case. AND and OR side by side need parentheses, as the
public description of the language has it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

DEEPEST = 64
"""Levels of parentheses and negations; our own bound, no public one is known."""


class MalformedCondition(ValueError):
    """The text is no condition; says what was expected where."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something known about the request, the resource, who asks, or the surroundings; both parts lower case."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Values:
    """One value, or a set of them, as texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionMatches:
    """Whether the action is one of these; patterns as in permissions."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubOperationMatches:
    """Whether a part of the operation is asked for."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether there is such an attribute."""

    attribute: Attribute


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left` against `right`: any or all values of the left side satisfy it for any or all of the right."""

    left: "Operand"
    operator: str
    right: "Operand"
    all_left: bool = False
    all_right: bool = False


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    term: "Node"


@dataclass(frozen=True, slots=True)
class Conjunction:
    """AND."""

    terms: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """OR."""

    terms: tuple["Node", ...]


Operand = Attribute | Values
Node = ActionMatches | SubOperationMatches | Exists | Comparison | Negation | Conjunction | Disjunction

_SOURCES = frozenset({"request", "resource", "principal", "environment"})
_ORDERS = ("equals", "notequals", "lessthan", "lessthanequals", "greaterthan", "greaterthanequals")
COMPARISONS = frozenset(
    {
        f"string{no}{kind}{case}"
        for no in ("", "not")
        for kind in ("equals", "startswith", "like")
        for case in ("", "ignorecase")
    }
    | {f"{kind}{order}" for kind in ("numeric", "datetime") for order in _ORDERS}
    | {f"{kind}{no}equals" for kind in ("guid", "bool") for no in ("", "not")}
)
_QUANTIFIERS = {
    "foranyofanyvalues": (False, False),
    "forallofanyvalues": (True, False),
    "foranyofallvalues": (False, True),
    "forallofallvalues": (True, True),
}  # fmt: skip
_JOINTS = {"and": "and", "&&": "and", "or": "or", "||": "or"}


class _Token(NamedTuple):
    kind: str
    text: str
    at: int
    source: str = ""


_PATTERN = re.compile(
    r"\s*(?:(?P<attribute>@(?P<source>\w+)\[(?P<name>[^\]]*)\])|'(?P<text>(?:[^'\\]|\\.)*)'"
    r"|(?P<sign>&&|\|\||[!(){},])|(?P<word>[\w.-]+(?::\w+)?))",
    re.DOTALL,
)


@lru_cache(maxsize=2048)
def parse(text: str) -> Node:
    """Return the condition as a tree. Raises `MalformedCondition`."""
    reader = _Reader(tuple(_tokens(text)))
    found = reader.condition(0)
    if reader.token is not None:
        raise MalformedCondition(f"'{reader.token.text}' at {reader.token.at} does not belong there.")
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _PATTERN.match(text, at)
        if found is None:
            raise MalformedCondition(f"'{text[at : at + 20].strip()}' at {at} is not understood.")
        if found["attribute"] is not None:
            yield _Token("attribute", found["name"].strip(), at, found["source"].lower())
        else:
            kind = str(found.lastgroup)
            yield _Token(kind, found[kind], at)
        at = found.end()


class _Reader:
    """Reads tokens from the left."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def token(self) -> _Token | None:
        """Return the next token, None at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def condition(self, depth: int) -> Node:
        """Read terms that are joined by one kind of joint."""
        if depth > DEEPEST:
            raise MalformedCondition(f"A condition has at most {DEEPEST} levels.")
        terms = [self._term(depth)]
        joints = set()
        while self.token is not None and (joint := _JOINTS.get(self.token.text.lower())) and self.token.kind != "text":
            joints.add(joint)
            if len(joints) > 1:
                raise MalformedCondition(f"AND and OR at {self.token.at} need parentheses.")
            self._at += 1
            terms.append(self._term(depth))
        if len(terms) == 1:
            return terms[0]
        return Conjunction(tuple(terms)) if joints == {"and"} else Disjunction(tuple(terms))

    def _term(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise MalformedCondition(f"A condition has at most {DEEPEST} levels.")
        if self._is("sign", "!") or self._is("word", "not"):
            return Negation(self._term(depth + 1))
        if self._is("sign", "("):
            inner = self.condition(depth + 1)
            self._insist(")")
            return inner
        if self._is("word", "actionmatches"):
            return ActionMatches(self._set())
        if self._is("word", "suboperationmatches"):
            return SubOperationMatches(self._set())
        if self._is("word", "exists"):
            attribute = self._operand()
            if not isinstance(attribute, Attribute):
                raise MalformedCondition("Exists asks about an attribute.")
            return Exists(attribute)
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._operand()
        operator = self._next("an operator")
        quantifier, _, comparison = operator.text.lower().rpartition(":")
        if operator.kind != "word" or comparison not in COMPARISONS or (quantifier and quantifier not in _QUANTIFIERS):
            raise MalformedCondition(f"'{operator.text}' at {operator.at} is no operator.")
        right = self._operand()
        if not quantifier and any(isinstance(side, Values) and len(side.texts) > 1 for side in (left, right)):
            raise MalformedCondition(
                f"'{operator.text}' at {operator.at} compares one value; several need ForAnyOfAnyValues."
            )
        return Comparison(left, comparison, right, *_QUANTIFIERS.get(quantifier, (False, False)))

    def _operand(self) -> Operand:
        token = self.token
        if token is not None and token.kind == "sign" and token.text == "{":
            return Values(self._set())
        token = self._next("an attribute or a value")
        if token.kind != "attribute":
            return Values((_value(token),))
        if token.source not in _SOURCES or not token.text:
            raise MalformedCondition(f"The attribute at {token.at} is of no known source, or has no name.")
        return Attribute(token.source, token.text.lower())

    def _set(self) -> tuple[str, ...]:
        self._insist("{")
        values = [_value(self._next("a value"))]
        while self._is("sign", ","):
            values.append(_value(self._next("a value")))
        self._insist("}")
        return tuple(values)

    def _is(self, kind: str, text: str) -> bool:
        """Step over the next token when it is this one, and return whether it was."""
        token = self.token
        found = token is not None and token.kind == kind and token.text.lower() == text
        self._at += found
        return found

    def _insist(self, sign: str) -> None:
        if not self._is("sign", sign):
            raise MalformedCondition(f"'{sign}' is missing{f' at {self.token.at}' if self.token else ''}.")

    def _next(self, expected: str) -> _Token:
        token = self.token
        if token is None:
            raise MalformedCondition(f"The condition ends where {expected} is expected.")
        self._at += 1
        return token


_BARE = re.compile(r"-?\d+|true|false|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _value(token: _Token) -> str:
    if token.kind == "text" or (token.kind == "word" and _BARE.fullmatch(token.text)):
        return token.text
    raise MalformedCondition(f"'{token.text}' at {token.at} is no value; texts stand in single quotes.")
