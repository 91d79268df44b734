"""Store what a TAK server has of what it is given, and what is still to be sent."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Integer, String, Text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; without a TAK server nothing is in it."""
    op.create_table(
        "tak_message",
        *(Column(name, String, primary_key=True) for name in ("receiver", "uid")),
        Column("number", Integer, nullable=False),
        Column("digest", String, nullable=False),
        Column("body", Text, nullable=False),
        Column("stale", DateTime, nullable=False),
        *(Column(name, Boolean, nullable=False) for name in ("due", "tried", "gone")),
    )
