"""Where the parts of a template stand in the text that was sent, or in the document that was linked.

A run that goes on later has no text any more, so what it may have to name is noted down when it is accepted: resources,
outputs, the expressions that ask about resources, and all of that in the templates nested in the template.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.deployments.declared import Placer, nowhere
from lightkeeper.deployments.expressions import is_expression
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.template import Template
from lightkeeper.deployments.values import Value, lookup

_TOP = "properties.template"
_ASKS = re.compile(r"\b(?:reference|references|list\w*)\s*\(", re.IGNORECASE)


def inside(path: str, placer: Placer, around: Placer) -> Placer:
    """Return a placer that asks `placer` for what lies in the document at `path`, and `around` for all else."""
    folded = path.lower()

    def place(wanted: str) -> tuple[int, int]:
        rest = wanted[len(folded) :]
        if wanted.lower().startswith(folded) and rest[:1] in ("", ".", "["):
            return placer(rest.removeprefix("."))
        return around(wanted)

    return place


def noted(template: Template) -> dict[str, Any] | None:
    """Return what a run has to remember of a template's places, None when nobody knows them."""
    if template.placer is nowhere:
        return None
    marks = _marks(template.document, template.path)
    return {"template": template.path, "at": {path.lower(): list(template.placer(path)) for path in marks}}


def template_path(notes: Mapping[str, Any] | None) -> str:
    """Return where in the text the template of a run began."""
    return str((notes or {}).get("template", _TOP))


def recalled(notes: Mapping[str, Any] | None) -> Placer:
    """Return a placer that knows what was noted, and for what lies in one of those says where that begins."""
    if not notes:
        return nowhere
    known = notes.get("at", notes)  # a run accepted by an earlier version noted the places alone

    def place(path: str) -> tuple[int, int]:
        wanted = path.lower()
        while wanted and wanted not in known:
            wanted = wanted[: max(wanted.rfind("."), wanted.rfind("["), 0)]
        line, column = known.get(wanted, (1, 1))
        return line, column

    return place


def _marks(template: Value, path: str) -> Iterator[str]:
    if not isinstance(template, dict):
        return
    yield path
    for section in ("parameters", "outputs"):
        found = lookup(template, section)
        for name, value in found.items() if isinstance(found, dict) else ():
            yield step(f"{path}.{section}", name)
            yield from _asking(value, step(f"{path}.{section}", name))
    yield from _resources(lookup(template, "resources"), f"{path}.resources")


def _resources(resources: Value, path: str) -> Iterator[str]:
    for at, source in _parts(resources, path):
        yield at
        for name, value in source.items() if isinstance(source, dict) else ():
            if name.lower() == "resources":
                yield from _resources(value, f"{at}.resources")
            elif name.lower() == "properties":
                yield from _properties(value, f"{at}.properties")
            else:
                yield from _asking(value, step(at, name))


def _properties(properties: Value, path: str) -> Iterator[str]:
    for at, value in _parts(properties, path):
        nested = at.lower() == f"{path}.template".lower() and isinstance(value, dict)
        yield from _marks(value, f"{path}.template") if nested else _asking(value, at)


def _asking(value: Value, path: str) -> Iterator[str]:
    """Yield the paths of the expressions that can only be evaluated while deploying."""
    if isinstance(value, str) and is_expression(value) and _ASKS.search(value):
        yield path
    for at, one in _parts(value, path):
        yield from _asking(one, at)


def _parts(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        yield from ((step(path, key), one) for key, one in value.items())
    elif isinstance(value, list):
        yield from ((step(path, n), one) for n, one in enumerate(value))
