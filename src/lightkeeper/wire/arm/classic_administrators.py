"""Classic administrators on the wire: they are retired, and there never were any here."""

from lightkeeper.access import actions
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = ("2015-07-01", "2015-06-01", "2015-05-01-preview", "2014-10-01-preview", "2014-07-01-preview")


def list_administrators(call: Call, request: ArmRequest) -> Answer:
    """Answer an empty list."""
    call.authorize(actions.READ_CLASSIC_ADMINISTRATORS, request.id.scope)
    return Answer(200, {"value": []})


OPERATIONS = [
    Operation(
        "GET",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Authorization/classicAdministrators",
        actions.READ_CLASSIC_ADMINISTRATORS,
        (200,),
        list_administrators,
        VERSIONS,
    ),
]
