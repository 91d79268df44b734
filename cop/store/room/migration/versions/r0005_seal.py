"""Store a digest of each row beside it; the upgrade fills the table when all else is in place."""

from alembic import op
from sqlalchemy import Column, LargeBinary, String

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of seals."""
    op.create_table(
        "seal",
        Column("of", String, primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        sqlite_with_rowid=False,
    )
