"""What each provider served here can do, as authors of roles read it: `GET /providers/{namespace}/operations`.

Providers whose list has a form of its own have it in their own file.
"""

import re
from functools import cache, partial
from typing import Any

from lightkeeper.access.operations import operations
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm import activity_log, locks, management_groups, subscription_lifecycle
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.subscriptions import VERSIONS as FRONT_DOOR

VERSIONS = {
    "Microsoft.Authorization": (
        *locks.VERSIONS,
        "2022-04-01",
        "2021-01-01-preview",
        "2018-07-01",
        "2018-01-01-preview",
        "2015-07-01",
    ),
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
    return Answer(200, {"value": _rows(namespace)})


@cache
def _rows(namespace: str) -> list[dict[str, Any]]:
    rows = []
    for one in operations():
        if one.namespace == namespace:
            verb = one.name.removeprefix(f"{namespace}/").removeprefix(f"{one.type}/").removesuffix("/action")
            words = _HUMP.sub(" ", verb).capitalize()
            resource = one.type or namespace
            display = {
                "provider": namespace,
                "resource": resource,
                "operation": words,
                "description": f"{words}: {resource}",
            }
            rows.append({"name": one.name, "display": display} | ({"isDataAction": True} if one.is_data else {}))
    return rows


OPERATIONS = [
    Operation("GET", f"/providers/{namespace}/operations", "", (200,), partial(list_operations, namespace), versions)
    for namespace, versions in VERSIONS.items()
]
