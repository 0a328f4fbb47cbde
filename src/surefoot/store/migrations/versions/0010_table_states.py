"""The states of each table: numbers that every transaction which wrote to it sets anew, instead of one for all.

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
        sa.Column("whose", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("whose", "name", name=op.f("pk_table_state")),
        sqlite_strict=True,
    )
    op.bulk_insert(made, [{"whose": w, "name": t, "number": secrets.randbits(62)} for t in TABLES for w in (0, -1)])
    op.drop_table("state")
