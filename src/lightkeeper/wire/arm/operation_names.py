"""The operation catalogue in words: the catalogue has names and no texts, so the texts are made of the names.

`roleAssignments/write` becomes "Write role assignments".
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from lightkeeper.access import operations as catalogue
from lightkeeper.access.operations import ProviderOperation

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def rows_of(namespace: str) -> list[dict[str, Any]]:
    """Return the operations of a namespace as `GET .../operations` writes them."""
    return [
        {
            "name": one.name,
            "isDataAction": one.is_data,
            "display": {
                "provider": provider_name(namespace),
                "resource": spaced(one.type) or namespace,
                "operation": title_of(one),
                "description": sentence_of(one),
            },
        }
        for one in catalogue.operations_of(namespace)
    ]


@cache
def metadata(namespace: str, with_types: bool) -> dict[str, Any]:
    """Return a namespace with its operations as the provider operations API writes it.

    Operations of the provider itself stand beside the types; the types are left out unless they are asked for.
    """
    by_type: dict[str, list[ProviderOperation]] = {}
    for one in catalogue.operations_of(namespace):
        by_type.setdefault(one.type, []).append(one)
    types = [
        {"name": kind, "displayName": spaced(kind), "operations": list(_operations(found))}
        for kind, found in by_type.items()
        if kind
    ]
    return {
        "id": f"/providers/Microsoft.Authorization/providerOperations/{namespace}",
        "name": namespace,
        "type": "Microsoft.Authorization/providerOperations",
        "displayName": provider_name(namespace),
        "resourceTypes": types if with_types else [],
        "operations": list(_operations(by_type.get("", ()))),
    }


def _operations(found: Sequence[ProviderOperation]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "name": one.name,
            "displayName": title_of(one),
            "description": sentence_of(one),
            "isDataAction": one.is_data,
        }


def provider_name(namespace: str) -> str:
    """Return `Microsoft Managed Services` for `Microsoft.ManagedServices`."""
    return _HUMP.sub(" ", namespace.replace(".", " "))


def title_of(one: ProviderOperation) -> str:
    """Return `Restart virtual machines` for `virtualMachines/restart/action`."""
    prefix = f"{one.namespace}/{one.type}/" if one.type else f"{one.namespace}/"
    verb = spaced(one.name[len(prefix) :].removesuffix("/action").replace("/", " "))
    verb = "act on" if verb == "action" else verb
    return f"{verb[:1].upper()}{verb[1:]} {spaced(one.type.rsplit('/', 1)[-1])}".strip()


def sentence_of(one: ProviderOperation) -> str:
    """Return the same with all levels of the type."""
    return f"{title_of(one)} ({one.namespace}/{one.type})." if one.type else f"{title_of(one)} ({one.namespace})."


def spaced(text: str) -> str:
    """Return `virtual machines` for `virtualMachines`."""
    return _HUMP.sub(" ", text).lower()
