"""The table of the audit record, and the triggers that refuse to change or remove an entry."""

import sqlite3
from dataclasses import fields
from typing import Final

from cop.model.audit import AuditEntry

FORMAT: Final = 1
TABLE: Final = "entry"
COLUMNS: Final = tuple(field.name for field in fields(AuditEntry))
_NUMBERS: Final = {"seq": "INTEGER PRIMARY KEY", "completes": "INTEGER"}
_DEFINED: Final = ", ".join(f"{name} {_NUMBERS.get(name, 'TEXT NOT NULL')}" for name in COLUMNS)
CREATE_TABLE: Final = f"CREATE TABLE {TABLE} ({_DEFINED}) STRICT"
NOT_REMOVED: Final = "entry_not_removed"
TRIGGERS: Final = {
    "entry_unchanged": f"CREATE TRIGGER entry_unchanged BEFORE UPDATE ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'entries of the audit record are never changed'); END",
    NOT_REMOVED: f"CREATE TRIGGER {NOT_REMOVED} BEFORE DELETE ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'entries of the audit record are never removed'); END",
    "entry_next": f"CREATE TRIGGER entry_next BEFORE INSERT ON {TABLE} "
    f"WHEN NEW.seq <= (SELECT max(seq) FROM {TABLE}) "
    "BEGIN SELECT RAISE(ABORT, 'entries of the audit record are only added at its end'); END",
}
"""The last one also refuses INSERT OR REPLACE, for which SQLite calls no trigger of a deletion."""
OBJECTS: Final = {TABLE: CREATE_TABLE, **TRIGGERS}
INSERT: Final = (
    f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
)
SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"


def create_schema(opened: sqlite3.Connection) -> None:
    """Create table and triggers in a file that has none."""
    for sql in OBJECTS.values():
        opened.execute(sql)
    opened.execute(f"PRAGMA user_version = {FORMAT}")


def read_schema(opened: sqlite3.Connection) -> dict[str, str]:
    """Return what a file has, by name: the statement that created it."""
    rows = opened.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {str(name): str(sql) for name, sql in rows}
