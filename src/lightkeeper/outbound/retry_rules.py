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


LONGEST_WAIT = timedelta(hours=24)
"""However long a receiver asks to be left in peace."""


def next_attempt_at(attempts: int, now: datetime, *, final: bool, not_for: timedelta = timedelta(0)) -> datetime | None:
    """Return when to try again after `attempts` failed ones, `not_for` long not; None to give up.

    A final refusal gives up at once.
    """
    if final or attempts > len(BACKOFF):
        return None
    return now + max(BACKOFF[attempts - 1], min(not_for, LONGEST_WAIT))
