"""The schema's history (alembic) and the way up it."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lightkeeper.kernel.database import Database, hold


class NewerSchema(RuntimeError):
    """The database was written by a newer version of the program."""


def upgrade(database: Database) -> None:
    """Bring `database` to the newest schema; several nodes may try at once, one does it.

    Raises `NewerSchema` when the database knows a revision that this program does not.
    """
    scripts = _scripts()
    with database.write() as connection:
        hold(connection, "lightkeeper:migrations")
        current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise NewerSchema(
                f"The database is at schema {current}, which this version does not know. Run the version that wrote it."
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
