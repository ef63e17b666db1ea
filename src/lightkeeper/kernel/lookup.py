"""Reads that every request makes, prepared once.

SQLAlchemy builds a statement anew each time it is written down inside a function, and wraps each answer; together that
is several times the work of SQLite's own look-up. A `Lookup` is written down once, at the top of its module, and asks
the driver of a local database directly. On PostgreSQL, where the way there and back costs more than all of this, it is
an ordinary execution of a statement built once.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, func
from sqlalchemy.dialects import sqlite

_SQLITE = sqlite.dialect()

Record = Any
"""A row with an attribute for each column: SQLAlchemy's, or a named tuple of the same names."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement in the words of the driver."""

    text: str
    order: tuple[str, ...]  # the names of the parameters, as often as and in the order in which the text wants them
    fixed: Mapping[str, Any]  # values that stand in the statement itself


class Lookup:
    """A SELECT whose parameters are `bindparam`s of plain texts and numbers, or expanding ones of sequences of them."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        self._statements: dict[tuple[int, ...], _Statement] = {}

    def first(self, connection: Connection, **given: Any) -> Record | None:
        """Return the first row, None when there is none."""
        if connection.dialect.name != _SQLITE.name:
            return connection.execute(self._query, given).first()
        found = self._ask(connection, given).fetchone()
        return self._record(found) if found is not None else None

    def all(self, connection: Connection, **given: Any) -> Sequence[Record]:
        """Return every row."""
        if connection.dialect.name != _SQLITE.name:
            return connection.execute(self._query, given).all()
        return [self._record(found) for found in self._ask(connection, given)]

    def _ask(self, connection: Connection, given: dict[str, Any]) -> Any:
        several = {name: value for name, value in given.items() if not isinstance(value, (str, int))}
        shape = tuple(map(len, several.values()))
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = self._stated(given)
        known = {**statement.fixed, **given}
        for name, values in several.items():
            known |= {f"{name}_{n}": value for n, value in enumerate(values, 1)}
        driver: Any = connection.connection.driver_connection
        return driver.execute(statement.text, [known[name] for name in statement.order])

    def _stated(self, given: Mapping[str, Any]) -> _Statement:
        compiled: Any = self._query.compile(dialect=_SQLITE)
        state = compiled.construct_expanded_state(given)
        return _Statement(state.statement, tuple(state.positiontup), state.parameters)

    @cached_property
    def _record(self) -> Callable[[Sequence[Any]], Record]:
        """Return what makes a row of the driver's answer."""
        columns = list(self._query.selected_columns)
        shape: Any = namedtuple("Row", [str(column.key) for column in columns])  # type: ignore[misc]
        converters = [column.type.dialect_impl(_SQLITE).result_processor(_SQLITE, None) for column in columns]
        wanted = [(at, convert) for at, convert in enumerate(converters) if convert is not None]

        def record(found: Sequence[Any]) -> Record:
            values = list(found)
            for at, convert in wanted:
                values[at] = convert(values[at])
            return shape._make(values)

        return record


def begins_with(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Return the condition that a text begins with the parameter `name`.

    Not LIKE: SQLite prepares a statement anew for every value a LIKE is given, which costs more than the look-up.
    """
    begun = bindparam(name, type_=String)
    return func.substr(column, 1, func.length(begun)) == begun
