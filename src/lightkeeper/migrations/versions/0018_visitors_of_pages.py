"""How many different people looked at an offer's page."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_visitors",
        sa.Column("publisher_id", sa.String(length=50), nullable=False),
        sa.Column("offer_id", sa.String(length=50), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=False),
        sa.Column("referral", sa.String(length=253), nullable=False),
        sa.Column("visitor", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint(
            "publisher_id", "offer_id", "day", "country", "referral", "visitor", name=op.f("pk_page_visitors")
        ),
    )
