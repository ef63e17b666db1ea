"""What differs between a resource as it is and as a deployment would leave it, property by property.

Pure. Paths are written with dots from the top of the resource's document; the elements of an array are the children of
its change, each under its index.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.values import Value, is_int, lookup, member, same


class PropertyChangeType(StrEnum):
    """What happens to one property (public what-if reference, "PropertyChangeType")."""

    CREATE = "Create"
    DELETE = "Delete"
    MODIFY = "Modify"
    ARRAY = "Array"  # the children tell
    NO_EFFECT = "NoEffect"  # the template sets what only the provider may set


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property that changes, or that the template sets in vain."""

    path: str
    type: PropertyChangeType
    before: Value = None
    after: Value = None
    children: tuple["PropertyChange", ...] = ()


NOT_COMPARED = frozenset({"id", "name", "type", "apiversion", "etag", "systemdata", "resources"})
"""Top-level members that the template cannot change: who the resource is, and what each write leaves behind."""

_KEPT_BY_PROVIDERS = frozenset(
    {"provisioningstate", "createdon", "updatedon", "createdby", "updatedby", "createdtime", "changedtime",
     "creationtime", "lastmodifiedtime", "lastmodified", "etag"}
)  # fmt: skip
"""Properties that differ after every write although nobody asked for it; told only when the template sets them."""

_UNSAID = object()


def differences(before: Mapping[str, Any], after: Mapping[str, Any], said: Mapping[str, Any]) -> list[PropertyChange]:
    """Return what changes from `before` to `after` when `said` is written; nothing but `NO_EFFECT` when all stays."""
    return list(
        _members(
            {key: value for key, value in before.items() if key.lower() not in NOT_COMPARED},
            {key: value for key, value in after.items() if key.lower() not in NOT_COMPARED},
            said,
            "",
        )
    )


def _members(before: Mapping[str, Any], after: Mapping[str, Any], said: Any, path: str) -> Iterator[PropertyChange]:
    old = {key.lower(): key for key in before}
    new = {key.lower(): key for key in after}
    for folded in [*old, *(key for key in new if key not in old)]:
        key = old.get(folded) or new[folded]
        wanted = _of(said, key)
        if wanted is _UNSAID and folded in _KEPT_BY_PROVIDERS:
            continue
        at = step(path, key)
        if folded not in new:
            if not _hollow(before[key]):
                yield PropertyChange(at, PropertyChangeType.DELETE, before=before[key])
        elif folded not in old:
            if not _hollow(after[key]):
                yield PropertyChange(at, PropertyChangeType.CREATE, after=after[key])
        else:
            yield from _values(before[key], after[new[folded]], wanted, at)


def _values(before: Value, after: Value, said: Any, path: str) -> Iterator[PropertyChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _members(before, after, said, path)
    elif isinstance(before, list) and isinstance(after, list):
        children = tuple(_elements(before, after))
        if children:
            yield PropertyChange(path, PropertyChangeType.ARRAY, before, after, children)
    elif not same(before, after):
        yield PropertyChange(path, PropertyChangeType.MODIFY, before, after)
    elif said is not _UNSAID and not _alike(said, after):
        yield PropertyChange(path, PropertyChangeType.NO_EFFECT, before, said)


def _elements(before: list[Value], after: list[Value]) -> Iterator[PropertyChange]:
    """Yield what happens to elements: equal ones belong together wherever they stand, objects left over in their order."""
    places: dict[str, list[int]] = {}
    for n, element in enumerate(before):
        places.setdefault(_written(element), []).append(n)
    come: list[tuple[int, Value]] = []
    for n, element in enumerate(after):
        twins = places.get(_written(element))
        if twins:
            twins.pop(0)
        else:
            come.append((n, element))
    gone = [(n, before[n]) for n in sorted(n for left in places.values() for n in left)]
    pairs = 0
    for (_, old), (n, new) in zip(gone, come, strict=False):
        if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
            break
        pairs += 1
        yield PropertyChange(str(n), PropertyChangeType.MODIFY, old, new, tuple(_members(old, new, _UNSAID, "")))
    for n, element in gone[pairs:]:
        yield PropertyChange(str(n), PropertyChangeType.DELETE, before=element)
    for n, element in come[pairs:]:
        yield PropertyChange(str(n), PropertyChangeType.CREATE, after=element)


def _written(value: Value) -> str:
    return json.dumps(value, sort_keys=True)


def _of(said: Any, key: str) -> Any:
    return lookup(said, key) if isinstance(said, Mapping) and member(said, key) is not None else _UNSAID


def _hollow(value: Value) -> bool:
    """Return whether a member says as much as no member: providers write empty objects for what is not set."""
    return value is None or value in ({}, [])


def _alike(said: Value, kept: Value) -> bool:
    """Return whether a provider only wrote the value its own way: other letters, a location without its spaces."""
    if isinstance(said, str) and isinstance(kept, str):
        return _folded(said) == _folded(kept)
    if is_int(said) and isinstance(kept, str):
        return str(said) == kept
    return same(said, kept)


def _folded(text: str) -> str:
    return text.lower().replace(" ", "").rstrip("/")
