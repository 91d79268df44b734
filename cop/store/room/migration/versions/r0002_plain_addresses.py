"""Remove the addresses that an early build stored as they are, in place of keyed hashes."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the table of that build."""
    op.drop_table("layer_origin", if_exists=True)
