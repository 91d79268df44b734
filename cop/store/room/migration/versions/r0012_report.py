"""Store reports from the field, and what became of each."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String, Text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "field_report",
        Column("id", String, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("entry", "sender", "agency")),
        Column("received_at", DateTime, nullable=False),
        Column("photo", String),
        Column("version", Integer),
        Column("grade", String),
        Column("graded_at", DateTime),
        Column("graded_by", String),
        Column("reason", Text, nullable=False),
        Column("marking", Text),
        Column("uses", Text, nullable=False),
    )
