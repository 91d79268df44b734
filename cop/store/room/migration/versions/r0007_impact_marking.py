"""Store the marking of what each decision on an impact level rests on."""

from alembic import op
from sqlalchemy import Column, String

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier decisions have none."""
    op.add_column("impact", Column("marking", String))
