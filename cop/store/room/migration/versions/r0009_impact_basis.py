"""Store what decisions on impact levels rest on, and which others their people might not read."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; earlier decisions have none."""
    op.add_column("impact", Column("sources", Text))
    op.add_column("impact", Column("unread", Text))
