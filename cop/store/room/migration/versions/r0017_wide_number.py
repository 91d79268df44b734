"""Let sizes of packages and numbers of messages be of 64 bits where a database has shorter ones."""

from alembic import op
from sqlalchemy import BigInteger

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_WIDER = (("exchange_package", "size"), ("tak_message", "number"))


def upgrade() -> None:
    """Widen the columns; a whole number of SQLite is as wide as it needs to be."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column in _WIDER:
        op.alter_column(table, column, type_=BigInteger(), existing_nullable=False)
