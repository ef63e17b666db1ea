"""Taking values out of the sound part of a world file, where a leaf is still a node that knows its line."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.world.source import Node

Sound = Mapping[str, Any]


def text(sound: Sound, key: str, default: str = "") -> str:
    """Return a text, or the default when it is left out."""
    node = sound.get(key)
    return str(node.scalar) if isinstance(node, Node) and node.scalar is not None else default


def guid(sound: Sound, key: str, default: str) -> str:
    """Return a GUID in lower case."""
    return text(sound, key, default).lower()


def flag(sound: Sound, key: str) -> bool:
    """Return whether something is said to be so."""
    node = sound.get(key)
    return isinstance(node, Node) and node.scalar is True


def free(sound: Sound, key: str) -> Any:
    """Return a value that is kept as it is."""
    node = sound.get(key)
    return node.plain if isinstance(node, Node) else None


def maps(sound: Sound, key: str) -> Iterator[tuple[str, Sound]]:
    """Return the named mappings below a key."""
    for name, inner in (sound.get(key) or {}).items():
        if isinstance(inner, dict):
            yield name, inner
