"""Store local accounts, attempts to sign in, and the sessions of who is signed in."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, LargeBinary, String

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; without an account nobody signs in."""
    op.create_table(
        "account",
        Column("login", String, primary_key=True),
        *(Column(name, String, nullable=False) for name in ("name", "agency", "roles")),
        Column("highest", String),
        Column("password_hash", String, nullable=False),
        *(Column(name, DateTime, nullable=False) for name in ("created_at", "changed_at")),
        *(Column(name, DateTime) for name in ("valid_until", "disabled_at")),
    )
    op.create_table(
        "sign_in_attempt",
        Column("login_digest", LargeBinary, primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("last_at", DateTime, nullable=False),
        Column("locked_until", DateTime),
    )
    texts = ("viewer", "origin", "name", "agency", "roles", "highest")
    times = ("created_at", "used_at", "ends_at")
    op.create_table(
        "session",
        Column("token_digest", LargeBinary, primary_key=True),
        *(Column(name, String, nullable=False) for name in texts),
        *(Column(name, DateTime, nullable=False) for name in times),
        Column("revoked_at", DateTime),
    )
