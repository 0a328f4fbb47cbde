"""Governance: plans, requests, policies, agreements and conflicts, notices, roles; deeds on many; playbooks, baselines.

Revision: 0006.
"""

import sqlalchemy as sa
from alembic import op

from surefoot.store.columns import Day, Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "baseline",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_baseline")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_baseline_name"), "baseline", ["name"], unique=False)
    op.create_table(
        "bulk",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bulk")),
        sqlite_strict=True,
    )
    op.create_table(
        "acceptance_request",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_acceptance_request_control_control")),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_acceptance_request_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_acceptance_request")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_acceptance_request_tenant_control"), "acceptance_request", ["tenant", "control"], unique=False
    )
    op.create_table(
        "agreement",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_agreement_control_control")),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_agreement_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "control", name=op.f("pk_agreement")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "baseline_tenant",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_baseline_tenant_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_baseline_tenant")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bulk_item",
        sa.Column("bulk", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bulk"], ["bulk.key"], name=op.f("fk_bulk_item_bulk_bulk"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_bulk_item_control_control")),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_bulk_item_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk", "tenant", "control", name=op.f("pk_bulk_item")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_bulk_item_tenant_control"), "bulk_item", ["tenant", "control"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("ours_by", sa.Text(), nullable=False),
        sa.Column("ours_at", Moment(), nullable=False),
        sa.Column("ours_comment", sa.Text(), nullable=True),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("theirs_by", sa.Text(), nullable=True),
        sa.Column("theirs_at", Moment(), nullable=False),
        sa.Column("theirs_comment", sa.Text(), nullable=True),
        sa.Column("holds", sa.Text(), nullable=True),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_conflict_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_conflict_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_conflict")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_conflict_tenant_control"), "conflict", ["tenant", "control"], unique=False)
    op.create_table(
        "notice",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("read_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_notice_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_notice_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notice")),
        sa.UniqueConstraint("tenant", "kind", "control", "about", name=op.f("uq_notice_tenant_kind_control_about")),
        sqlite_strict=True,
    )
    op.create_table(
        "plan",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due", Day(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_plan_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_plan_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_plan")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_plan_tenant_control"), "plan", ["tenant", "control"], unique=False)
    op.create_table(
        "playbook",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_playbook_control_control")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_playbook")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_playbook_control"), "playbook", ["control"], unique=False)
    op.create_table(
        "policy",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_policy_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_policy")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_policy_tenant_name")),
        sqlite_strict=True,
    )
    op.add_column("api_token", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("grounds", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("decided_in", sa.Text(), nullable=True))
    op.add_column("outgoing", sa.Column("seen_at", Moment(), nullable=True))
    op.add_column("session", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("sign_in_link", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("sign_in_link", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("state_update", sa.Column("taken_at", Moment(), nullable=True))
    op.execute(_PLANS)
    op.execute(_TAKEN)
    op.execute(_AGREED)


_PLANS = """
INSERT INTO plan (tenant, control, changed_at, changed_by, owner, due, labels)
SELECT tenant, control, decided_at, decided_by, owner, due, '[]' FROM decision AS held
WHERE (owner IS NOT NULL OR due IS NOT NULL) AND key = (
    SELECT key FROM decision AS other WHERE other.tenant = held.tenant AND other.control = held.control
    ORDER BY decided_at DESC, key DESC LIMIT 1)
"""
"""Who does what by when stood in the newest decision."""

_TAKEN = """
UPDATE state_update SET taken_at = updated_at WHERE EXISTS (
    SELECT 1 FROM decision AS made WHERE made.tenant = state_update.tenant AND made.control = state_update.control
    AND made.decided_at >= state_update.updated_at)
"""
"""What was set at Microsoft before a decision was taken here is overruled; what came later is compared anew."""

_AGREED = """
INSERT INTO agreement (tenant, control, state, at)
SELECT tenant, control, state, updated_at FROM state_update AS held WHERE taken_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM state_update AS later WHERE later.tenant = held.tenant AND later.control = held.control
    AND later.taken_at IS NOT NULL
    AND (later.updated_at > held.updated_at OR (later.updated_at = held.updated_at AND later.state > held.state)))
"""
