"""What each provider served here can do, as authors of roles read it: `GET /providers/{namespace}/operations`.

Providers with a file of their own have their list there; the words are made in `operation_names.py`.
"""

from functools import partial

from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm import activity_log, locks, management_groups, subscription_lifecycle
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.operation_names import rows_of
from lightkeeper.wire.arm.subscriptions import VERSIONS as FRONT_DOOR

VERSIONS = {
    "Microsoft.Authorization": (
        "2022-04-01",
        "2021-01-01-preview",
        "2018-07-01",
        "2018-01-01-preview",
        *locks.VERSIONS,
    ),
    "Microsoft.Insights": activity_log.VERSIONS,
    "Microsoft.Management": management_groups.VERSIONS,
    "Microsoft.Marketplace": ("2023-01-01-preview", "2023-01-01", "2022-07-31", "2022-02-02"),
    "Microsoft.Resources": FRONT_DOOR,
    "Microsoft.Subscription": subscription_lifecycle.VERSIONS,
}


def list_operations(namespace: str, call: Call, request: ArmRequest) -> Answer:
    """Answer every operation of a provider."""
    call.open_to_all("what a provider can do is public")
    return Answer(200, {"value": rows_of(namespace)})


OPERATIONS = [
    Operation("GET", f"/providers/{namespace}/operations", "", (200,), partial(list_operations, namespace), versions)
    for namespace, versions in VERSIONS.items()
]
