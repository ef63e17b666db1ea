"""When an account is locked: ten wrong secrets in a row lock it for a minute, every further one for twice as long.

Entra's smart lockout has the same threshold and first duration ("Protect user accounts from attacks with smart
lockout"); how its durations grow is not published, ours double up to five hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

THRESHOLD = 10
FIRST_LOCK_FOR = timedelta(seconds=60)
LONGEST_LOCK_FOR = timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often in a row an account was tried with a wrong secret, and until when it is locked."""

    failures: int = 0
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        """Return whether no secret is even looked at."""
        return self.locked_until is not None and now < self.locked_until

    def failed(self, now: datetime) -> "Attempts":
        """Return the state after one more wrong secret."""
        failures = self.failures + 1
        if failures < THRESHOLD:
            return Attempts(failures)
        doublings = min(failures - THRESHOLD, 16)
        return Attempts(failures, now + min(FIRST_LOCK_FOR * 2**doublings, LONGEST_LOCK_FOR))
