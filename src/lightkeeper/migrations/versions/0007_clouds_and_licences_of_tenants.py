"""Clouds and licences of tenants."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tenants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cloud", sa.String(length=24), server_default="AzureCloud", nullable=False))
        batch_op.add_column(sa.Column("licenses", sa.Text(), server_default='["entraIdP2"]', nullable=False))
