"""Audit records of a test's own: filled fast, and tampered with as an attacker would."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cop.model.audit import Actor, AuditEntry, AuditHead, build_entry
from cop.settings import StoreSettings
from cop.store.audit.database import SCHEMA
from cop.store.audit.file import AUDIT_FILE, AuditFile
from cop.store.audit.record import AuditRecord, open_record
from cop.store.audit.schema import TRIGGERS
from cop.store.database import connect

START = datetime(2026, 1, 1)
ACTIONS = ("publish", "export", "take", "agree")


def build_entries(
    n: int, before: AuditHead, *, start: datetime = START, step: timedelta = timedelta(minutes=1)
) -> Iterator[AuditEntry]:
    """Entries that follow a head, one a minute, of several people and actions."""
    for i in range(n):
        entry = build_entry(
            before,
            Actor(who=f"local:p{i % 7}", name=f"Person {i % 7}", agency="JTF", roles=("analyst",)),
            ACTIONS[i % len(ACTIONS)],
            f"layer {i % 50}",
            at=start + i * step,
            outcome="refused" if i % 11 == 0 else "done",
            detail={"version": i},
        )
        yield entry
        before = entry.head


def fill(folder: Path, n: int, **when: datetime) -> AuditFile:
    """Write a record of so many entries in one commit, and close it."""
    file = AuditFile(folder)
    file.append(lambda head: [*build_entries(n, head, **when)])  # type: ignore[arg-type]
    file.close()
    return file


def fill_record(settings: StoreSettings, n: int, **when: datetime) -> AuditRecord:
    """Write a record of either kind of so many entries in one commit, and close it."""
    record = open_record(settings)
    record.append(lambda head: [*build_entries(n, head, **when)])  # type: ignore[arg-type]
    record.close()
    return record


@contextmanager
def tampering_with(settings: StoreSettings) -> Iterator[Any]:
    """Open a record of either kind as one who owns it: without the triggers."""
    if settings.database is None:
        with tampering(settings.data) as opened:
            yield opened
        return
    with closing(connect(settings.database)) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        connection.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        yield connection


@contextmanager
def tampering(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open a record as one who may write the file: without the triggers."""
    with closing(sqlite3.connect(folder / AUDIT_FILE, isolation_level=None)) as opened:
        for name in TRIGGERS:
            opened.execute(f"DROP TRIGGER IF EXISTS {name}")
        yield opened
