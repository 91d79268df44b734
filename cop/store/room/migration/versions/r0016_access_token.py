"""Store the tokens of programs, by their digests."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, LargeBinary, String

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "access_token",
        Column("token_digest", LargeBinary, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("id", "owner_kind", "owner")),
        *(Column(name, String, nullable=False) for name in ("title", "made_by")),
        *(Column(name, DateTime, nullable=False) for name in ("made_at", "ends_at")),
        Column("used_on", Date),
        Column("revoked_at", DateTime),
    )
