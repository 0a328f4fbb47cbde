"""For the heat map: an index that holds all that its sums over tenants read.

Revision: 0008.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["control", "status", "difficulty", "tenant", "earned", "points"]
    op.create_index("ix_work_sums", "work", columns, unique=False)
