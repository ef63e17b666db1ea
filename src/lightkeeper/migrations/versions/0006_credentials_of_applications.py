"""Credentials of applications."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application_certificates",
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("app_id", sa.String(length=36), nullable=False),
        sa.Column("display_name", sa.String(length=256), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("x5t", sa.String(length=32), nullable=False),
        sa.Column("x5t_s256", sa.String(length=48), nullable=False),
        sa.Column("not_before", sa.Text(), nullable=False),
        sa.Column("not_after", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_application_certificates")),
        sa.UniqueConstraint("app_id", "x5t_s256", name=op.f("uq_application_certificates_app_id_x5t_s256")),
    )
    op.create_table(
        "federated_credentials",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("issuer", sa.String(length=600), nullable=False),
        sa.Column("subject", sa.String(length=600), nullable=False),
        sa.Column("audiences", sa.Text(), nullable=False),
        sa.Column("description", sa.String(length=600), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federated_credentials")),
        sa.UniqueConstraint("app_id", "name_key", name=op.f("uq_federated_credentials_app_id_name_key")),
    )
    with op.batch_alter_table("secrets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hint", sa.String(length=8), server_default="", nullable=False))
