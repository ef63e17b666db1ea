"""Clause: answers say how many requests are left in this hour; past the limit the caller waits.

Counts are for each principal and scope (a subscription or the tenant) and start anew every hour. Refusing is off unless
the server was told to throttle: a sandbox is there to be worked hard.
"""

from dataclasses import dataclass, field

from lightkeeper.kernel.problems import Throttled

READS, WRITES, DELETES = 11999, 1199, 14999
"""What the first answer of an hour shows in recorded traffic (contract, headers)."""

_HOUR = 3600
_MOST_COUNTERS = 50_000


@dataclass(slots=True)
class Throttle:
    """Counts requests; `refuse` makes the count bite."""

    refuse: bool = False
    _used: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _hour: int = 0

    def count(self, object_id: str, subscription_id: str | None, method: str, seconds: float) -> tuple[bytes, bytes]:
        """Return the header that tells what is left after this request. Raises `Throttled` past the limit."""
        hour = int(seconds // _HOUR)
        if hour != self._hour or len(self._used) > _MOST_COUNTERS:
            self._used.clear()
            self._hour = hour
        kind, most = _kind_of(method, subscription_id)
        key = (object_id, subscription_id or "", kind)
        used = self._used.get(key, 0)
        self._used[key] = used + 1
        if self.refuse and used > most:
            code = "SubscriptionRequestsThrottled" if subscription_id else "TenantRequestsThrottled"
            raise Throttled(
                code,
                f"Number of {kind} requests for this {'subscription' if subscription_id else 'tenant'} and principal "
                f"exceeded {most} an hour. Please try again later.",
                retry_after=int(_HOUR - seconds % _HOUR) + 1,
            )
        scope = "subscription" if subscription_id else "tenant"
        return f"x-ms-ratelimit-remaining-{scope}-{kind}".encode(), str(max(0, most - used)).encode()


def _kind_of(method: str, subscription_id: str | None) -> tuple[str, int]:
    if method in ("GET", "HEAD"):
        return "reads", READS
    if method == "DELETE" and subscription_id:
        return "deletes", DELETES
    return "writes", WRITES
