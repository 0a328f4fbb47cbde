"""The state of the database: a number that every transaction which changed something sets anew.

Revision: 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "state",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_state")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO state (key, number) VALUES (1, 0)")
