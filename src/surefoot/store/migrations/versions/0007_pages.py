"""For the pages: each tenant's actions at hand, bounds of score zones, saved views, and how each reading went.

Revision: 0007.
"""

import sqlalchemy as sa
from alembic import op

from surefoot.store.columns import Flag, Moment, number

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("earned", number(), nullable=False),
        sa.Column("max_points", number(), nullable=True),
        sa.Column("points", number(), nullable=True),
        sa.Column("impact", sa.Text(), nullable=True),
        sa.Column("difficulty", sa.Text(), nullable=True),
        sa.Column("quick_win", Flag(), nullable=False),
        sa.Column("regressed", Flag(), nullable=False),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_work_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_work_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "control", name=op.f("pk_work")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_work_control"), "work", ["control"], unique=False)
    op.create_table(
        "zones",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=True),
        sa.Column("good", number(), nullable=False),
        sa.Column("okay", number(), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_zones_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_zones")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_zones_tenant"), "zones", ["tenant"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("owner", "page", "name", name=op.f("uq_saved_view_owner_page_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_run",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("days_new", sa.Integer(), nullable=True),
        sa.Column("days_changed", sa.Integer(), nullable=True),
        sa.Column("profiles", sa.Integer(), nullable=True),
        sa.Column("refused", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_sync_run_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sync_run")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sync_run_tenant_began_at"), "sync_run", ["tenant", "began_at"], unique=False)
