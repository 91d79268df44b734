"""What an event is known by, in SQL: its source and id or, without one, its content.

The marking is no part of what it is known by: a record that is marked higher is the same record.
"""

from collections.abc import Collection, Mapping

from cop.store.dataset.schema import RAW_COLUMNS
from cop.store.engine import quote

_SEPARATOR = "chr(31)"
_NOT_CONTENT = ("source", "source_id", "synthetic")

NAMED_ID = f"md5(concat_ws({_SEPARATOR}, $source, 'id', source_id))"
"""The identity of an event with an id of its source."""
CONTENT_HASH = "md5_number_lower(content)"
"""It separates two events of one identity; ``content`` is that of ``content_sql``."""
ADDED_COLUMNS = """
    $ingested_at::TIMESTAMP AS ingested_at, NULL::TIMESTAMP AS valid_until,
    ST_SetCRS(ST_Point(lon, lat), 'EPSG:4326') AS geometry
"""
"""The columns of a published event that follow from none of its source."""


def cast_sql(columns: Mapping[str, str]) -> str:
    """Return columns cast to their types, under their names."""
    return ", ".join(f"{quote(name)}::{kind} AS {quote(name)}" for name, kind in columns.items())


def content_sql() -> str:
    """Return the text in which two events of the same content are equal."""
    return _joined(_NOT_CONTENT)


def known_content_sql() -> str:
    """Return the text that an event without an id is known by: its content but for the marking."""
    return _joined((*_NOT_CONTENT, "marking"))


def _joined(without: Collection[str]) -> str:
    names = [quote(name) for name in RAW_COLUMNS if name not in without]
    cells = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in names)
    return f"concat_ws({_SEPARATOR}, {cells})"


def event_hash_sql() -> str:
    """Return CONTENT_HASH of a row that has no ``content``."""
    return f"md5_number_lower({content_sql()})"


def nameless_id_sql(content: str, occurrence: str) -> str:
    """Return the identity of an event without an id: its content and its occurrence number."""
    return f"md5(concat_ws({_SEPARATOR}, $source, 'content', {content}, {occurrence}))"
