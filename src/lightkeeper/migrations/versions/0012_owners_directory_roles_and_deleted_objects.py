"""Owners, directory roles and deleted objects."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NAMES = uuid.UUID("6f0c1c3e-9d0e-5f7b-8d6c-0b5f4b3b8a11")  # the namespace in which names give ids (kernel/ids.py)


def upgrade() -> None:
    op.create_table(
        "deleted_objects",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_objects")),
    )
    with op.batch_alter_table("deleted_objects", schema=None) as batch_op:
        batch_op.create_index("ix_deleted_objects_tenant_id_type", ["tenant_id", "type"], unique=False)

    op.create_table(
        "ownerships",
        sa.Column("owned_id", sa.String(length=36), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["principals.id"], name=op.f("fk_ownerships_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owned_id", "owner_id", name=op.f("pk_ownerships")),
    )
    with op.batch_alter_table("ownerships", schema=None) as batch_op:
        batch_op.create_index("ix_ownerships_owner_id", ["owner_id"], unique=False)

    _principals()
    _applications()


def _principals() -> None:
    op.add_column("principals", sa.Column("directory_roles", sa.Text(), server_default="[]", nullable=False))
    op.add_column("principals", sa.Column("profile", sa.Text(), server_default="{}", nullable=False))
    op.add_column("principals", sa.Column("created_at", sa.Text(), nullable=True))
    principals = sa.table(
        "principals", sa.column("global_administrator", sa.Boolean), sa.column("directory_roles", sa.Text)
    )
    op.execute(
        principals.update()
        .where(principals.c.global_administrator.is_(True))
        .values(directory_roles='["Global Administrator"]')
    )
    op.drop_column("principals", "global_administrator")  # not in a batch: others point at this table's rows


def _applications() -> None:
    added = [
        sa.Column("display_name_key", sa.String(length=256), server_default="", nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=True),
        sa.Column("identifier_uris", sa.Text(), server_default="[]", nullable=False),
        sa.Column("audience", sa.String(length=40), server_default="AzureADMyOrg", nullable=False),
        sa.Column("profile", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=True),
    ]
    for column in added:
        op.add_column("applications", column)
    connection = op.get_bind()
    applications = sa.table(
        "applications",
        *(sa.column(name, sa.Text) for name in ("app_id", "display_name", "display_name_key", "object_id")),
    )
    for row in connection.execute(sa.select(applications.c.app_id, applications.c.display_name)).all():
        object_id = str(uuid.uuid5(_NAMES, f"applicationObject:{row.app_id}"))
        connection.execute(
            applications.update()
            .where(applications.c.app_id == row.app_id)
            .values(object_id=object_id, display_name_key=row.display_name.lower())
        )
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.alter_column("object_id", existing_type=sa.String(length=36), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_applications_object_id"), ["object_id"])
        batch_op.create_index("ix_applications_tenant_id_object_id", ["tenant_id", "object_id"], unique=False)
