"""Functions of time."""

import calendar
import re
from datetime import UTC, datetime, timedelta

from lightkeeper.deployments.environment import Environment, Place
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions import dotnet_dates
from lightkeeper.deployments.functions.registry import aware, failed, function, integer, text
from lightkeeper.deployments.values import Value

ISO = "yyyy-MM-ddTHH:mm:ssZ"
UTC_NOW = "yyyyMMddTHHmmssZ"

_DURATION = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10}(?:\.\d{1,7})?)S)?)?"
)


@aware("utcNow", 0, 1, places=frozenset({Place.PARAMETER}))
def utc_now(environment: Environment, pattern: Value = UTC_NOW) -> str:
    """Return the time of the deployment; only in the default value of a parameter."""
    return dotnet_dates.write(environment.now, text("utcNow", pattern), "utcNow")


@function("dateTimeAdd", 2, 3)
def date_time_add(base: Value, duration: Value, pattern: Value = ISO) -> str:
    """Return a time moved by an ISO 8601 duration; months and years follow the calendar, the day is clamped to the month."""
    moved = _moved(_time("dateTimeAdd", text("dateTimeAdd", base)), text("dateTimeAdd", duration))
    return dotnet_dates.write(moved, text("dateTimeAdd", pattern), "dateTimeAdd")


@function("dateTimeFromEpoch", 1)
def date_time_from_epoch(seconds: Value) -> str:
    """Return the time this many seconds after 1970 began."""
    count = integer("dateTimeFromEpoch", seconds)
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=count)
    except OverflowError:
        raise failed("dateTimeFromEpoch", f"The value '{count}' is not a time.") from None
    return dotnet_dates.write(at, ISO, "dateTimeFromEpoch")


@function("dateTimeToEpoch", 1)
def date_time_to_epoch(value: Value) -> int:
    """Return how many seconds after 1970 began a time is."""
    return int(
        (_time("dateTimeToEpoch", text("dateTimeToEpoch", value)) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    )


def _time(name: str, value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        raise LanguageFault(
            f"The template function '{name}' has an invalid parameter. The first parameter '{value}' is not a valid DateTime string."
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _moved(base: datetime, duration: str) -> datetime:
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise LanguageFault(
            "The template function 'dateTimeAdd' has an invalid parameter."
            f" The second parameter '{duration}' is not a valid ISO8601 Duration string."
        )
    sign = -1 if found["sign"] else 1
    part = {name: float(amount) * sign for name, amount in found.groupdict().items() if amount and name != "sign"}
    months = int(part.get("years", 0) * 12 + part.get("months", 0))
    rest = timedelta(**{name: part.get(name, 0.0) for name in ("weeks", "days", "hours", "minutes", "seconds")})
    try:
        years, month = divmod(base.year * 12 + base.month - 1 + months, 12)
        day = min(base.day, calendar.monthrange(years, month + 1)[1])
        return base.replace(year=years, month=month + 1, day=day) + rest
    except (OverflowError, ValueError):
        raise failed("dateTimeAdd", f"'{duration}' from there leads outside of the calendar.") from None
