"""Clause: answers say how many requests are left in this hour; past the limit the caller waits.

Counts are for each principal and scope (a subscription or the tenant) and start anew every hour. Refusing is off unless
the server was told to throttle: a sandbox is there to be worked hard.
"""

from dataclasses import dataclass, field

from lightkeeper.kernel.problems import Throttled

READS, WRITES, DELETES = 11999, 1199, 14999
"""What the first answer of an hour shows in recorded traffic (contract, headers)."""

GLOBAL_FACTOR = 15
"""How many times one principal's share a subscription takes from all together. Documentation: "Understand how Azure
Resource Manager throttles requests"."""

_HOUR = 3600
_MOST_COUNTERS = 50_000


@dataclass(slots=True)
class Throttle:
    """Counts requests; `refuse` makes the count bite."""

    refuse: bool = False
    _used: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _hour: int = 0

    def count(
        self, object_id: str, subscription_id: str | None, method: str, seconds: float
    ) -> list[tuple[bytes, bytes]]:
        """Return the headers that tell what is left after this request: the caller's own share, and everybody's.

        Raises `Throttled` past either limit.
        """
        hour = int(seconds // _HOUR)
        if hour != self._hour or len(self._used) > _MOST_COUNTERS:
            self._used.clear()
            self._hour = hour
        kind, most = _kind_of(method, subscription_id)
        scope = "subscription" if subscription_id else "tenant"
        place = (subscription_id or "").lower()
        left = most - self._one_more((object_id, place, kind))
        told = [(f"x-ms-ratelimit-remaining-{scope}-{kind}", left)]
        if subscription_id:
            all_left = GLOBAL_FACTOR * (most + 1) - 1 - self._one_more(("", place, kind))
            told.append((f"x-ms-ratelimit-remaining-subscription-global-{kind}", all_left))
            left = min(left, all_left)
        if self.refuse and left < 0:
            raise Throttled(
                "SubscriptionRequestsThrottled" if subscription_id else "TenantRequestsThrottled",
                f"Number of {kind} requests for this {scope} and principal exceeded {most} an hour. Please try again later.",
                retry_after=int(_HOUR - seconds % _HOUR) + 1,
            )
        return [(name.encode(), str(max(0, count)).encode()) for name, count in told]

    def _one_more(self, key: tuple[str, str, str]) -> int:
        """Count a request; return how many there were before it."""
        used = self._used.get(key, 0)
        self._used[key] = used + 1
        return used


def _kind_of(method: str, subscription_id: str | None) -> tuple[str, int]:
    if method in ("GET", "HEAD"):
        return "reads", READS
    if method == "DELETE" and subscription_id:
        return "deletes", DELETES
    return "writes", WRITES
