"""What the stores of this context do with rows of whatever table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, insert, select, update

_AT_ONCE = 500


def save(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write a row, new or changed; when it was made never changes."""
    condition = [table.c[name] == value for name, value in key.items()]
    kept = {name: value for name, value in values.items() if name != "created_at"}
    if connection.execute(update(table).where(*condition).values(**kept)).rowcount == 0:
        connection.execute(insert(table).values(**values))


def among(connection: Connection, column: Column[Any], wanted: Iterable[str]) -> Iterator[Row[Any]]:
    """Yield the rows of the column's table that have any of these ids in it, in whatever case they are asked for."""
    ids = sorted({each.lower() for each in wanted})
    for at in range(0, len(ids), _AT_ONCE):
        yield from connection.execute(select(column.table).where(column.in_(ids[at : at + _AT_ONCE])))
