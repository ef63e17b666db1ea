"""Secrets that have to be known again, in a form that is of no use to whoever copies the database.

A column of type `Sealed`, or the secret texts inside one of type `SealedInside`, are encrypted (Fernet: AES-128 in CBC mode
with HMAC-SHA-256) under a key that is kept in a file and never in the database. The file has one key a line: the first
seals, every one opens. Secrets that need not be known again are kept as hashes or digests instead.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, Connection, Dialect, Text, select, type_coerce, update
from sqlalchemy.types import TypeDecorator

from lightkeeper.kernel import encoding
from lightkeeper.kernel.database import Database, hold, metadata

_MARK = "sealed:"


class Unreadable(ValueError):
    """What is sealed in the database cannot be opened: the key is missing, or it is another one."""


class Keyring:
    """The keys of one database: the newest first, which seals; the others still open what they have sealed."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take keys as `new_key` makes them. Raises `Unreadable` when there is none, or one is malformed."""
        try:
            self._keys = {_name_of(key): Fernet(key) for key in keys}
        except ValueError as fault:
            raise Unreadable("A sealing key is 32 bytes in URL-safe base64, one a line.") from fault
        if not self._keys:
            raise Unreadable("There is no sealing key.")
        self._newest = next(iter(self._keys))

    @classmethod
    def read(cls, file: Path) -> "Keyring":
        """Return the keys in a file: one a line, `#` begins a remark."""
        lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
        try:
            return cls([line for line in lines if line])
        except Unreadable as fault:
            raise Unreadable(f"'{file}' holds no sealing key: {fault}") from fault

    def seal(self, text: str) -> str:
        """Return the text sealed with the newest key; different each time."""
        return f"{_MARK}{self._newest}:{self._keys[self._newest].encrypt(text.encode()).decode()}"

    def unseal(self, sealed: str) -> str:
        """Return what was sealed. Raises `Unreadable` without the key it takes, or when the text was tampered with."""
        name, _, token = sealed.removeprefix(_MARK).partition(":")
        if name not in self._keys:
            raise _not_at_hand(sealed, f"the keys at hand are {', '.join(self._keys)}")
        try:
            return self._keys[name].decrypt(token.encode()).decode()
        except InvalidToken as fault:
            raise Unreadable(f"A value sealed with the key {name} was changed since.") from fault

    def is_current(self, text: str) -> bool:
        """Return whether the text is sealed, and with the newest key."""
        return text.startswith(f"{_MARK}{self._newest}:")


_keyrings: WeakKeyDictionary[Dialect, Keyring] = WeakKeyDictionary()
"""Every open database has a dialect of its own, which is all that a column's type hears of it."""


def new_key() -> str:
    """Return a fresh random key."""
    return Fernet.generate_key().decode()


class Sealed(TypeDecorator[str]):
    """A secret text. Without a keyring it is kept as it is, for tools and tests; a server always has one (`take_up`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the sealed form."""
        return None if value is None else _seal(value, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the secret; one from before there was a keyring is in the clear. Raises `Unreadable`."""
        return None if value is None else _unseal(value, dialect)

    def texts_in(self, raw: str) -> list[str]:
        """Return the secret texts of what is stored, as they are stored: this one."""
        return [raw]


Change = Callable[[str], str]


class SealedInside(TypeDecorator[Any]):
    """A JSON value with secret texts in it; `among(value, change)` returns the value with each of them changed."""

    impl = Text
    cache_ok = True

    def __init__(self, among: Callable[[Any, Change], Any]) -> None:
        super().__init__()
        self.among = among

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the JSON text with its secrets sealed; None stays NULL."""
        if value is None:
            return None
        return encoding.encode(self.among(value, lambda text: _seal(text, dialect))).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value, its secrets in the clear. Raises `Unreadable`."""
        if value is None:
            return None
        return self.among(encoding.decode(value), lambda text: _unseal(text, dialect))

    def texts_in(self, raw: str) -> list[str]:
        """Return the secret texts of what is stored, as they are stored."""
        found: list[str] = []

        def note(text: str) -> str:
            found.append(text)
            return text

        self.among(encoding.decode(raw), note)
        return found


def take_up(database: Database, file: Path) -> None:
    """Seal and open the database's secrets with the keys in `file`, which is made when nothing was sealed before.

    Whatever is in the clear, or sealed with an older key, is sealed with the newest. Raises `Unreadable` when the file is
    missing or is another database's. Several nodes may do so at once.
    """
    with database.write() as connection:
        hold(connection, "lightkeeper:sealing")
        if not file.exists():
            _insist_on_nothing_sealed(connection, file)
            _make(file)
        _keyrings[database.engine.dialect] = keyring = Keyring.read(file)
        in_the_clear = _renew(connection, keyring)
    if in_the_clear and database.local:  # what was overwritten stays in a file of SQLite until its page is needed
        with database.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _insist_on_nothing_sealed(connection: Connection, file: Path) -> None:
    for _, kind, _, raw in _stored(connection):
        for text in kind.texts_in(raw):
            if text.startswith(_MARK):
                raise _not_at_hand(text, f"'{file}' is not there")


def _renew(connection: Connection, keyring: Keyring) -> bool:
    """Seal with the newest key whatever is not; return whether any of it was in the clear."""
    old = [one for one in _stored(connection) if not all(map(keyring.is_current, one[1].texts_in(one[3])))]
    for column, kind, row, raw in old:
        value = kind.process_result_value(raw, connection.dialect)
        connection.execute(update(column.table).where(*row).values({column.name: value}))
    return any(not text.startswith(_MARK) for _, kind, _, raw in old for text in kind.texts_in(raw))


def _stored(connection: Connection) -> Iterator[tuple[Column[Any], Sealed | SealedInside, list[Any], str]]:
    """Yield each column that is sealed, its type, the condition of a row, and what is stored there."""
    for table in metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        for column in table.columns:
            if isinstance(kind := column.type, Sealed | SealedInside):
                for *values, raw in connection.execute(select(*keys, type_coerce(column, Text).label("raw"))):
                    if raw is not None:
                        yield column, kind, [key == value for key, value in zip(keys, values, strict=True)], raw


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"# Opens the secrets in the database. Keep it, apart from copies of the database.\n{new_key()}\n")


def _seal(text: str, dialect: Dialect) -> str:
    keyring = _keyrings.get(dialect)
    return text if keyring is None else keyring.seal(text)


def _unseal(text: str, dialect: Dialect) -> str:
    if not text.startswith(_MARK):
        return text
    keyring = _keyrings.get(dialect)
    if keyring is None:
        raise _not_at_hand(text, "no key was given")
    return keyring.unseal(text)


def _name_of(key: str) -> str:
    """Return how a key is called in what it seals: enough to tell keys apart, and of no help in finding one."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def _not_at_hand(sealed: str, but: str) -> Unreadable:
    name = sealed.removeprefix(_MARK).partition(":")[0]
    return Unreadable(f"Secrets in the database are sealed with the key {name}, but {but}. Bring the file that has it.")
