"""Store briefs of areas, and those that are made every day."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String, Text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "area_brief",
        Column("id", String, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("place", "made_for", "title")),
        Column("made_at", DateTime, nullable=False),
        Column("version", Integer, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("marking", "made_by", "highest")),
        Column("smallest_count", Integer, nullable=False),
        Column("sources", Text, nullable=False),
        *(Column(name, Text) for name in ("pdf", "html")),
    )
    op.create_table(
        "brief_schedule",
        Column("id", String, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("place", "made_for", "time_zone")),
        *(Column(name, Integer, nullable=False) for name in ("hour", "minute")),
        Column("added_by", Text, nullable=False),
        Column("added_at", DateTime, nullable=False),
        Column("made_until", DateTime),
    )
