"""Tests of what an event is known by: stored warehouses rely on it, so it is spelled out here."""

from hashlib import md5

import duckdb
import pytest

from cop.store.dataset.event_identity import (
    CONTENT_HASH,
    NAMED_ID,
    cast_sql,
    content_sql,
    event_hash_sql,
    known_content_sql,
    nameless_id_sql,
)
from cop.store.dataset.schema import RAW_COLUMNS

pytestmark = pytest.mark.house

GIVEN = {
    "source": "test",
    "source_id": "a1",
    "kind": "crossing",
    "count": "2",
    "occurred_at": "2026-01-30 00:00:00",
    "lon": "-110.9",
    "uncertainty_m": "50.0",
    "marking": "TLP:GREEN",
    "synthetic": "false",
}
CONTENT = [
    GIVEN.get(name, "") for name in RAW_COLUMNS if name not in ("source", "source_id", "synthetic")
]


def ask(what: str) -> object:
    """Return what SQL makes of the event that was given."""
    cells = {name: GIVEN.get(name) for name in RAW_COLUMNS}
    values = ", ".join(f"${name} AS {name}" for name in cells)
    sql = (
        f"WITH typed AS (SELECT {cast_sql(RAW_COLUMNS)} FROM (SELECT {values})), "
        f"hashed AS (SELECT *, {content_sql()} AS content, {known_content_sql()} AS known_content "
        f"FROM typed) SELECT {what} FROM hashed"
    )
    (row,) = duckdb.execute(sql, cells).fetchall()
    return row[0]


def digest(*parts: str) -> bytes:
    return md5("\x1f".join(parts).encode(), usedforsecurity=False).digest()


def test_an_id_of_the_source_identifies() -> None:
    assert ask(NAMED_ID) == digest("test", "id", "a1").hex()


def test_without_one_the_content_and_its_occurrence_do_whatever_it_is_marked() -> None:
    names = [n for n in RAW_COLUMNS if n not in ("source", "source_id", "synthetic", "marking")]
    content = "\x1f".join(GIVEN.get(name, "") for name in names)
    known = ask(nameless_id_sql("known_content", "3"))
    assert known == digest("test", "content", content, "3").hex()


def test_the_content_hash_leaves_source_id_and_synthetic_out() -> None:
    assert ask("content") == "\x1f".join(CONTENT)
    assert (
        ask(CONTENT_HASH) == ask(event_hash_sql()) == int.from_bytes(digest(*CONTENT)[8:], "little")
    )
