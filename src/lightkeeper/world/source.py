"""YAML text as a tree in which every key and value knows its line.

Read through the parser's node graph rather than through its Python objects: a plain object forgets where it stood, and
drops the first of two equal keys. Any text gives a tree or findings, never an exception.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from lightkeeper.kernel.findings import Finding, Place

MAX_CHARACTERS = 8_000_000
MAX_NODES = 400_000  # aliases can make a short text into an endless tree
MAX_DEPTH = 60

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: a scalar, a tuple of nodes, or a tuple of (key, node)."""

    place: Place
    scalar: str | int | float | bool | None = None
    items: tuple["Node", ...] | None = None
    entries: tuple[tuple[Key, "Node"], ...] | None = None

    @property
    def kind(self) -> str:
        """Return what the value is, in words for a message."""
        if self.entries is not None:
            return "a mapping"
        if self.items is not None:
            return "a list"
        if self.scalar is None:
            return "nothing"
        if isinstance(self.scalar, bool):
            return f"the truth value {str(self.scalar).lower()}"
        return f"the text '{self.scalar[:60]}'" if isinstance(self.scalar, str) else f"the number {self.scalar}"

    @property
    def plain(self) -> Any:
        """Return the value as plain Python data."""
        if self.entries is not None:
            return {key.text: node.plain for key, node in self.entries}
        if self.items is not None:
            return [node.plain for node in self.items]
        return self.scalar


class _Refused(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """Return the tree of a YAML (or JSON) text and the faults of its form; no tree when it cannot be read at all."""
    if len(text) > MAX_CHARACTERS:
        return None, [_finding("TooLarge", "The file is larger than eight million characters.", Place(file, 1, 1))]
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        if root is None:
            return None, []
        builder = _Builder(file)
        tree = builder.build(root, 0)
    except _Refused as refused:
        return None, [refused.finding]
    except RecursionError:
        return None, [_finding("TooDeep", "The file is nested too deeply.", Place(file, 1, 1))]
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        said = " ".join(str(part) for part in (fault.context, fault.problem) if part)
        return None, [_finding("NotYaml", f"This is not YAML: {said}.", place)]
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, KeyError, OverflowError) as fault:
        # The parser answers some malformed texts with plain Python errors.
        return None, [_finding("NotYaml", f"This is not YAML: {str(fault)[:200]}.", Place(file, 1, 1))]
    return tree, builder.findings


def _finding(code: str, message: str, place: Place, target: str = "", remedy: str = "") -> Finding:
    return Finding(code, target, message, remedy, place=place)


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes = 0
        self.findings: list[Finding] = []

    def build(self, node: Any, depth: int) -> Node:
        place = Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Refused(_finding("TooLarge", "The file holds too many values; aliases count each time.", place))
        if depth > MAX_DEPTH:
            raise _Refused(_finding("TooDeep", f"Values are nested deeper than {MAX_DEPTH} levels here.", place))
        if isinstance(node, MappingNode):
            return Node(place, entries=tuple(self._entries(node, depth)))
        if isinstance(node, SequenceNode):
            return Node(place, items=tuple(self.build(item, depth + 1) for item in node.value))
        return Node(place, scalar=self._scalar(node, place))

    def _entries(self, node: Any, depth: int) -> Iterator[tuple[Key, Node]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            place = Place(self.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self.findings.append(_finding("WrongType", "A key must be a plain name.", place))
                continue
            text = str(key_node.value)
            if text in seen:
                self.findings.append(
                    _finding(
                        "DuplicateName",
                        f"'{text}' stands here a second time; the first is in line {seen[text]}.",
                        place,
                        text,
                        "Remove one of the two.",
                    )
                )
                continue
            seen[text] = place.line
            yield Key(text, place), self.build(value_node, depth + 1)

    def _scalar(self, node: Any, place: Place) -> str | int | float | bool | None:
        kind = str(node.tag).removeprefix(_TAG)
        text = str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return _int(text)
        if kind == "float":
            number = _float(text)
            return text if number is None else number
        if kind not in ("str", "timestamp", "merge", "value"):
            self.findings.append(_finding("WrongType", f"The tag '{node.tag}' is not read.", place, "", "Remove it."))
        return text


def _int(text: str) -> int | str:
    try:
        return int(text, 0) if text[:2].lower() in ("0x", "0o", "0b") else int(text)
    except ValueError:
        return text


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None  # infinities and not-a-number have no JSON form
