"""How alembic runs here: on the connection it is handed, inside that connection's transaction."""

from typing import Any, Literal

from alembic import context

from lightkeeper.kernel.database import Json, UtcTime, metadata
from lightkeeper.kernel.sealing import Sealed, SealedInside


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are stored as, so that a migration needs nothing of ours."""
    return "sa.Text()" if kind == "type" and isinstance(item, (Json, UtcTime, Sealed, SealedInside)) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    transaction_per_migration=False,
)
context.run_migrations()
