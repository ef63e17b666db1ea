"""JSON as the platform reads it from texts: strict JSON, and also comments, single quotes, bare keys, trailing commas.

Clients splice template files verbatim into requests, and templates hold JSON in strings; neither is always strict. The
reader is a small tokenizer, total over any text: it gives a value or raises `Malformed` with line and column.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

DEEPEST = 100
"""Levels of nesting; far above any real document."""


class Malformed(ValueError):
    """The text is not JSON even in the tolerant form; `line` and `column` count from 1."""

    def __init__(self, message: str, path: str, line: int, column: int) -> None:
        super().__init__(f"{message} Path '{path}', line {line}, position {column}.")
        self.line = line
        self.column = column


class Token(NamedTuple):
    """A piece of text with its offset."""

    kind: str
    value: Any
    at: int


_TOKEN = re.compile(
    r"(?P<space>[\s\ufeff]+|//[^\n]*|/\*.*?\*/)|(?P<mark>[{}\[\]:,])|(?P<double>\"(?:[^\"\\]|\\.)*\")|(?P<single>'(?:[^'\\]|\\.)*')"
    r"|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?P<word>[A-Za-z_$][\w$-]*)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_WORDS = {"true": True, "false": False, "null": None}


def parse(text: str) -> Any:
    """Return the value a text stands for. Raises `Malformed`."""
    return _Reader(text).document()


def places(text: str) -> dict[str, tuple[int, int]]:
    """Return line and column of every value by its path (`properties.template.resources[0].name`), in lower case."""
    reader = _Reader(text, track=True)
    reader.document()
    breaks = [at for at, sign in enumerate(text) if sign == "\n"]
    found: dict[str, tuple[int, int]] = {}
    for path, at in reader.offsets.items():
        line = bisect_left(breaks, at)
        found[path] = line + 1, at - (breaks[line - 1] if line else -1)
    return found


def placer(text: str) -> Callable[[str], tuple[int, int]]:
    """Return what says line and column of a path, or of the nearest thing around it that is there; looks when first asked."""

    @cache
    def found() -> dict[str, tuple[int, int]]:
        return places(text)

    def place(path: str) -> tuple[int, int]:
        wanted = path.lower()
        while wanted and wanted not in found():
            wanted = wanted[: max(wanted.rfind("."), wanted.rfind("["), 0)]
        return found().get(wanted, (1, 1))

    return place


def step(path: str, key: str | int) -> str:
    """Return the path of a member or an element of what is at `path`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if re.fullmatch(r"[\w$-]+", key) is None:
        return f"{path}['{key}']"
    return f"{path}.{key}" if path else key


class _Reader:
    def __init__(self, text: str, *, track: bool = False) -> None:
        self.text = text
        self.offsets: dict[str, int] = {}
        self.track = track
        self.path = ""
        self.tokens = self._tokens()
        self.token = next(self.tokens)

    def document(self) -> Any:
        value = self.value(0)
        if self.token.kind != "end":
            raise self.fault("Additional text encountered after finished reading JSON content.")
        return value

    def value(self, depth: int) -> Any:
        token = self.token
        if depth > DEEPEST:
            raise self.fault(f"The value is nested deeper than {DEEPEST} levels.")
        if self.track:
            self.offsets[self.path.lower()] = token.at
        if token.kind == "{":
            return self.object(depth)
        if token.kind == "[":
            return self.array(depth)
        if token.kind in ("string", "number"):
            self.advance()
            return token.value
        if token.kind == "word" and token.value in _WORDS:
            self.advance()
            return _WORDS[token.value]
        raise self.fault(f"Unexpected character encountered while parsing value: {self.shown()}.")

    def object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        outer = self.path
        self.advance()
        while self.token.kind != "}":
            if self.token.kind not in ("string", "word"):
                raise self.fault(f"Invalid property identifier character: {self.shown()}.")
            key = self.token.value
            self.path = step(outer, key) if self.track else outer
            self.advance()
            self.expect(":", f"Invalid character after parsing property name. Expected ':' but got: {self.shown()}.")
            found[key] = self.value(depth + 1)
            self.path = outer
            self.separate("}")
        self.advance()
        return found

    def array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        outer = self.path
        self.advance()
        while self.token.kind != "]":
            self.path = step(outer, len(found)) if self.track else outer
            found.append(self.value(depth + 1))
            self.path = outer
            self.separate("]")
        self.advance()
        return found

    def separate(self, end: str) -> None:
        if self.token.kind != end:
            self.expect(",", f"After parsing a value an unexpected character was encountered: {self.shown()}.")

    def expect(self, kind: str, complaint: str) -> None:
        if self.token.kind != kind:
            raise self.fault(complaint)
        self.advance()

    def advance(self) -> None:
        self.token = next(self.tokens)

    def shown(self) -> str:
        return self.text[self.token.at : self.token.at + 1] or "end of text"

    def fault(self, message: str) -> Malformed:
        return Malformed(message, self.path, *self.place(self.token.at))

    def place(self, at: int) -> tuple[int, int]:
        line = self.text.count("\n", 0, at) + 1
        return line, at - (self.text.rfind("\n", 0, at) + 1) + 1

    def _tokens(self) -> Iterator[Token]:
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                yield Token("unknown", None, at)
                return
            token = self._token(match, at)
            if token is not None:
                yield token
            at = match.end()
        while True:
            yield Token("end", None, len(self.text))

    def _token(self, match: re.Match[str], at: int) -> Token | None:
        raw = match.group()
        match match.lastgroup:
            case "mark":
                return Token(raw, None, at)
            case "double" | "single":
                return Token("string", self._unescaped(raw[1:-1], at), at)
            case "number":
                return Token("number", self._number(raw, at), at)
            case "word":
                return Token("word", raw, at)
        return None

    def _unescaped(self, raw: str, at: int) -> str:
        if "\\" not in raw:
            return raw

        def one(match: re.Match[str]) -> str:
            mark = match[1]
            if len(mark) == 5:
                return chr(int(mark[1:], 16))
            if mark not in _PLAIN:
                raise Malformed(f"Bad JSON escape sequence: \\{mark}.", self.path, *self.place(at))
            return _PLAIN[mark]

        # Two \u halves of one character are joined; a half alone cannot be written as UTF-8 again and becomes U+FFFD.
        return _ESCAPE.sub(one, raw).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _number(self, raw: str, at: int) -> int | float:
        try:
            number: int | float = int(raw) if re.fullmatch(r"-?\d+", raw) else float(raw)
        except ValueError:
            raise Malformed("The number is too long.", self.path, *self.place(at)) from None
        if isinstance(number, float) and not math.isfinite(number):
            raise Malformed(f"The number {raw[:40]} is too large.", self.path, *self.place(at))
        return number
