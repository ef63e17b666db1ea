"""Databases that are ready at once: furnished once in a process, and copied for every test.

Making a hundred tables takes longer than most tests that use them; copying a file takes a millisecond.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import inspect

from lightkeeper import migrations
from lightkeeper.kernel.database import Database, metadata


def furnish(database: Database) -> None:
    """Give an empty database every table, without the history of migrations."""
    file = Path(database.url.database or "")
    if database.local and not file.exists():
        file.write_bytes(_with_every_table())
    elif not inspect(database.engine).has_table("events"):
        make_every_table(database)


def make_every_table(database: Database) -> None:
    """Make every table there is, whichever modules the tests of this process have asked for."""
    import lightkeeper.bootstrap  # noqa: F401

    metadata.create_all(database.engine)


def lay_out(file: Path) -> None:
    """Put a database of SQLite there that has gone through every migration, as a server finds it at its second start."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(_migrated())


@cache
def _with_every_table() -> bytes:
    return file_after(make_every_table)


@cache
def _migrated() -> bytes:
    return file_after(migrations.upgrade)


def file_after(work: Callable[[Database], None]) -> bytes:
    """Return what a file of SQLite holds when `work` is done with it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        database = Database(f"sqlite:///{file}", durable=False)
        work(database)
        database.close()
        return file.read_bytes()
