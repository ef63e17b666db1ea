"""Reads a value by the description of what it may look like (kinds.py).

`read` collects every fault with its place and gives back what was sound, so that later checks can go on.
"""

import re
from typing import Any

from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.ids import is_guid
from lightkeeper.world.kinds import Choice, Flag, Free, Guid, Kind, ListOf, MapOf, Nullable, Shape, Text, Texts
from lightkeeper.world.source import Node


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
