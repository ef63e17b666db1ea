"""What the caller may do at a scope, on the wire: one permission set per block of each role it holds there."""

from lightkeeper.access import actions, service
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.role_definitions import permission_body

VERSIONS = ("2022-05-01-preview", "2022-04-01", "2018-07-01", "2018-01-01-preview", "2015-07-01", "2015-06-01")


def list_permissions(call: Call, request: ArmRequest) -> Answer:
    """Answer the caller's effective permission sets."""
    found = service.list_permissions(call, request.id.scope)
    return Answer(200, {"value": [permission_body(block) for block in found]})


OPERATIONS = [
    Operation(
        "GET",
        "/{scope}/providers/Microsoft.Authorization/permissions",
        action=actions.READ_PERMISSIONS,
        answers=(200,),
        handle=list_permissions,
        versions=VERSIONS,
    ),
]
