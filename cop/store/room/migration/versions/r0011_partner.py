"""Store the partners, what is given to them, and what was exchanged."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String, Text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; without a partner nothing is exchanged."""
    op.create_table(
        "partner",
        Column("code", String, primary_key=True),
        Column("card", Text, nullable=False),
        Column("hop_limit", Integer, nullable=False),
        Column("address", String),
        Column("rules", Text, nullable=False),
        Column("added_at", DateTime, nullable=False),
        Column("suspended_at", DateTime),
    )
    op.create_table(
        "exchange_state",
        Column("partner", String, primary_key=True),
        Column("given", Integer, nullable=False),
        Column("given_state", String),
        *(Column(name, Integer, nullable=False) for name in ("confirmed", "received")),
    )
    op.create_table(
        "exchange_package",
        *(Column(name, String, primary_key=True) for name in ("partner", "direction")),
        Column("number", Integer, primary_key=True),
        Column("since", Integer, nullable=False),
        *(Column(name, DateTime, nullable=False) for name in ("made_at", "at")),
        *(Column(name, String, nullable=False) for name in ("digest", "marking")),
        *(Column(name, Integer, nullable=False) for name in ("n", "withdrawn", "size")),
    )
