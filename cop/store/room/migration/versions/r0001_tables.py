"""The tables of the room as they were before they had revisions."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, Float, ForeignKey, Integer, LargeBinary, String, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables that are missing: a file from before has only those that were used."""
    _create_pictures()
    _create_alerts()
    _create_board()
    _create(
        "impact",
        Column("records", String, primary_key=True),
        Column("segment_id", String, primary_key=True),
        Column("revision", Integer, primary_key=True),
        Column("step", String, nullable=False),
        Column("level", String),
        Column("proposed", String, nullable=False),
        Column("evidence", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("by", String, nullable=False),
        Column("at", DateTime, nullable=False),
        Column("until", DateTime),
        Column("version", Integer, nullable=False),
    )
    _create(
        "mapping",
        Column("name", String, primary_key=True),
        Column("kind", String, nullable=False),
        Column("columns_key", String, nullable=False),
        Column("columns", Text, nullable=False),
        Column("choices", Text, nullable=False),
        Column("declared", Text, nullable=False),
        Column("written", Text, nullable=False),
        Column("author", String, nullable=False),
        Column("saved_at", DateTime, nullable=False),
    )
    _create(
        "layer_near",
        Column("layer", String, primary_key=True),
        Column("near", String, nullable=False),
    )


def _create_pictures() -> None:
    _create(
        "picture",
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("description", Text, nullable=False),
        Column("created_at", DateTime, nullable=False),
        Column("archived_at", DateTime),
        Column("newest", Integer, nullable=False),
    )
    _create(
        "picture_revision",
        Column("picture_id", String, ForeignKey("picture.id"), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("pairs", Text, nullable=False),
        Column("author", String, nullable=False),
        Column("saved_at", DateTime, nullable=False),
        Column("version", Integer, nullable=False),
        Column("marking", String, nullable=False),
        Column("figures", Text, nullable=False),
        Column("thumbnail", LargeBinary, nullable=False),
    )


def _create_alerts() -> None:
    _create(
        "alert",
        Column("id", String, primary_key=True),
        Column("revision", Integer, primary_key=True),
        Column("records", String, nullable=False),
        Column("at", DateTime, nullable=False),
        Column("alert", Text, nullable=False),
    )
    _create(
        "alert_watch",
        Column("version", String, primary_key=True),
        Column("watched_at", DateTime, nullable=False),
    )
    _create(
        "audit",
        Column("id", String, primary_key=True),
        Column("at", DateTime, nullable=False),
        Column("who", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("action", String, nullable=False),
        Column("version", Integer),
        Column("detail", Text, nullable=False),
    )


def _create_board() -> None:
    _create(
        "board",
        Column("revision", Integer, primary_key=True),
        Column("at", Float, nullable=False),
        Column("change", JSON, nullable=False),
        Column("board", JSON, nullable=False),
    )
    _create(
        "attendance",
        Column("server", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("role", String, nullable=False),
        Column("seen_at", Float, nullable=False),
    )
    _create(
        "annotation",
        Column("id", String, primary_key=True),
        Column("revision", Integer, primary_key=True),
        Column("drawing", Text, nullable=False),
        Column("author", String, nullable=False),
        Column("drawn_at", DateTime, nullable=False),
        Column("valid_until", DateTime),
        Column("retired_at", DateTime),
        Column("retired_by", String),
    )


def _create(name: str, *columns: Column[object]) -> None:
    op.create_table(name, *columns, if_not_exists=True)
