"""What somebody wants to be different about an object. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from lightkeeper.directory.model import Application, Group, ServicePrincipal, User

_T = TypeVar("_T", User, Group, ServicePrincipal, Application)


@dataclass(frozen=True, slots=True)
class Changes:
    """New values by the model's field names, and by Graph's names for what is only kept (None takes it away)."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether anything is wanted."""
        return bool(self.fields or self.profile)

    def applied_to(self, known: _T) -> _T:
        """Return the object as it is wanted; values inside values are changed one by one, lists as a whole."""
        return replace(known, **dict(self.fields), profile=merged(known.profile, self.profile))


def merged(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return `known` with what `wanted` says; a None there takes a value away."""
    found = dict(known)
    for name, value in wanted.items():
        if isinstance(value, Mapping):
            inner = found.get(name)
            found[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        elif value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return found
