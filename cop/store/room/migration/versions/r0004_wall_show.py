"""Store what is sent to the walls: one row for each order, the newest counts."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; without a row walls show their own Picture."""
    op.create_table(
        "wall_show",
        Column("id", String, primary_key=True),
        Column("scenes", String, nullable=False),
        Column("seconds", Integer, nullable=False),
        Column("by", String, nullable=False),
        Column("at", DateTime, nullable=False),
    )
