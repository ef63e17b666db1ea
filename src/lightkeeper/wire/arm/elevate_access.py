"""Elevated access on the wire: a Global Administrator takes User Access Administrator at the tenant's root."""

from lightkeeper.access import actions, elevation
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = ("2017-05-01", "2016-07-01", "2015-07-01", "2015-06-01", "2015-05-01-preview")


def elevate_access(call: Call, request: ArmRequest) -> Answer:
    """Elevate the caller."""
    elevation.elevate_access(call)
    return Answer(200)


OPERATIONS = [
    Operation(
        "POST",
        "/providers/Microsoft.Authorization/elevateAccess",
        actions.ELEVATE_ACCESS,
        (200,),
        elevate_access,
        VERSIONS,
    ),
]
