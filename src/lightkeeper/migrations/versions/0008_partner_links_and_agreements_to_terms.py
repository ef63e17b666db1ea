"""Partner links, partner ids of accounts, agreements to terms."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "marketplace_agreements",
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subscription_id", sa.String(length=36), nullable=False),
        sa.Column("publisher_id", sa.String(length=50), nullable=False),
        sa.Column("offer_id", sa.String(length=64), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("signed_at", sa.Text(), nullable=True),
        sa.Column("canceled_at", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=256), nullable=False),
        sa.Column("created_by_type", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=256), nullable=False),
        sa.Column("changed_by_type", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_marketplace_agreements")),
    )
    op.create_index(op.f("ix_marketplace_agreements_subscription_id"), "marketplace_agreements", ["subscription_id"])
    op.create_table(
        "partner_links",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "object_id", name=op.f("pk_partner_links")),
    )
    op.create_index(op.f("ix_partner_links_partner_id"), "partner_links", ["partner_id"])
    ids = op.create_table(
        "publisher_partner_ids",
        sa.Column("publisher_id", sa.String(length=50), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publishers.id"], name=op.f("fk_publisher_partner_ids_publisher_id")
        ),
        sa.PrimaryKeyConstraint("publisher_id", "partner_id", name=op.f("pk_publisher_partner_ids")),
    )
    op.create_index(op.f("ix_publisher_partner_ids_partner_id"), "publisher_partner_ids", ["partner_id"])
    _give_ids(ids)


def _give_ids(ids: sa.Table) -> None:
    """Give the accounts there are the ids their tenants would be given today, one for each tenant."""
    publishers = sa.table("publishers", sa.column("id"), sa.column("tenant_id"))
    taken: dict[int, str] = {}
    rows = []
    for account in op.get_bind().execute(sa.select(publishers).order_by(publishers.c.id)):
        digest = hashlib.sha256(account.tenant_id.lower().encode()).digest()
        number = 1_000_000 + int.from_bytes(digest[:8], "big") % 9_000_000
        while taken.get(number, account.tenant_id) != account.tenant_id:
            number = number + 1 if number < 9_999_999 else 1_000_000
        taken[number] = account.tenant_id
        rows.append({"publisher_id": account.id, "partner_id": str(number), "position": 0})
    if rows:
        op.bulk_insert(ids, rows)
