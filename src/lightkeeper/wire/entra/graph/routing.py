"""Which operation a path means: `/users/{id}`, `/users('id')`, `/applications(appId='id')`, `/groups/{id}/members/$count`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightkeeper.kernel.problems import Invalid, MethodNotAllowed
from lightkeeper.wire.entra.graph.asked import Route

_KEYED = re.compile(r"([A-Za-z0-9]+)\((.*)\)")
_NAMED = re.compile(r"(\w+)=(.*)")
_CAST = "microsoft.graph."
_WORDS = ("$ref", "$count", "$value")  # never a key
MOST_SEGMENTS = 12


@dataclass(frozen=True, slots=True)
class Found:
    """An operation with what its path names."""

    route: Route
    named: Mapping[str, str]
    cast: str = ""
    counting: bool = False


class Table:
    """Every operation, found by method and path; words of a path match in any case."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        for route in routes:
            pattern = route.path.strip("/").split("/")
            self._routes.setdefault((pattern[0].lower(), len(pattern)), []).append((pattern, route))

    def find(self, method: str, path: str) -> Found:
        """Return the operation. Raises `Invalid` for a path nothing is at, `MethodNotAllowed` for another method."""
        segments = segments_of(path)
        found = self._look(method, segments, "", counting=False)
        if found is not None:
            return found
        counting = segments[-1:] == ["$count"]
        if counting:
            segments = segments[:-1]
        cast = segments[-1][len(_CAST) :] if segments and segments[-1].lower().startswith(_CAST) else ""
        found = self._look(method, segments[:-1] if cast else segments, cast.lower(), counting=counting)
        if found is None:
            named = segments[-1] if segments else ""
            raise Invalid("BadRequest", f"Resource not found for the segment '{named[:128]}'.")
        return found

    def _look(self, method: str, segments: Sequence[str], cast: str, *, counting: bool) -> Found | None:
        if not segments:
            return None
        others = False
        for pattern, route in self._routes.get((segments[0].lower(), len(segments)), ()):
            named = _match(pattern, segments)
            if named is None:
                continue
            if route.method == method and not ((cast or counting) and method != "GET"):
                return Found(route, named, cast, counting)
            others = True
        if others:
            raise MethodNotAllowed("Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
        return None


def segments_of(path: str) -> list[str]:
    """Return the segments of a decoded path, a key in parentheses as a segment of its own."""
    found: list[str] = []
    for segment in path.strip("/").split("/"):
        keyed = _KEYED.fullmatch(segment)
        if keyed is None:
            found.append(segment)
            continue
        found.append(keyed[1])
        named = _NAMED.fullmatch(keyed[2])
        if named is not None and not keyed[2].startswith("'"):
            found.append(f"{named[1]}={_unquoted(named[2])}")
        else:
            found.append(_unquoted(keyed[2]))
    if len(found) > MOST_SEGMENTS:
        raise Invalid("BadRequest", f"A path has at most {MOST_SEGMENTS} segments.")
    return found


def _unquoted(key: str) -> str:
    if len(key) >= 2 and key[0] == key[-1] == "'":
        return key[1:-1].replace("''", "'")
    return key


def _match(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    named = {}
    for wanted, segment in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            if not segment or segment.lower() in _WORDS or segment.lower().startswith(_CAST):
                return None
            named[wanted[1:-1]] = segment
        elif wanted.lower() != segment.lower():
            return None
    return named
