"""What each provider served here can do, as authors of roles read it: `GET /providers/{namespace}/operations`.

The forms are here; providers whose list is asked for in a way of its own have the operation in their own file.
"""

import re
from functools import cache, partial
from typing import Any

from lightkeeper.access.operations import ProviderOperation, operations_of, types_of
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm import activity_log, management_groups, subscription_lifecycle
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.subscriptions import VERSIONS as FRONT_DOOR

VERSIONS = {
    "Microsoft.Insights": activity_log.VERSIONS,
    "Microsoft.Management": management_groups.VERSIONS,
    "Microsoft.Marketplace": ("2023-01-01-preview", "2023-01-01", "2022-07-31", "2022-02-02"),
    "Microsoft.Resources": FRONT_DOOR,
    "Microsoft.Subscription": subscription_lifecycle.VERSIONS,
}

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def list_operations(namespace: str, call: Call, request: ArmRequest) -> Answer:
    """Answer every operation of a provider."""
    call.open_to_all("what a provider can do is public")
    return Answer(200, {"value": rows_of(namespace)})


@cache
def rows_of(namespace: str) -> list[dict[str, Any]]:
    """Return a provider's operations as its own list shows them: a name, and words for people."""
    return [_row(one) for one in operations_of(namespace)]


def metadata(namespace: str, *, with_types: bool) -> dict[str, Any]:
    """Return a namespace with its operations, those of its types below them when asked for."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for one in operations_of(namespace):
        by_type.setdefault(one.type, []).append(_operation(one))
    shown: dict[str, Any] = {
        "id": f"/providers/Microsoft.Authorization/providerOperations/{namespace}",
        "name": namespace,
        "type": "Microsoft.Authorization/providerOperations",
        "displayName": namespace,
        "operations": by_type.get("", []),
    }
    if with_types:
        shown["resourceTypes"] = [
            {"name": type_, "displayName": _words(type_.rpartition("/")[2]), "operations": by_type.get(type_, [])}
            for type_ in types_of(namespace)
        ]
    return shown


def _row(one: ProviderOperation) -> dict[str, Any]:
    verb, resource = _words(_verb(one)), one.type or one.namespace
    display = {
        "provider": one.namespace,
        "resource": resource,
        "operation": verb,
        "description": f"{verb}: {resource}",
    }
    return {"name": one.name, "display": display} | ({"isDataAction": True} if one.is_data else {})


def _operation(one: ProviderOperation) -> dict[str, Any]:
    verb = _words(_verb(one))
    return {
        "name": one.name,
        "displayName": verb,
        "description": f"{verb}: {one.type or one.namespace}",
        "isDataAction": one.is_data,
    }


def _verb(one: ProviderOperation) -> str:
    inside = f"{one.namespace}/{one.type}/" if one.type else f"{one.namespace}/"
    return one.name.removeprefix(inside).removesuffix("/action")


def _words(name: str) -> str:
    """Return a name of code in words: `listKeys` is "List keys"."""
    return _HUMP.sub(" ", name).capitalize()


OPERATIONS = [
    Operation("GET", f"/providers/{namespace}/operations", "", (200,), partial(list_operations, namespace), versions)
    for namespace, versions in VERSIONS.items()
]
