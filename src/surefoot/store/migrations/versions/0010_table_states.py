"""The state of each table: a number that every transaction which wrote to it sets anew, instead of one for all.

Revision: 0010.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    "acceptance_request",
    "agreement",
    "api_token",
    "audit_entry",
    "average",
    "baseline",
    "baseline_tenant",
    "bulk",
    "bulk_item",
    "conflict",
    "control",
    "day",
    "decision",
    "dismissal",
    "event",
    "event_source",
    "freshness",
    "membership",
    "notice",
    "outgoing",
    "plan",
    "playbook",
    "policy",
    "profile",
    "profile_content",
    "reading",
    "saved_view",
    "secret",
    "session",
    "shared_text",
    "shift",
    "sign_in_link",
    "span",
    "state_update",
    "summary",
    "sync_run",
    "tenant",
    "tenant_label",
    "work",
    "zones",
)


def upgrade() -> None:
    made = op.create_table(
        "table_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_table_state")),
        sqlite_strict=True,
    )
    op.bulk_insert(made, [{"name": name, "number": secrets.randbits(62)} for name in TABLES])
    op.drop_table("state")
