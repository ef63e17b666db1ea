"""The query language of analytics, over a table that can be read at a glance."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound.analytics.query import run, span_of
from lightkeeper.outbound.analytics.query_parser import DEEPEST, parse
from lightkeeper.outbound.tables import Report

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
ORDERS = Report(
    "orders", "Orders", ("Day", "Offer", "Count", "Preview"),
    [
        ("2026-03-14", "care", 3, False),
        ("2026-02-20", "care plus", 1, True),
        ("2026-01-02", "watch", 7, False),
        (None, "nothing yet", None, False),
    ],
)  # fmt: skip


def found(text: str) -> list[tuple[object, ...]]:
    query = parse(text)
    return list(run(query, ORDERS, span_of(query.timespan, NOW), "Day").rows)


@pytest.mark.parametrize(
    ("condition", "offers"),
    [
        ("Count > 2", ["care", "watch"]),
        ("count >= 1 AND Preview = FALSE", ["care", "watch"]),
        ("Offer = 'care' OR Offer = 'watch'", ["care", "watch"]),
        ("Offer IN ('care', 'watch')", ["care", "watch"]),
        ("Offer NOT IN ('care', 'watch')", ["care plus", "nothing yet"]),
        ("Offer LIKE 'care%'", ["care", "care plus"]),
        ("Offer LIKE '%t%e%'", ["nothing yet"]),
        ("Offer NOT LIKE '%c%'", ["nothing yet"]),
        ("NOT (Count = 3 OR Count = 7)", ["care plus", "nothing yet"]),
        ("Offer != 'care' AND (Count = 1 OR Count = 7)", ["care plus", "watch"]),
        ("Offer = 'it''s'", []),
        ("Count = 'three'", []),
    ],
)
def test_rows_are_those_that_fit_the_condition(condition: str, offers: list[str]) -> None:
    """Names ignore case, AND binds closer than OR, and a number is never equal to a text."""
    assert [row[0] for row in found(f"SELECT Offer FROM ISVOrder WHERE {condition}")] == offers


def test_columns_order_and_limit() -> None:
    """Selected columns in their order; nothing sorts before everything; the first of equals is decided by the next."""
    assert found("select count, offer from x order by count desc limit 2") == [(7, "watch"), (3, "care")]
    assert found("SELECT Count FROM x ORDER BY Preview DESC, Count") == [(1,), (None,), (3,), (7,)]
    assert len(found("SELECT * FROM x")[0]) == 4


@pytest.mark.parametrize(
    ("timespan", "first", "last"),
    [
        ("TODAY", date(2026, 3, 15), date(2026, 3, 15)),
        ("YESTERDAY", date(2026, 3, 14), date(2026, 3, 14)),
        ("LAST_7_DAYS", date(2026, 3, 8), date(2026, 3, 15)),
        ("LAST_MONTH", date(2026, 2, 1), date(2026, 2, 28)),
        ("LAST_3_MONTHS", date(2025, 12, 1), date(2026, 2, 28)),
        ("LAST_6_MONTHS", date(2025, 9, 1), date(2026, 2, 28)),
        ("LAST_1_YEAR", date(2025, 3, 15), date(2026, 3, 15)),
    ],
)
def test_a_time_span_is_counted_from_today(timespan: str, first: date, last: date) -> None:
    """Days reach back from now; months are whole ones, and this one is not over."""
    assert span_of(timespan, NOW) == (first, last)


def test_rows_of_another_time_are_left_out() -> None:
    """A row without a day belongs to every time."""
    assert [row[0] for row in found("SELECT Offer FROM x TIMESPAN LAST_MONTH")] == ["care plus", "nothing yet"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "the end"),
        ("SELECT FROM x", "FROM"),
        ("SELECT a FROM x WHERE", "the end"),
        ("SELECT a FROM x WHERE a", "the end"),
        ("SELECT a FROM x WHERE a = b", "'b'"),
        ("SELECT a FROM x LIMIT -1", "-1"),
        ("SELECT a FROM x TIMESPAN LAST_CENTURY", "LAST_CENTURY"),
        ("SELECT a FROM x; DROP TABLE orders", "; DROP"),
        ("SELECT a FROM x extra", "extra"),
        ("SELECT a FROM x WHERE a NOT = 1", "="),
    ],
)
def test_what_is_not_understood_is_named(text: str, place: str) -> None:
    """The message says where reading stopped."""
    with pytest.raises(Invalid, match="not understood") as refused:
        parse(text)
    assert place in refused.value.message


def test_nesting_has_an_end() -> None:
    """At the limit a query is read; one level more is refused."""
    parse(f"SELECT a FROM x WHERE {'(' * DEEPEST}a = 1{')' * DEEPEST}")
    with pytest.raises(Invalid, match="nested deeper"):
        parse(f"SELECT a FROM x WHERE {'(' * (DEEPEST + 1)}a = 1{')' * (DEEPEST + 1)}")


@given(st.text(alphabet="SELECTFROMWHERABDOINK '%(),*=<>!1._", max_size=60), st.booleans())
def test_no_text_makes_the_parser_stumble(text: str, whole: bool) -> None:
    """It is read, or refused with a reason."""
    try:
        parse(text if whole else f"SELECT Offer FROM x WHERE {text}")
    except Invalid as refused:
        assert refused.message
