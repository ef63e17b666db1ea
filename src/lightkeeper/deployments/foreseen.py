"""What a deployment would change, as values: one change for each resource."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lightkeeper.deployments.differences import PropertyChange


class ChangeType(StrEnum):
    """What happens to one resource (public what-if reference, "ChangeType")."""

    CREATE = "Create"
    DELETE = "Delete"
    IGNORE = "Ignore"
    NO_CHANGE = "NoChange"
    MODIFY = "Modify"
    DEPLOY = "Deploy"  # exists and will be written; only said when no properties are asked for
    UNSUPPORTED = "Unsupported"


@dataclass(frozen=True, slots=True)
class Change:
    """One resource: what it is, what it would be, and the properties between."""

    id: str
    type: ChangeType
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    delta: tuple[PropertyChange, ...] = ()
    why: str = ""  # what makes it unsupported


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to know about the answer as a whole."""

    level: str  # Info, Warning, Error
    code: str
    message: str
    target: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Every resource concerned, by id, and what else is to be known."""

    changes: tuple[Change, ...]
    diagnostics: tuple[Diagnostic, ...]


def bare(change: Change) -> Change:
    """Return a change as it is told to whoever asks only for ids: differences are not looked at."""
    if change.type in (ChangeType.MODIFY, ChangeType.NO_CHANGE):
        return Change(change.id, ChangeType.DEPLOY)
    return Change(change.id, change.type, why=change.why)


def masked(change: Change, mask: Callable[[Any], Any]) -> Change:
    """Return a change with `mask` applied to every value it shows."""
    return replace(
        change,
        before=mask(change.before),
        after=mask(change.after),
        delta=tuple(_hidden(one, mask) for one in change.delta),
    )


def _hidden(one: PropertyChange, mask: Callable[[Any], Any]) -> PropertyChange:
    children = tuple(_hidden(child, mask) for child in one.children)
    return replace(one, before=mask(one.before), after=mask(one.after), children=children)
