"""The first tables: tenants, their days and spans, profiles, decisions, secrets, access.

Revision: 0001.
"""

import sqlalchemy as sa
from alembic import op

from surefoot.store.columns import Day, Flag, Moment, number

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("tenants", sa.Text(), nullable=True),
        sa.Column("can_write", Flag(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "average",
        sa.Column("day", Day(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("percent", number(), nullable=True),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", "basis", name=op.f("pk_average")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "control",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_control")),
        sa.UniqueConstraint("folded", name=op.f("uq_control_folded")),
        sqlite_strict=True,
    )
    op.create_table(
        "session",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_session")),
        sqlite_strict=True,
    )
    op.create_table(
        "shared_text",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_shared_text")),
        sa.UniqueConstraint("text", name=op.f("uq_shared_text_text")),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in_link",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in_link")),
        sqlite_strict=True,
    )
    op.create_table(
        "tenant",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("cloud", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("graph_url", sa.Text(), nullable=True),
        sa.Column("login_url", sa.Text(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("attempted_at", Moment(), nullable=True),
        sa.Column("synced_at", Moment(), nullable=True),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tenant")),
        sa.UniqueConstraint("id", name=op.f("uq_tenant_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_tenant_due_at"), "tenant", ["due_at"])
    op.create_table(
        "day",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("points", number(), nullable=False),
        sa.Column("max_points", number(), nullable=False),
        sa.Column("active_users", sa.Integer(), nullable=True),
        sa.Column("licensed_users", sa.Integer(), nullable=True),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("rich", Flag(), nullable=False),
        sa.ForeignKeyConstraint(["services"], ["shared_text.key"], name=op.f("fk_day_services_shared_text")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_day_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "day", name=op.f("pk_day")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due", Day(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_decision_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_decision_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decision")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_decision_tenant_control_decided_at"), "decision", ["tenant", "control", "decided_at"])
    op.create_table(
        "freshness",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_freshness_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_freshness")),
        sqlite_strict=True,
    )
    op.create_table(
        "membership",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("from_day", Day(), nullable=False),
        sa.Column("to_day", Day(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_membership_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "basis", "from_day", name=op.f("pk_membership")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profile_content",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("first_seen", Day(), nullable=False),
        sa.Column("last_seen", Day(), nullable=False),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_profile_content_control_control")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_profile_content")),
        sa.UniqueConstraint("control", "digest", name=op.f("uq_profile_content_control_digest")),
        sqlite_strict=True,
    )
    op.create_table(
        "reading",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("from_day", Day(), nullable=False),
        sa.Column("to_day", Day(), nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=True),
        sa.Column("numbers", sa.Text(), nullable=True),
        sa.Column("description", sa.Integer(), nullable=True),
        sa.Column("count", number(), nullable=True),
        sa.Column("total", number(), nullable=True),
        sa.Column("on", Flag(), nullable=True),
        sa.Column("applicable", Flag(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_reading_control_control")),
        sa.ForeignKeyConstraint(["description"], ["shared_text.key"], name=op.f("fk_reading_description_shared_text")),
        sa.ForeignKeyConstraint(["sentence"], ["shared_text.key"], name=op.f("fk_reading_sentence_shared_text")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_reading_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "control", "from_day", name=op.f("pk_reading")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "secret",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_secret_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "field", name=op.f("pk_secret")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "span",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("from_day", Day(), nullable=False),
        sa.Column("to_day", Day(), nullable=False),
        sa.Column("points", number(), nullable=False),
        sa.Column("percent", number(), nullable=True),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category"], ["shared_text.key"], name=op.f("fk_span_category_shared_text")),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_span_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_span_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "control", "from_day", name=op.f("pk_span")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "state_update",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_state_update_control_control")),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenant.key"], name=op.f("fk_state_update_tenant_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "control", "updated_at", "state", name=op.f("pk_state_update")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profile",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("from_day", Day(), nullable=False),
        sa.Column("until_day", Day(), nullable=True),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["profile_content.key"], name=op.f("fk_profile_content_profile_content")),
        sa.ForeignKeyConstraint(["control"], ["control.key"], name=op.f("fk_profile_control_control")),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.key"], name=op.f("fk_profile_tenant_tenant"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "control", "from_day", name=op.f("pk_profile")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
