"""Labels, events and their sources, dismissed regressions, and what is made of the history for quick pages.

Revision: 0002.
"""

import sqlalchemy as sa
from alembic import op

from surefoot.store.columns import Day, Flag, Moment, number

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dismissal",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("points", number(), nullable=False),
        sa.Column("best_points", number(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dismissed_at", Moment(), nullable=False),
        sa.Column("dismissed_by", sa.Text(), nullable=False),
        sa.Column("restored_at", Moment(), nullable=True),
        sa.Column("restored_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_dismissal_control_control")),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_dismissal_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dismissal")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_dismissal_tenant_control"), "dismissal", ["tenant", "control"], unique=False)
    op.create_table(
        "event",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_event_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_event")),
        sa.UniqueConstraint("tenant", "source", "id", name=op.f("uq_event_tenant_source_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_event_tenant_at"), "event", ["tenant", "at"], unique=False)
    op.create_table(
        "event_source",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("read_until", Moment(), nullable=True),
        sa.Column("tried_at", Moment(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_event_source_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "source", name=op.f("pk_event_source")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shift",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", number(), nullable=False),
        sa.Column("max_points", number(), nullable=False),
        sa.Column("percent", number(), nullable=True),
        sa.Column("bought", Flag(), nullable=False),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_shift_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_shift_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "day", "control", "kind", name=op.f("pk_shift")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shift_day"), "shift", ["day"], unique=False)
    op.create_table(
        "summary",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("points", number(), nullable=False),
        sa.Column("max_points", number(), nullable=False),
        sa.Column("change_1", number(), nullable=True),
        sa.Column("change_7", number(), nullable=True),
        sa.Column("change_30", number(), nullable=True),
        sa.Column("change_90", number(), nullable=True),
        sa.Column("available", number(), nullable=False),
        sa.Column("open_actions", sa.Integer(), nullable=False),
        sa.Column("regressions", sa.Integer(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("seats", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["services"], ["shared_text.key"], name=op.f("fk_summary_services_shared_text")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_summary_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_summary")),
        sqlite_strict=True,
    )
    op.create_table(
        "tenant_label",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_tenant_label_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "label", name=op.f("pk_tenant_label")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
