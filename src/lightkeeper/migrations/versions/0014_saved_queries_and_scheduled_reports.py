"""Saved queries and scheduled reports."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analytics_executions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("generated_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_executions")),
    )
    with op.batch_alter_table("analytics_executions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_executions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_analytics_executions_report_id"), ["report_id"], unique=False)

    op.create_table(
        "analytics_queries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("publisher_id", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_queries")),
    )
    with op.batch_alter_table("analytics_queries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_queries_publisher_id"), ["publisher_id"], unique=False)

    op.create_table(
        "analytics_reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("publisher_id", sa.String(length=50), nullable=False),
        sa.Column("query_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("start_at", sa.Text(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("runs_left", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=False),
        sa.Column("from_at", sa.Text(), nullable=True),
        sa.Column("to_at", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_reports")),
    )
    with op.batch_alter_table("analytics_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_analytics_reports_publisher_id"), ["publisher_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_analytics_reports_query_id"), ["query_id"], unique=False)
        batch_op.create_index("ix_analytics_reports_state_next_at", ["state", "next_at"], unique=False)
