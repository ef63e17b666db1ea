"""Requests and responses as files: plays a folder of them against a house of its own and compares what comes back.

A file holds a request, a line `HTTP <status>`, the headers that matter and the body. In a response

    {time} {guid} {etag} {any}   stand for a value of that kind; `{any}` also for a whole JSON value
    {word}                       keeps the text found there; later files of the folder use it by the same name
    "...": "..."                 in an object, and "..." at the end of a list, allow for more than is written

`Authorization` names who asks (a token here is a name such as `contoso/owner`).

    python -m tests.wire.arm.exchanges.runner [situation]     write the responses of files that have none yet
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from tests.house import House, Reply

FOLDER = Path(__file__).parent
WORLD = Path(__file__).parents[3] / "house.yaml"
KINDS = {
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "guid": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "etag": r'(?:W/)?"[^"]+"',
    "any": r"(?s:.*)",
}
MORE = "..."
SHOWN = ("location", "azure-asyncoperation", "retry-after", "etag", "www-authenticate", "x-ms-failure-cause")
_WORD = re.compile(r"\{([a-z][a-zA-Z0-9]*)\}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One file."""

    file: Path
    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int | None
    expected: dict[str, str]
    answer: str

    @property
    def by(self) -> str | None:
        return self.headers.get("authorization")


def situations() -> list[str]:
    """Return the names of the folders."""
    return sorted(one.name for one in FOLDER.iterdir() if one.is_dir() and not one.name.startswith("_"))


def exchanges(situation: str) -> Iterator[Exchange]:
    """Yield the files of a folder in their order."""
    for file in sorted((FOLDER / situation).glob("*.http")):
        yield read(file)


def read(file: Path) -> Exchange:
    """Return a file's parts."""
    asked, _, answered = file.read_text().partition("\nHTTP ")
    head, _, body = asked.strip().partition("\n\n")
    first, *rest = [line for line in head.splitlines() if not line.startswith("#")]
    method, _, path = first.partition(" ")
    status, _, remainder = answered.partition("\n")
    said, _, answer = remainder.partition("\n\n") if not remainder.startswith("\n") else ("", "", remainder)
    return Exchange(
        file, method, path.strip(), _headers(rest), body.strip(),
        int(status) if status.strip() else None, _headers(said.splitlines()), answer.strip(),
    )  # fmt: skip


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in lines if line.strip())
    return {name.strip().lower(): value.strip() for name, value in pairs}


def play(house: House, exchange: Exchange, words: dict[str, str]) -> Reply:
    """Send the request, with the words found so far in their places."""

    def filled(text: str) -> str:
        return _WORD.sub(lambda found: words.get(found[1], found[0]), text)

    headers = {name: filled(value) for name, value in exchange.headers.items() if name != "authorization"}
    path = re.sub(r"^https?://[^/]+", "", filled(exchange.path))
    body = filled(exchange.body).encode() if exchange.body else None
    return house.send(exchange.method, path.replace(" ", "%20"), body, by=exchange.by, headers=headers)


def check(exchange: Exchange, reply: Reply, words: dict[str, str]) -> None:
    """Compare the reply with the file; raise `AssertionError` with the place where they part."""
    where = f"{exchange.file.parent.name}/{exchange.file.name}"
    assert reply.status == exchange.status, f"{where}: {reply.status} {reply.raw.decode()[:2000]}"
    for name, pattern in exchange.expected.items():
        assert name in reply.headers, f"{where}: no header {name}"
        _match(pattern, reply.headers[name], f"{where}: header {name}", words)
    if exchange.answer:
        _match(json.loads(exchange.answer), reply.json, where, words)
    else:
        assert not reply.raw, f"{where}: an empty body was expected: {reply.raw.decode()[:500]}"


def _match(expected: Any, got: Any, where: str, words: dict[str, str]) -> None:
    if isinstance(expected, dict):
        assert isinstance(got, dict), f"{where}: {got!r}"
        more = MORE in expected
        wanted = {key: value for key, value in expected.items() if key != MORE}
        assert wanted.keys() <= got.keys(), f"{where}: missing {sorted(wanted.keys() - got.keys())}"
        assert more or wanted.keys() == got.keys(), f"{where}: unexpected {sorted(got.keys() - wanted.keys())}"
        for key, value in wanted.items():
            _match(value, got[key], f"{where}.{key}", words)
    elif isinstance(expected, list):
        assert isinstance(got, list), f"{where}: {got!r}"
        more = expected[-1:] == [MORE]
        wanted_items = expected[:-1] if more else expected
        assert len(got) >= len(wanted_items) if more else len(got) == len(wanted_items), f"{where}: {len(got)} items"
        for n, value in enumerate(wanted_items):
            _match(value, got[n], f"{where}[{n}]", words)
    elif isinstance(expected, str) and _WORD.search(expected):
        if expected == "{any}":
            return
        assert isinstance(got, str), f"{where}: {got!r}"
        _match_text(expected, got, where, words)
    else:
        assert got == expected, f"{where}: {got!r}, expected {expected!r}"


