"""Products are found by their id."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NAMES = uuid.UUID("6f0c1c3e-9d0e-5f7b-8d6c-0b5f4b3b8a11")


def upgrade() -> None:
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("product_id", sa.String(length=36), server_default="", nullable=False))
    offers = sa.table(
        "offers",
        sa.column("publisher_id", sa.String),
        sa.column("offer_id", sa.String),
        sa.column("product_id", sa.String),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(offers.c.publisher_id, offers.c.offer_id)).all():
        name = f"product:{row.publisher_id}/{row.offer_id}".lower()
        connection.execute(
            sa.update(offers)
            .where(offers.c.publisher_id == row.publisher_id, offers.c.offer_id == row.offer_id)
            .values(product_id=str(uuid.uuid5(_NAMES, name)))
        )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index("ix_offers_product_id", ["product_id"], unique=False)
