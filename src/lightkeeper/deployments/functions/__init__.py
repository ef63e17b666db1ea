"""Every function of the template language, by family (public page "ARM template functions")."""

from lightkeeper.deployments.functions import (
    arrays,
    cidr,
    dates,
    encodings,
    hashes,
    ids,
    lambdas,
    logic,
    numbers,
    objects,
    runtime,
    scopes,
    searching,
    strings,
    uris,
)
from lightkeeper.deployments.functions.registry import FUNCTIONS, Function

FAMILIES = (
    arrays, cidr, dates, encodings, hashes, ids, lambdas, logic, numbers, objects, runtime, scopes, searching, strings, uris,
)  # fmt: skip
"""The modules whose import declares the functions."""


def find(name: str) -> Function | None:
    """Return the function of this name, in any case; `list` is one function, with any suffix or none."""
    folded = name.lower()
    found = FUNCTIONS.get(folded)
    if found is None and folded.startswith("list"):
        return runtime.lister(name)
    return found
