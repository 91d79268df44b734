"""Store requests for information and their steps, and what more is known of a package."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String, Text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; of packages from before no more is known."""
    op.create_table(
        "rfi",
        Column("id", String, primary_key=True),
        Column("question", Text, nullable=False),
        Column("received_at", DateTime, nullable=False),
        Column("annotation", String),
    )
    op.create_table(
        "rfi_step",
        *(Column(name, String, primary_key=True) for name in ("rfi", "server")),
        Column("number", Integer, primary_key=True),
        Column("step", Text, nullable=False),
        Column("received_at", DateTime, nullable=False),
    )
    op.add_column("exchange_package", Column("more", Text))
