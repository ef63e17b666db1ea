"""What a value may look like, as a table: one description gives the reader its checks and the JSON Schema its text.

`read` collects every fault with its place and gives back what was sound, so that later checks can go on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.ids import is_guid
from lightkeeper.world.source import Node


@dataclass(frozen=True, slots=True)
class Text:
    """A text, perhaps of a given form (`pattern` matches the whole text; `form` says it in words)."""

    pattern: str = ""
    form: str = ""
    longest: int = 1024


@dataclass(frozen=True, slots=True)
class Guid:
    """A GUID in its 36-character form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Free:
    """Any mapping, kept as it is."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A mapping from names to texts, such as tags."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind of value."""

    of: "Kind"


@dataclass(frozen=True, slots=True)
class MapOf:
    """Named values of one kind; `name` is the form of the names."""

    of: "Kind"
    name: Text


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or nothing."""

    of: "Kind"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a shape."""

    kind: "Kind"
    says: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping with known keys."""

    says: str
    fields: Mapping[str, Field]


Kind = Text | Guid | Choice | Flag | Free | Texts | ListOf | MapOf | Nullable | Shape


def read(node: Node, kind: Kind, at: str, findings: list[Finding]) -> Any:
    """Return the sound part of `node` as `kind` describes it: nodes for leaves, dictionaries and lists of them above.

    A value that is wrong in itself comes back as None (an empty mapping where a shape is asked).
    """
    match kind:
        case Shape():
            return _shape(node, kind, at, findings)
        case MapOf():
            return _map(node, kind, at, findings)
        case ListOf():
            if node.items is None:
                return [] if node.scalar is None and node.entries is None else _wrong(node, "a list", at, findings, [])
            found = [read(item, kind.of, f"{at}[{n}]", findings) for n, item in enumerate(node.items)]
            return [item for item in found if item is not None]
        case Nullable():
            return node if _is_nothing(node) else read(node, kind.of, at, findings)
        case Free():
            return node if node.entries is not None else _wrong(node, "a mapping", at, findings, None)
        case Texts():
            return _texts(node, at, findings)
        case _:
            return _leaf(node, kind, at, findings)


def _is_nothing(node: Node) -> bool:
    return node.entries is None and node.items is None and node.scalar is None


def _wrong(node: Node, wanted: str, at: str, findings: list[Finding], instead: Any) -> Any:
    findings.append(Finding("WrongType", at, f"{at} must be {wanted}, but is {node.kind}.", place=node.place))
    return instead


def _shape(node: Node, shape: Shape, at: str, findings: list[Finding]) -> dict[str, Any]:
    if _is_nothing(node):
        node = Node(node.place, entries=())
    if node.entries is None:
        return dict(_wrong(node, "a mapping", at, findings, {}))
    found: dict[str, Any] = {}
    for key, value in node.entries:
        path = f"{at}.{key.text}" if at else key.text
        field = shape.fields.get(key.text)
        if field is None:
            findings.append(
                Finding(
                    "UnknownKey", path, f"'{key.text}' is not known here.", _nearest(key.text, shape), place=key.place
                )
            )
            continue
        sound = read(value, field.kind, path, findings)
        if sound is not None:
            found[key.text] = sound
    present = {key.text for key, _ in node.entries}
    for name, field in shape.fields.items():
        if field.required and name not in present:
            where = at or "the file"
            findings.append(
                Finding("Missing", f"{at}.{name}", f"{where} needs '{name}': {field.says}", place=node.place)
            )
    return found


def _nearest(name: str, shape: Shape) -> str:
    alike = next((known for known in shape.fields if known.lower() == name.lower().replace("_", "")), None)
    return f"Write '{alike}'." if alike else "Known are: " + ", ".join(sorted(shape.fields)) + "."


def _map(node: Node, kind: MapOf, at: str, findings: list[Finding]) -> dict[str, Any]:
    if _is_nothing(node):
        return {}
    if node.entries is None:
        return dict(_wrong(node, "a mapping from names", at, findings, {}))
    found: dict[str, Any] = {}
    seen: dict[str, str] = {}
    for key, value in node.entries:
        path = f"{at}.{key.text}"
        if not _fits(key.text, kind.name):
            message = f"'{key.text[:80]}' cannot be a name here: {kind.name.form}."
            findings.append(Finding("BadName", path, message, place=key.place))
            continue
        if key.text.lower() in seen:
            message = f"'{key.text}' and '{seen[key.text.lower()]}' are the same name; names ignore case."
            findings.append(Finding("DuplicateName", path, message, "Rename one of the two.", place=key.place))
            continue
        seen[key.text.lower()] = key.text
        found[key.text] = read(value, kind.of, path, findings)
    return found


def _texts(node: Node, at: str, findings: list[Finding]) -> Node | None:
    if _is_nothing(node):
        return Node(node.place, entries=())
    if node.entries is None:
        _wrong(node, "a mapping from names to texts", at, findings, None)
        return None
    faults = [
        Finding(
            "WrongType", f"{at}.{key.text}", f"{at}.{key.text} must be a text, but is {value.kind}.", place=value.place
        )
        for key, value in node.entries
        if not isinstance(value.scalar, str)
    ]
    findings.extend(faults)
    return None if faults else node


def _fits(text: str, kind: Text) -> bool:
    return 0 < len(text) <= kind.longest and (not kind.pattern or re.fullmatch(kind.pattern, text) is not None)


def _leaf(node: Node, kind: Text | Guid | Choice | Flag, at: str, findings: list[Finding]) -> Node | None:
    value = node.scalar if node.entries is None and node.items is None else None
    match kind:
        case Flag():
            return node if isinstance(value, bool) else _wrong(node, "true or false", at, findings, None)
        case Guid():
            if is_guid(value):
                return node
            findings.append(
                Finding(
                    "BadGuid",
                    at,
                    f"{at} must be a GUID, but is {node.kind}.",
                    "Leave it out to have it derived from the name.",
                    place=node.place,
                )
            )
            return None
        case Choice():
            if isinstance(value, str) and value in kind.words:
                return node
            alike = next(
                (word for word in kind.words if isinstance(value, str) and word.lower() == value.lower()), None
            )
            remedy = f"Write '{alike}'." if alike else "Choose one of: " + ", ".join(kind.words) + "."
            findings.append(Finding("BadChoice", at, f"{at} cannot be {node.kind}.", remedy, place=node.place))
            return None
        case Text():
            if not isinstance(value, str):
                remedy = "Put it in quotes." if value is not None else ""
                findings.append(
                    Finding("WrongType", at, f"{at} must be a text, but is {node.kind}.", remedy, place=node.place)
                )
                return None
            if not _fits(value, kind):
                why = kind.form or f"a text of 1 to {kind.longest} characters"
                findings.append(Finding("BadValue", at, f"{at} cannot be {node.kind}: {why}.", place=node.place))
                return None
            return node


def schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind."""
    match kind:
        case Text():
            found: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": kind.longest}
            return {**found, "pattern": f"^(?:{kind.pattern})$"} if kind.pattern else found
        case Guid():
            return {"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
        case Choice():
            return {"enum": list(kind.words)}
        case Flag():
            return {"type": "boolean"}
        case Free():
            return {"type": "object"}
        case Texts():
            return {"type": ["object", "null"], "additionalProperties": {"type": "string"}}
        case ListOf():
            return {"type": ["array", "null"], "items": schema(kind.of)}
        case MapOf():
            return {
                "type": ["object", "null"],
                "propertyNames": schema(kind.name),
                "additionalProperties": schema(kind.of),
            }
        case Nullable():
            return {"anyOf": [schema(kind.of), {"type": "null"}]}
        case Shape():
            required = [name for name, field in kind.fields.items() if field.required]
            return {
                "description": kind.says,
                "type": ["object", "null"] if not required else "object",
                "additionalProperties": False,
                "properties": {name: {**schema(f.kind), "description": f.says} for name, f in kind.fields.items()},
                **({"required": required} if required else {}),
            }


def keys_of(shape: Shape, at: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every key a shape knows, with its dotted path; for the documentation's guard."""
    for name, field in shape.fields.items():
        path = f"{at}.{name}" if at else name
        yield path, field
        inner = field.kind
        while isinstance(inner, ListOf | MapOf | Nullable):
            inner = inner.of
        if isinstance(inner, Shape):
            yield from keys_of(inner, path)
