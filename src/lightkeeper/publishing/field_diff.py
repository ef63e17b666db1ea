"""Which fields differ between two documents, and how the one becomes the other. Pure.

Items of lists are matched by what identifies them, so that a row that moved is no row that was removed.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lightkeeper.publishing.document import child

ABSENT = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, found by the value of the fields that tell its items apart."""

    identity: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that was `added`, `removed` or `edited`; lists of plans and rows are matched by their ids.

    A list whose items stand in another order is `reordered`; `old` and `new` are then the keys in order. `steps` is the
    path in a form that `applied` can follow.
    """

    path: str
    kind: str
    old: Any = ABSENT
    new: Any = ABSENT
    steps: tuple[str | Item, ...] = ()


def fields_between(old: Any, new: Any) -> tuple[FieldChange, ...]:
    """Return every field that differs between two documents, in the order of the older one."""
    return tuple(_fields(old, new, ""))


def _fields(old: Any, new: Any, path: str, steps: tuple[str | Item, ...] = ()) -> Iterator[FieldChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            at, inner = child(path, str(key)), (*steps, key)
            if key not in new:
                yield FieldChange(at, "removed", old[key], steps=inner)
            elif key not in old:
                yield FieldChange(at, "added", new=new[key], steps=inner)
            else:
                yield from _fields(old[key], new[key], at, inner)
    elif isinstance(old, list) and isinstance(new, list) and (identity := _identity(old, new)):
        yield from _items(old, new, identity, path, steps)
    elif old != new or type(old) is not type(new):
        yield FieldChange(path, "edited", old, new, steps)


def _items(
    old: list[Any], new: list[Any], identity: tuple[str, ...], path: str, steps: tuple[str | Item, ...]
) -> Iterator[FieldChange]:
    before, after = ({_key(item, identity, n): item for n, item in enumerate(side)} for side in (old, new))
    if len(before) != len(old) or len(after) != len(new):
        if old != new:
            yield FieldChange(path, "edited", old, new, steps)
        return
    for key in {**before, **after}:
        at, inner = f"{path}[{key}]", (*steps, Item(identity, key))
        if key not in after:
            yield FieldChange(at, "removed", before[key], steps=inner)
        elif key not in before:
            yield FieldChange(at, "added", new=after[key], steps=inner)
        else:
            yield from _fields(before[key], after[key], at, inner)
    in_order = [key for key in before if key in after] + [key for key in after if key not in before]
    if in_order != list(after):
        yield FieldChange(path, "reordered", in_order, list(after), (*steps, Item(identity, "")))


def applied(old: Any, changes: Iterable[FieldChange]) -> Any:
    """Return the document that differs from `old` by these changes."""
    new = deepcopy(old)
    for change in changes:
        if not change.steps:
            return deepcopy(change.new)
        part = new
        for step in change.steps[:-1]:
            part = part[_index(part, step)] if isinstance(step, Item) else part[step]
        _apply(part, change.steps[-1], change)
    return new


def _apply(part: Any, step: str | Item, change: FieldChange) -> None:
    if isinstance(step, Item) and change.kind == "reordered":
        part.sort(key=lambda item: change.new.index(_key(item, step.identity, 0)))
    elif isinstance(step, Item) and change.kind == "added":
        part.append(deepcopy(change.new))
    elif change.kind == "removed":
        del part[_index(part, step) if isinstance(step, Item) else step]
    else:
        part[_index(part, step) if isinstance(step, Item) else step] = deepcopy(change.new)


def _index(items: list[Any], step: Item) -> int:
    return next(n for n, item in enumerate(items) if _key(item, step.identity, n) == step.key)


_IDENTITIES = (("id",), ("principalId", "role", "roleDefinitionId", "accessType"), ("subscriptionId",), ("file",))


def _identity(old: list[Any], new: list[Any]) -> tuple[str, ...]:
    """Return the fields that tell the items of two lists apart; empty when there are none."""
    items = [*old, *new]
    if not items or not all(isinstance(item, dict) for item in items):
        return ()
    return next((fields for fields in _IDENTITIES if all(fields[0] in item for item in items)), ())


def _key(item: dict[str, Any], identity: tuple[str, ...], n: int) -> str:
    values = [str(item[field]) for field in identity if field in item]
    return ", ".join(values) or str(n)
