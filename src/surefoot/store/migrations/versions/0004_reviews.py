"""When an accepted risk is reviewed, and what shows that an action is resolved elsewhere.

Revision: 0004.
"""

import sqlalchemy as sa
from alembic import op

from surefoot.store.columns import Day

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("review_on", Day(), nullable=True))
    op.add_column("decision", sa.Column("evidence", sa.Text(), nullable=True))
