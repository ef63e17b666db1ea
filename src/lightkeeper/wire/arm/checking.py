"""Two questions of the front door: may a resource be called so, and which availability zones do subscriptions share."""

from pydantic import Field

from lightkeeper.kernel.call import Call
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read
from lightkeeper.wire.arm.subscriptions import VERSIONS


class NameBody(Body):
    """A name somebody would like, and for what."""

    name: str = Field(min_length=1)
    type: str = Field(min_length=1)


class PeersBody(Body):
    """Where, and whose zones to compare."""

    location: str = Field(min_length=1)
    subscription_ids: list[str]


def check_name(call: Call, request: ArmRequest) -> Answer:
    """Say whether the name is, or contains, a reserved word."""
    said = read(NameBody, request.body)
    reserved = resources.is_reserved_name(call, said.name)
    return Answer(200, {"name": said.name, "type": said.type, "status": "Reserved" if reserved else "Allowed"})


def check_zones(call: Call, request: ArmRequest) -> Answer:
    """Answer, zone by zone, which zone of each other subscription is the same place."""
    said = read(PeersBody, request.body)
    subscription_id = request.id.subscription_id or ""
    asked = [one.rstrip("/").rpartition("/")[2] for one in said.subscription_ids]
    peers = resources.zone_peers(call, subscription_id, said.location, asked)
    shown = [
        {
            "availabilityZone": zone,
            "peers": [{"subscriptionId": one, "availabilityZone": theirs} for one, theirs in others.items()],
        }
        for zone, others in peers.items()
    ]
    return Answer(200, {"subscriptionId": subscription_id, "location": said.location, "availabilityZonePeers": shown})


OPERATIONS = [
    Operation(
        "POST", "/providers/Microsoft.Resources/checkResourceName", "", (200,), check_name, VERSIONS, writes=False
    ),
    Operation(
        "POST",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/checkZonePeers",
        actions.CHECK_ZONE_PEERS,
        (200,),
        check_zones,
        VERSIONS,
        writes=False,
    ),
]
