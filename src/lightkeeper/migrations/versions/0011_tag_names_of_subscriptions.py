"""Tag names that subscriptions think of beforehand."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag_names",
        sa.Column("subscription_id", sa.String(length=36), nullable=False),
        sa.Column("name_key", sa.String(length=512), nullable=False),
        sa.Column("value_key", sa.String(length=256), nullable=False),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
        sa.PrimaryKeyConstraint("subscription_id", "name_key", "value_key"),
    )
