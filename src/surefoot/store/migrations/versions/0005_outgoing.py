"""Decisions on their way to Microsoft, and whether a tenant's are sent at all.

Revision: 0005.
"""

import sqlalchemy as sa
from alembic import op

from surefoot.store.columns import Flag, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("write_back", Flag(), nullable=True))
    op.create_table(
        "outgoing",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_outgoing_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_outgoing_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outgoing")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_outgoing_stage_due_at"), "outgoing", ["stage", "due_at"], unique=False)
    op.create_index(op.f("ix_outgoing_tenant_control"), "outgoing", ["tenant", "control"], unique=False)
