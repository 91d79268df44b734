"""Store of which set of alerts each step is: what a release admits has a set of its own."""

from alembic import op
from sqlalchemy import Column, String

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier alerts are of everyone who may read their records."""
    op.add_column("alert", Column("of", String))
