"""How alembic runs here: on the connection it is handed, inside that connection's transaction."""

from alembic import context

from lightkeeper.kernel.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
