"""Times in .NET's standard (`d`, `u`, `s`, ...) and custom (`yyyy-MM-dd`) formats, invariant culture, UTC."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from lightkeeper.deployments.functions.registry import failed

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

STANDARD: Mapping[str, str] = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}

_PART = re.compile(
    r"'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|\\(?P<escaped>.)|%?(?P<run>d{1,9}|M{1,9}|y{1,9}|h{1,9}|H{1,9}|m{1,9}|s{1,9}|f{1,7}|F{1,7}|t{1,9}|z{1,9}|K|g{1,9})|(?P<other>.)",
    re.DOTALL,
)

_WRITERS: Mapping[str, Callable[[datetime, int], str]] = {
    "d": lambda at, n: (str(at.day), f"{at.day:02}", _DAYS[at.weekday()][:3], _DAYS[at.weekday()])[min(n, 4) - 1],
    "M": lambda at, n: (str(at.month), f"{at.month:02}", _MONTHS[at.month - 1][:3], _MONTHS[at.month - 1])[
        min(n, 4) - 1
    ],
    "y": lambda at, n: (
        str(at.year % 100) if n == 1 else f"{at.year % 100:02}" if n == 2 else str(at.year).rjust(n, "0")
    ),
    "h": lambda at, n: str(at.hour % 12 or 12).rjust(min(n, 2), "0"),
    "H": lambda at, n: str(at.hour).rjust(min(n, 2), "0"),
    "m": lambda at, n: str(at.minute).rjust(min(n, 2), "0"),
    "s": lambda at, n: str(at.second).rjust(min(n, 2), "0"),
    "f": lambda at, n: f"{at.microsecond:06}0"[:n],
    "F": lambda at, n: f"{at.microsecond:06}0"[:n].rstrip("0"),
    "t": lambda at, n: ("AM" if at.hour < 12 else "PM")[: min(n, 2)],
    "z": lambda at, n: ("+0", "+00", "+00:00")[min(n, 3) - 1],
    "K": lambda at, n: "Z",
    "g": lambda at, n: "A.D.",
}


def write(at: datetime, pattern: str, function: str) -> str:
    """Return a UTC time in a .NET format. Raises `LanguageFault` for a single letter that is no standard format."""
    pattern = pattern or "G"
    if len(pattern) == 1:
        if pattern not in STANDARD:
            raise failed(function, "Input string was not in a correct format.")
        pattern = STANDARD[pattern]

    def part(match: re.Match[str]) -> str:
        if match["run"]:
            return _WRITERS[match["run"][0]](at, len(match["run"]))
        return next(
            (found for name in ("single", "double", "escaped", "other") if (found := match[name]) is not None), ""
        )

    return _PART.sub(part, pattern)