def _match_text(expected: str, got: str, where: str, words: dict[str, str]) -> None:
    parts, names, end = [], [], 0
    for found in _WORD.finditer(expected):
        parts.append(re.escape(expected[end : found.start()]))
        name = found[1]
        if name in KINDS:
            parts.append(f"(?:{KINDS[name]})")
        elif name in words:
            parts.append(re.escape(words[name]))
        else:
            names.append(name)
            parts.append(r"(.+?)")
        end = found.end()
    parts.append(re.escape(expected[end:]))
    matched = re.fullmatch("".join(parts), got)
    assert matched, f"{where}: {got!r}, expected {expected!r}"
    words.update(zip(names, matched.groups(), strict=True))


def _recorded(one: Reply, other: Reply, keep: dict[str, str]) -> str:
    """Return the part of a file that a reply makes; what differs between two runs becomes a placeholder."""
    texts = []
    for reply in (one, other):
        body = _kept(_short(reply.json), keep) if reply.raw else None
        headers = {name: reply.headers[name] for name in SHOWN if name in reply.headers}
        headers = {
            name: f"{{{keep[f'header {name}']}}}" if f"header {name}" in keep else headers[name] for name in headers
        }
        texts.append((headers, body))
    headers, body = _common(texts[0], texts[1])
    said = "".join(f"{name}: {value}\n" for name, value in headers.items())
    if body is not None:
        said += "\n" + json.dumps(body, indent=2, ensure_ascii=False)
    return f"\nHTTP {one.status}\n{said.rstrip()}\n"


def _kept(body: Any, keep: dict[str, str]) -> Any:
    for place, word in keep.items():
        *front, last = place.split(".")
        part = body
        for step in front:
            part = part[int(step) if step.isdigit() else step] if not isinstance(part, str) else {}
        if not place.startswith("header ") and isinstance(part, dict) and last in part:
            part[last] = f"{{{word}}}"
    return body


def _short(value: Any) -> Any:
    """Return a long list with its first items only."""
    if isinstance(value, list):
        items = [_short(one) for one in value]
        return [*items[:2], MORE] if len(items) > 6 else items
    return {key: _short(one) for key, one in value.items()} if isinstance(value, dict) else value


def _common(one: Any, other: Any) -> Any:
    if isinstance(one, (list, tuple)) and len(one) == len(other):
        return [_common(a, b) for a, b in zip(one, other, strict=True)]
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _common(value, other.get(key)) for key, value in one.items()}
    if not isinstance(one, str):
        return one
    texts = [re.split(r"([^/'? =&,]+)", re.sub(KINDS["time"], "{time}", text)) for text in (one, str(other))]
    if len(texts[0]) != len(texts[1]):
        return "{any}"
    return "".join(a if a == b else _masked(a) for a, b in zip(*texts, strict=True))


def _masked(text: str) -> str:
    if re.fullmatch(KINDS["etag"], text):
        return "{etag}"
    masked = re.sub(KINDS["guid"], "{guid}", text)
    return masked if masked != text else "{any}"


def main() -> None:
    """Write what comes back into the files that say nothing about it yet.

    A line `# keep <word>: <place>` in such a file names what later files need: a dotted path in the body, or `header <name>`.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    for situation in sys.argv[1:] or situations():
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            houses = [House.of(Path(folder), WORLD.read_text()) for folder in (first, second)]
            known: list[dict[str, str]] = [{}, {}]
            for file in sorted((FOLDER / situation).glob("*.http")):
                exchange = read(file)
                one, other = (play(house, exchange, words) for house, words in zip(houses, known, strict=True))
                if exchange.status is None:
                    text = file.read_text()
                    keep = {place: word for word, place in re.findall(r"^# keep (\w+): (.+)$", text, re.MULTILINE)}
                    text = re.sub(r"^# keep .+\n", "", text, flags=re.MULTILINE)
                    file.write_text(text.rstrip() + "\n" + _recorded(one, other, keep))
                    print(f"{situation}/{file.name}: {one.status}")
                    exchange = read(file)
                for reply, words in zip((one, other), known, strict=True):
                    check(exchange, reply, words)
            for house in houses:
                house.close()


if __name__ == "__main__":
    main()
