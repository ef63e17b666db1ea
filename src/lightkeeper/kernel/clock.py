"""Time is a value: services read it from the call, and a sandbox may move it forward.

The shift is kept in the database, so that it survives a restart and every node shares it. Production clocks refuse.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import isodate

from lightkeeper.kernel.problems import Invalid


def utc_now() -> datetime:
    """Return the wall clock's time, aware, in UTC."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """Return `at` the way Azure writes it: seven fractional digits and a Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "0Z"


def duration(text: str) -> timedelta:
    """Return an ISO 8601 duration such as `P3D` or `PT30M`; raise `Invalid` for anything else, months and years included."""
    try:
        parsed = isodate.parse_duration(text)
    except (isodate.ISO8601Error, ValueError, TypeError, OverflowError) as fault:
        raise Invalid(
            "InvalidDuration", f"'{text}' is not an ISO 8601 duration. Write for example P3D or PT30M."
        ) from fault
    if not isinstance(parsed, timedelta):
        raise Invalid(
            "InvalidDuration", f"'{text}' counts months or years. Use weeks, days, hours, minutes or seconds."
        )
    return parsed


class Clock:
    """The wall clock plus a shift that only grows."""

    def __init__(self, wall: Callable[[], datetime] = utc_now, shift: timedelta = timedelta(0)) -> None:
        self._wall = wall
        self.shift = shift

    def now(self) -> datetime:
        """Return the time that everything in this process goes by, aware, in UTC."""
        return self._wall() + self.shift

    def wall(self) -> datetime:
        """Return the wall clock's time: what programs and devices elsewhere write into what they sign."""
        return self._wall()
