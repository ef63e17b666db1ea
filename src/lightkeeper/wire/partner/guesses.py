"""Nobody finds out by trying which publishers there are: a refusal of a taken id is told, but only a few times an hour.

The id of an account has to be free, so signing up must say when it is not. What it must not become is a way to ask for
every id there is. Each node counts for itself: a refusal undoes its transaction, so a count in the database would take a
second one for every refusal, and ten guesses an hour for each of a few nodes are no way to ask for every id either.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from lightkeeper.kernel.call import Caller
from lightkeeper.kernel.problems import Conflict, Throttled

MOST_REFUSALS = 10
WITHIN = timedelta(hours=1)
MOST_REMEMBERED = 10_000

_refused: dict[str, deque[datetime]] = {}


def insist_on_patience(caller: Caller, now: datetime) -> None:
    """Raise `Throttled` when this account was told of a taken id too often within the hour."""
    times = _refused.get(caller.home_object_id, deque())
    while times and times[0] <= now - WITHIN:
        times.popleft()
    if len(times) >= MOST_REFUSALS:
        wait = times[0] + WITHIN - now
        raise Throttled(
            "tooManyRequests",
            f"{MOST_REFUSALS} ids were taken already. Ask again later, or ask the operator of the marketplace.",
            retry_after=max(1, int(wait.total_seconds())),
        )


@contextmanager
def counted(caller: Caller, now: datetime) -> Iterator[None]:
    """Count a refusal because of a taken id for the caller; everything passes as it is."""
    try:
        yield
    except Conflict:
        if caller.home_object_id not in _refused and len(_refused) >= MOST_REMEMBERED:
            _refused.pop(next(iter(_refused)))
        _refused.setdefault(caller.home_object_id, deque(maxlen=MOST_REFUSALS)).append(now)
        raise
