"""Store what servers share for minutes: requests that were seen, sign-ins that began."""

from alembic import op
from sqlalchemy import Column, DateTime, LargeBinary, String

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "expiring",
        Column("kind", String, primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        Column("content", LargeBinary, nullable=False),
        Column("ends_at", DateTime, nullable=False),
    )
