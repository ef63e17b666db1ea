"""Where rows live: SQLite by default, PostgreSQL for growth, one set of tables for both.

A write is one transaction. SQLite admits one writer at a time, so a write takes a lock of this process and begins
IMMEDIATE. PostgreSQL writers run side by side; a use case that looks before it leaps names what it looks at
(`Call.hold`), and waits there for others who named the same. A read sees one snapshot.
"""

import hashlib
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, MetaData, Text, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from sqlalchemy.types import TypeDecorator

from lightkeeper.kernel import encoding

_IDLE = 8
"""How many connections for reading a local database are kept open."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time as sortable text, so that both databases give back the same microseconds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text form; a naive time is a bug and is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not be stored")
        return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the aware time."""
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A JSON value as compact text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the JSON text; None stays NULL."""
        return None if value is None else encoding.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value."""
        return None if value is None else encoding.decode(value)


class Database:
    """One database and its transactions."""

    def __init__(self, url: str, *, durable: bool = True) -> None:
        """Open `url` (`sqlite:///path` or `postgresql://...`). `durable=False` skips fsync on SQLite, for tests only."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        elif parsed.get_backend_name() != "sqlite":
            raise ValueError(
                f"'{parsed.get_backend_name()}' is not a database we know: use sqlite:///FILE or postgresql://..."
            )
        self.url = parsed
        self.local = parsed.get_backend_name() == "sqlite"
        self._writer = threading.Lock()
        self._idle: deque[Connection] = deque()
        if self.local:
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                parsed, connect_args={"check_same_thread": False}, pool_size=10, max_overflow=30
            )
            _speak_sqlite(self.engine, durable)
        else:
            self.engine = create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one snapshot; nothing written through it is kept."""
        if self.local:
            yield from self._read_here()
            return
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            try:
                yield connection
            finally:
                connection.rollback()

    def _read_here(self) -> Iterator[Connection]:
        """Yield a connection that was read from before: taking one from the pool costs more than a look-up on SQLite."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self.engine.connect()
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()  # what SQLAlchemy has begun, if it was asked anything
            driver.rollback()
            if len(self._idle) < _IDLE:
                self._idle.append(connection)
            else:
                connection.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept all together when the block ends well, and not at all otherwise."""
        if not self.local:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writer, self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        """Give every connection back."""
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


_OUT_OF_REACH = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)  # fmt: skip


def is_out_of_reach(fault: SQLAlchemyError) -> bool:
    """Return whether a database could not do its part: away, locked for too long, full, or two writers in each other's way.

    What it was asked was right. A statement it does not understand is a bug, which SQLite calls by the same name.
    """
    if isinstance(fault, (InterfaceError, TimeoutError)):
        return True
    if not isinstance(fault, OperationalError):
        return False
    cause = fault.orig
    return not isinstance(cause, sqlite3.Error) or getattr(cause, "sqlite_errorcode", 0) & 0xFF in _OUT_OF_REACH


def hold(connection: Connection, *names: str) -> None:
    """Wait until nobody else's open write holds any of `names`; then hold them until this transaction ends.

    SQLite writers are alone anyway. PostgreSQL takes advisory locks, in one order so that two holders cannot deadlock.
    """
    if connection.dialect.name == "sqlite":
        return
    keys = sorted({int.from_bytes(hashlib.sha256(name.lower().encode()).digest()[:8], signed=True) for name in names})
    for key in keys:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _speak_sqlite(engine: Engine, durable: bool) -> None:
    """Let us begin transactions ourselves (the driver would begin too late), with WAL and foreign keys."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
