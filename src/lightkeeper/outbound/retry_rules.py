"""When a delivery that failed is tried again, and when it is given up. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

BACKOFF: Sequence[timedelta] = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long to wait after the first, second, ... failed attempt; after the last there is one more, and no other."""


def next_attempt_at(attempts: int, now: datetime, *, final: bool) -> datetime | None:
    """Return when to try again after `attempts` failed ones; None to give up. A final refusal gives up at once."""
    if final or attempts > len(BACKOFF):
        return None
    return now + BACKOFF[attempts - 1]
