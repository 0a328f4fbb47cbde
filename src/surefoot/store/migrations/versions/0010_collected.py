"""The state of what was collected: a number that people's decisions leave as it is.

Revision: 0010.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    state = sa.table("state", sa.column("key"), sa.column("number"))
    op.bulk_insert(state, [{"key": 2, "number": secrets.randbits(62)}])
