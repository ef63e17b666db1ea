"""Reading an offer file: what it says, and where it says it.

Total: whatever the text holds, `read` returns a document, and what is wrong with the text is a finding. YAML is read as
a stream of events, so that neither depth nor repeated aliases can exhaust us; scalars follow YAML 1.2's core schema, in
which `no` and dates are plain text. JSON is read by the JSON parser and only placed by the YAML one.

The events come from libyaml where it is installed, which reads an offer of 100 plans ten times as fast; whatever it
refuses, and texts in which YAML 1.1 and 1.2 differ, are read by the slower reader, whose faults have better words.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lightkeeper.kernel.findings import Finding, Place
from lightkeeper.publishing.document import MAX_DEPTH, Document, child

MAX_BYTES = 8_000_000  # 100 plans with 10,000 subscriptions in their audiences fit
MAX_NODES = 1_000_000

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read(text: str, file: str) -> Document:
    """Return what `text` (YAML or JSON) says. Never raises; faults of the text itself are among `findings`."""
    if len(text) > MAX_BYTES:
        return _unreadable(
            file, Place(file, 1, 1), f"The file is larger than {MAX_BYTES // 1_000_000} MB.", "file-too-large"
        )
    try:
        document = _read_fast(text, file) or _read_slow(text, file)
    except _TooMuch as fault:
        return _unreadable(file, fault.place, str(fault), "file-too-large")
    return _as_json(text, document) if text.lstrip()[:1] == "{" else document


_DIFFERS = re.compile("[\x85\u2028\u2029\ufeff]|^%", re.MULTILINE)
"""Line breaks of YAML 1.1 that are plain characters in 1.2, and directives that may name a version."""


def _read_fast(text: str, file: str) -> Document | None:
    """Return what libyaml reads; None when it is not there or refuses the text."""
    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None or _DIFFERS.search(text):
        return None
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except (yaml.YAMLError, ValueError, AssertionError, IndexError):
        return None
    return builder.document()


def _read_slow(text: str, file: str) -> Document:
    """Return what the reader of YAML 1.2 reads; what is wrong with the text is a finding."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            builder.take(event)
        return builder.document()
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        return _unreadable(file, place, f"This is not YAML: {fault.problem or fault.context or 'unreadable'}.")
    except (YAMLError, ValueError, TypeError, AssertionError, IndexError, AttributeError, OverflowError) as fault:
        # The YAML reader raises whatever it stumbles over, e.g. for characters YAML does not admit.
        return _unreadable(file, Place(file, 1, 1), f"This is not YAML: {str(fault)[:200]}")


def _as_json(text: str, document: Document) -> Document:
    """Return the document with the value JSON gives, when the text is JSON: the two differ in escapes and tabs."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return document
    faults = tuple(finding for finding in document.findings if finding.code != "file-syntax")
    return Document(document.file, value, document.places, faults)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unreadable(file: str, place: Place, message: str, code: str = "file-syntax") -> Document:
    fault = Finding(code, "", message, "Correct the text of the file; nothing else was checked.", place=place)
    return Document(file=file, findings=(fault,))


class _TooMuch(Exception):
    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    value: dict[str, Any] | list[Any]
    path: str
    anchor: str | None
    key: str | None = None
    key_place: Place | None = None


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self.places: dict[str, Place] = {}
        self.findings: list[Finding] = []
        self.anchors: dict[str, Any] = {}
        self.stack: list[_Open] = []
        self.nodes = 0
        self.documents = 0

    def document(self) -> Document:
        return Document(self.file, self.root, self.places, tuple(self.findings))

    def take(self, event: Any) -> None:
        """Take the next event; both readers name their events alike."""
        kind = type(event).__name__
        place = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if kind == "ScalarEvent":
            value = _scalar(event)
            if event.anchor:
                self.anchors[event.anchor] = value
            self._add(value, place)
        elif kind == "MappingStartEvent":
            self._open({}, event.anchor, place)
        elif kind == "SequenceStartEvent":
            self._open([], event.anchor, place)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            ended = self.stack.pop()
            if ended.anchor:
                self.anchors[ended.anchor] = ended.value
        elif kind == "AliasEvent":
            if event.anchor not in self.anchors:
                remedy = f"Write &{event.anchor} before the value it stands for."
                self._fault(
                    "file-syntax", "", f"'*{event.anchor}' refers to an anchor that is not defined.", place, remedy
                )
            self._add(self.anchors.get(event.anchor), place, aliased=True)
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents == 2:
                self._fault("file-syntax", "", "The file holds more than one YAML document.", place)

    def _open(self, value: dict[str, Any] | list[Any], anchor: str | None, place: Place) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _TooMuch(f"The file nests deeper than {MAX_DEPTH} levels.", place)
        parent = self.stack[-1] if self.stack else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            raise _TooMuch("A key must be plain text here.", place)
        path = self._add(value, place)
        self.stack.append(_Open(value, path, anchor))

    def _add(self, value: Any, place: Place, aliased: bool = False) -> str:
        """Put a value where it belongs and return its path; a scalar may be the next key instead."""
        self.nodes += sum(1 for _ in _parts(value)) if aliased else 1
        if self.nodes > MAX_NODES:
            raise _TooMuch(f"The file holds more than {MAX_NODES} values.", place)
        if not self.stack:
            if self.documents <= 1:
                self.root = value
                self.places[""] = place
            return ""
        parent = self.stack[-1]
        if isinstance(parent.value, list):
            path = child(parent.path, len(parent.value))
            parent.value.append(value)
        elif parent.key is None:
            parent.key, parent.key_place = _text(value), place
            return ""
        else:
            path = child(parent.path, parent.key)
            if parent.key == "<<":
                key_place = parent.key_place or place
                self._fault("file-merge-key", parent.path, "'<<' merges nothing in YAML 1.2.", key_place, _REPEAT)
                parent.key = None
                return path
            if parent.key in parent.value:
                self._fault("file-duplicate-key", path, f"'{parent.key}' is given twice.", parent.key_place or place)
            parent.value[parent.key] = value
            # A missing or empty value is best shown at its key, a block at the key that opens it.
            place = (parent.key_place or place) if value is None or isinstance(value, dict | list) else place
            parent.key = None
        if self.documents <= 1:
            self.places[path] = place
        return path

    def _fault(self, code: str, path: str, message: str, place: Place, remedy: str = "Keep one of them.") -> None:
        self.findings.append(Finding(code, path, message, remedy, place=place))


_REPEAT = "Write the fields out, or name the whole value: field: *name."


def _parts(value: Any) -> Iterator[Any]:
    """Yield the value and everything in it; stops once there is too much of it (aliases multiply)."""
    pending, seen = [value], 0
    while pending and seen <= MAX_NODES:
        part = pending.pop()
        seen += 1
        yield part
        if isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)[:200]


def _scalar(event: Any) -> Any:
    text = str(event.value).encode("utf-8", "replace").decode()
    if event.style or (event.tag is not None and "str" in str(event.tag)) or len(text) > 64:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return text
