"""A public document made whole: what it refers to elsewhere is put into it, so that one document is enough."""

import re
from functools import cache
from typing import Any

from conformance.descriptions import REGISTRY, document


@cache
def bundled(base: str) -> Any:
    """Return a document without references to others; operations of `x-ms-paths` stand among the paths."""
    known: dict[str, Any] = {}
    whole = _inlined({key: value for key, value in document(base).items() if key != "x-ms-paths"}, base, base, known)
    whole.setdefault("definitions", {}).update(known)
    for path, verbs in document(base).get("x-ms-paths", {}).items():
        whole["paths"].setdefault(path.partition("?")[0], _inlined(verbs, base, base, known))
    for verbs in whole["paths"].values():
        for operation in verbs.values():
            if isinstance(operation, dict):
                operation.pop("x-ms-examples", None)
    return whole


def _inlined(value: Any, at: str, home: str, known: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_inlined(one, at, home, known) for one in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and (at != home or not reference.startswith("#")):
        found = REGISTRY.resolver(at).lookup(reference)
        where = found.resolver._base_uri
        if where == home:
            return {"$ref": "#" + reference.partition("#")[2]}
        if "/parameters/" in reference:
            return _inlined(found.contents, where, home, known)
        name = re.sub(r"\W+", "_", f"{where}_{reference.rpartition('/')[2]}")
        if name not in known:
            known[name] = {}
            known[name] = _inlined(found.contents, where, home, known)
        return {"$ref": f"#/definitions/{name}"}
    return {key: _inlined(one, at, home, known) for key, one in value.items()}
