"""Store what the figures and the small map of each revision of a saved Picture show."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier revisions have none."""
    op.add_column("picture_revision", Column("counted", Text))
