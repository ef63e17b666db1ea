"""What the migrations make is what the code says, on each kind of database."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from lightkeeper import bootstrap, migrations
from lightkeeper.kernel.database import Database, metadata


def test_the_migrations_make_every_table_as_the_code_knows_it(database_url: str) -> None:
    """Whoever adds a column and forgets the migration is told here, by name."""
    assert bootstrap.workflows()  # every context's tables are known now
    opened = Database(database_url, durable=False)

    migrations.upgrade(opened)
    migrations.upgrade(opened)  # a second time there is nothing to do

    with opened.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    opened.close()
    assert found == []
