"""A look-up answers what an ordinary execution answers, with the same types. On both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, bindparam, insert, select

from lightkeeper.kernel.database import Database, Json, UtcTime
from lightkeeper.kernel.lookup import Lookup, begins_with

things = Table(
    "lookup_things",
    MetaData(),
    Column("name", String(20), primary_key=True),
    Column("size", Integer),
    Column("good", Boolean),
    Column("tags", Json),
    Column("at", UtcTime),
)
AT = datetime(2026, 8, 1, 12, 30, 0, 5, tzinfo=UTC)
ROWS = [
    {"name": "a_1", "size": 1, "good": True, "tags": {"k": ["ä"]}, "at": AT},
    {"name": "a%1", "size": 2, "good": False, "tags": None, "at": None},
    {"name": "b", "size": 2, "good": None, "tags": {}, "at": AT},
]
BY_NAME = Lookup(select(things).where(things.c.name == bindparam("name")))
BY_SIZES = Lookup(
    select(things)
    .where(things.c.size.in_(bindparam("sizes", expanding=True)), things.c.name != bindparam("other"))
    .order_by(things.c.name)
    .limit(2)
)
BEGINNING = Lookup(select(things.c.name).where(begins_with(things.c.name, "begin")))


@pytest.fixture
def stocked(database: Database) -> Database:
    things.metadata.create_all(database.engine)
    with database.write() as connection:
        connection.execute(insert(things), ROWS)
    return database


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["size"]))
def test_every_type_comes_back_as_it_was_written(stocked: Database, row: dict[str, object]) -> None:
    with stocked.read() as connection:
        found = BY_NAME.first(connection, name=row["name"])

    assert {name: getattr(found, name) for name in row} == row


def test_nothing_found_is_none(stocked: Database) -> None:
    with stocked.read() as connection:
        assert BY_NAME.first(connection, name="nobody") is None


@pytest.mark.parametrize("sizes, names", [([1], ["a_1"]), ([1, 2], ["a%1", "a_1"]), ([2, 3, 4], ["a%1"]), ([], [])])
def test_sequences_may_have_any_length(stocked: Database, sizes: list[int], names: list[str]) -> None:
    with stocked.read() as connection:
        assert [row.name for row in BY_SIZES.all(connection, sizes=sizes, other="b")] == names


def test_what_has_a_meaning_in_patterns_is_taken_as_it_is(stocked: Database) -> None:
    with stocked.read() as connection:
        assert [row.name for row in BEGINNING.all(connection, begin="a_")] == ["a_1"]


def test_a_write_sees_what_it_has_written(stocked: Database) -> None:
    with stocked.write() as connection:
        connection.execute(insert(things), {"name": "new", "size": 9})

        assert BY_NAME.first(connection, name="new").size == 9
