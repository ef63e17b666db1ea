"""JSON merge patch (RFC 7396): what a PATCH leaves behind."""

from collections.abc import Mapping
from typing import Any


def merged(target: Any, patch: Any) -> Any:
    """Return `target` with `patch` applied: objects merge, null removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    kept = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = merged(kept.get(name), value)
    return kept


def merged_tags(tags: Mapping[str, str], patch: Mapping[str, str | None]) -> dict[str, str]:
    """Return `tags` with `patch` applied; tag names ignore case and keep the spelling they had first."""
    spelling = {name.lower(): name for name in tags}
    kept = dict(tags)
    for name, value in patch.items():
        known = spelling.get(name.lower(), name)
        if value is None:
            kept.pop(known, None)
        else:
            kept[known] = value
    return kept
