"""What people ask before they build: is a name free to use, and is a zone here the same place as a zone there."""

from collections.abc import Mapping, Sequence

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources import actions, regions, reserved_names
from lightkeeper.resources.model import subscription_scope
from lightkeeper.resources.service.subscriptions import require_subscription

ZONES = ("1", "2", "3")
"""The zones of a recommended region; other regions have none."""


def is_reserved_name(call: Call, name: str) -> bool:
    """Return whether a resource cannot be called so because of a reserved word."""
    call.open_to_all("the list of reserved words is public")
    return reserved_names.is_reserved(name)


def zone_peers(
    call: Call, subscription_id: str, location: str, others: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """Return, for each zone of a region, which zone of each other subscription it is.

    Every subscription numbers the zones alike here, since none of them stands for a building. Raises `Invalid` for an
    unknown region, `NotFound` for an unknown subscription, `Forbidden` for one the caller may not ask about.
    """
    call.authorize(actions.CHECK_ZONE_PEERS, subscription_scope(subscription_id))
    wanted = location.replace(" ", "").lower()
    region = next((one for one in regions.regions() if one.name == wanted), None)
    if region is None:
        raise Invalid("InvalidLocation", f"There is no region '{location[:64]}'.", target="location")
    peers = []
    for other in others:
        call.authorize(actions.READ_SUBSCRIPTION, subscription_scope(other))
        peers.append(require_subscription(call, other).id)
    zones = ZONES if region.category == "Recommended" else ()
    return {zone: dict.fromkeys(peers, zone) for zone in zones}
