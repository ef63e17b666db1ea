"""Reading a query: its text, from left to right, or the place where it is not understood. Pure.

`SELECT ... FROM ... WHERE ... ORDER BY ... LIMIT ... TIMESPAN ...`. Words of the language ignore case, and so do names of
columns; texts are compared as they are, those of LIKE with `%` for anything.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound.analytics.query import TIMESPANS, Query, Test

LONGEST = 8_000
DEEPEST = 20
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(<=|>=|!=|<>|[=<>(),*]))")
_WORDS = {
    *("SELECT", "FROM", "WHERE", "ORDER", "BY", "ASC", "DESC", "LIMIT", "TIMESPAN"),
    *("AND", "OR", "NOT", "IN", "LIKE", "TRUE", "FALSE"),
}
_SIMPLE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def parse(text: str) -> Query:
    """Return the query. Raises `Invalid`, which names the place where it is not understood."""
    return _Parser(text).query()


class _Parser:
    """Reads a query from left to right."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise Invalid("badRequest", f"The query is longer than {LONGEST:,} characters.", target="Query")
        self._tokens = _cut(text)
        self._at = 0
        self._depth = 0
        self._compared: list[str] = []

    def query(self) -> Query:
        self._expect("SELECT")
        columns = () if self._take("*") else tuple(self._names())
        self._expect("FROM")
        dataset = self._name()
        test = self._any() if self._take("WHERE") else None
        order: list[tuple[str, bool]] = []
        if self._take("ORDER"):
            self._expect("BY")
            order.append(self._ordered())
            while self._take(","):
                order.append(self._ordered())
        limit = int(self._number()) if self._take("LIMIT") else None
        timespan = self._name().upper() if self._take("TIMESPAN") else "LIFETIME"
        if timespan not in TIMESPANS:
            raise self._not_understood(f"a time span, one of {', '.join(TIMESPANS)}", back=1)
        if self._at < len(self._tokens):
            raise self._not_understood("the end of the query")
        return Query(columns, dataset, test, tuple(self._compared), tuple(order), limit, timespan)

    def _names(self) -> list[str]:
        found = [self._name()]
        while self._take(","):
            found.append(self._name())
        return found

    def _ordered(self) -> tuple[str, bool]:
        name = self._name()
        if self._take("DESC"):
            return name, True
        self._take("ASC")
        return name, False

    def _any(self) -> Test:
        tests = [self._all()]
        while self._take("OR"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("AND"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._take("NOT"):
            turned = self._deeper(self._one)
            return lambda row: not turned(row)
        if self._take("("):
            test = self._deeper(self._any)
            self._expect(")")
            return test
        return self._comparison()

    def _deeper(self, read: Callable[[], Test]) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Invalid("badRequest", f"The query is nested deeper than {DEEPEST} levels.", target="Query")
        test = read()
        self._depth -= 1
        return test

    def _comparison(self) -> Test:
        name = self._name()
        self._compared.append(name)
        key = name.lower()
        turned = self._take("NOT")
        if self._take("IN"):
            self._expect("(")
            values = [self._value()]
            while self._take(","):
                values.append(self._value())
            self._expect(")")
            return lambda row: (row[key] in values) is not turned
        if self._take("LIKE"):
            parts = str(self._value()).split("%")
            return lambda row: _fits(str(row[key] or ""), parts) is not turned
        if turned:
            raise self._not_understood("IN or LIKE")
        kind, sign = self._next()
        if kind != "sign" or sign not in _SIMPLE:
            raise self._not_understood("a comparison", back=1)
        wanted, compare = self._value(), _SIMPLE[sign]
        return lambda row: _comparable(row[key], wanted) and compare(row[key], wanted)

    def _value(self) -> Any:
        kind, value = self._next()
        if kind in ("text", "number"):
            return value
        if kind == "word" and value in ("TRUE", "FALSE"):
            return value == "TRUE"
        raise self._not_understood("a value", back=1)

    def _number(self) -> float:
        kind, value = self._next()
        if kind != "number" or value != int(value) or value < 0:
            raise self._not_understood("a whole number", back=1)
        return float(value)

    def _name(self) -> str:
        kind, value = self._next()
        if kind != "name":
            raise self._not_understood("a name", back=1)
        return str(value)

    def _take(self, wanted: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in (("word", wanted), ("sign", wanted)):
            self._at += 1
            return True
        return False

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise self._not_understood(wanted)

    def _next(self) -> tuple[str, Any]:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ("end", "")

    def _not_understood(self, wanted: str, back: int = 0) -> Invalid:
        at = self._at - back
        seen = f"'{str(self._tokens[at][1])[:40]}'" if at < len(self._tokens) else "the end"
        return Invalid("badRequest", f"The query is not understood at {seen}: expected {wanted}.", target="Query")


def _cut(text: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        token = _TOKEN.match(text, at)
        if token is None:
            raise Invalid(
                "badRequest", f"The query is not understood at '{text[at : at + 20].strip()}'.", target="Query"
            )
        said, number, word, sign = token.groups()
        if said is not None:
            found.append(("text", said[1:-1].replace("''", "'")))
        elif number is not None:
            found.append(("number", float(number) if "." in number else int(number)))
        elif word is not None:
            found.append(("word", word.upper()) if word.upper() in _WORDS else ("name", word))
        else:
            found.append(("sign", sign))
        at = token.end()
    return found


def _comparable(left: Any, right: Any) -> bool:
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    return numbers or (isinstance(left, str) and isinstance(right, str))


def _fits(text: str, parts: Sequence[str]) -> bool:
    """Return whether a text is `parts` with anything between them."""
    if len(parts) == 1:
        return text == parts[0]
    if not (text.startswith(parts[0]) and text.endswith(parts[-1])):
        return False
    at, end = len(parts[0]), len(text) - len(parts[-1])
    for part in parts[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
