"""What a query asks for, and running it over the rows of one data set. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound.tables import Report

_DAYS = {f"LAST_{days}_DAYS": days for days in (7, 14, 30, 90, 180, 365)} | {"LAST_1_YEAR": 365}
_MONTHS = {"LAST_MONTH": 1, "LAST_3_MONTHS": 3, "LAST_6_MONTHS": 6}
TIMESPANS = ("TODAY", "YESTERDAY", *_DAYS, *_MONTHS, "LIFETIME")

Row = Mapping[str, Any]
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood; no `columns` means all. Names are spelled as the query spells them."""

    columns: tuple[str, ...]
    dataset: str
    test: Test | None
    compared: tuple[str, ...]  # the columns that the condition looks at
    order: tuple[tuple[str, bool], ...]  # with whether the greatest comes first
    limit: int | None
    timespan: str


def span_of(timespan: str, now: datetime) -> tuple[date, date]:
    """Return the first and the last day of a time span as seen from `now`."""
    today = now.date()
    if timespan in _DAYS:
        return today - timedelta(days=_DAYS[timespan]), today
    if timespan in _MONTHS:
        end = today.replace(day=1) - timedelta(days=1)
        months = end.year * 12 + end.month - _MONTHS[timespan]
        return date(months // 12, months % 12 + 1, 1), end
    if timespan in ("TODAY", "YESTERDAY"):
        day = today - timedelta(days=timespan == "YESTERDAY")
        return day, day
    return date.min, date.max


def run(query: Query, table: Report, between: tuple[date, date], dated: str) -> Report:
    """Return what the query selects of a table; `dated` is the column that tells a row's day, `between` which count."""
    known = {name.lower(): name for name in table.columns}
    columns = tuple(_known(known, name) for name in query.columns) or table.columns
    order = [(_known(known, name), greatest) for name, greatest in query.order]
    for name in query.compared:
        _known(known, name)
    first, last = between[0].isoformat(), between[1].isoformat()
    rows = [row for row in table.documents if not row[dated] or first <= str(row[dated])[:10] <= last]
    if query.test is not None:
        lowered = [{name.lower(): value for name, value in row.items()} for row in rows]
        rows = [row for row, low in zip(rows, lowered, strict=True) if query.test(low)]
    for name, greatest in reversed(order):
        rows.sort(key=lambda row: _sortable(row[name]), reverse=greatest)
    found = [tuple(row[name] for name in columns) for row in rows[: query.limit]]
    return Report(table.name, table.title, columns, found)


def _known(known: Mapping[str, str], name: str) -> str:
    if name.lower() not in known:
        raise Invalid(
            "badRequest", f"There is no column '{name[:60]}'. Known: {', '.join(known.values())}.", target=name
        )
    return known[name.lower()]


def _sortable(value: Any) -> tuple[int, Any]:
    """Return a key by which values of all kinds have an order: nothing, then numbers, then texts."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, (int, float)) else (2, str(value))
