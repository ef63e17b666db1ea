"""The schema's history (alembic) and the way up it."""

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
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    with database.write() as connection:
        hold(connection, "lightkeeper:migrations")
        current = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise NewerSchema(
                f"The database is at schema {current}, which this version does not know. Run the version that wrote it."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
