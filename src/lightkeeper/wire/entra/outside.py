"""Getting what other issuers publish, by the operator's rules for connections out of the house (`outbound`)."""

from dataclasses import replace

from lightkeeper.directory.issuers import Unreachable
from lightkeeper.outbound import settings
from lightkeeper.outbound.outlet import MOST_READ, Outlet, Request, Undelivered

ANSWERED_WITHIN = 5.0
_ASKS = {"accept": "application/json", "accept-encoding": "identity"}


def fetch(url: str) -> bytes:
    """Return a document of less than 64 KiB. Never from private addresses unless the operator allows local targets.

    Raises `Unreachable` for every other outcome; redirects are not followed.
    """
    outlet = Outlet(replace(settings.current(), timeout_seconds=ANSWERED_WITHIN))
    try:
        reply = outlet.expect(Request("GET", url, _ASKS), 200)
    except Undelivered as fault:
        raise Unreachable(fault.note) from fault
    if len(reply.body) >= MOST_READ:
        raise Unreachable("The issuer's document is larger than 64 KiB.")
    return reply.body
