"""Store which records the room shows by default: one row for each choice, the newest counts."""

from alembic import op
from sqlalchemy import Column, DateTime, String

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; without a row the default of the catalogue holds."""
    op.create_table(
        "default_records",
        Column("id", String, primary_key=True),
        Column("records", String, nullable=False),
        Column("by", String, nullable=False),
        Column("at", DateTime, nullable=False),
    )
