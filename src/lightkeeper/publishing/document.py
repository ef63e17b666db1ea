"""An offer as a value with places: which line and column of which file every part of it was read from."""

from dataclasses import dataclass, field
from typing import Any

from lightkeeper.kernel.findings import Finding, Place

MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says, and where it says it."""

    file: str
    value: Any = None
    places: dict[str, Place] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def place_of(self, path: str) -> Place:
        """Return where the value at `path` (`plans[0].id`) stands; of the nearest part around it when it is missing."""
        while path:
            if path in self.places:
                return self.places[path]
            path = parent_of(path)
        return self.places.get("", Place(self.file, 1, 1))

    def placed(self, finding: Finding) -> Finding:
        """Return the finding with the place of its target."""
        return finding if finding.place else finding.at(self.place_of(finding.target))


def parent_of(path: str) -> str:
    """Return the path of the value around the one at `path`; empty for a top-level field."""
    cut = max(path.rfind("."), path.rfind("["))
    return path[:cut] if cut > 0 else ""


def child(path: str, key: str | int) -> str:
    """Return the path of a field or of an item of the value at `path`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def of_value(value: Any, file: str = "") -> Document:
    """Return a document for a value that never was a text, such as the body of a request."""
    return Document(file=file, value=value)


def is_too_deep(value: Any) -> bool:
    """Return whether a value nests deeper than an offer document may."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            part
            for item in level
            if isinstance(item, dict | list)
            for part in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
