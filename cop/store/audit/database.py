"""The audit record in a PostgreSQL database; the head of its chain is a file, as of the other kind.

The lock is one of the connection that commits: whoever has lost it has lost the commit too.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from psycopg import Error, OperationalError
from psycopg.errors import LockNotAvailable

from cop.errors import AuditAwayError, AuditError, StoreError
from cop.model.audit import AuditEntry
from cop.store.audit.file import AUDIT_FILE, create_file
from cop.store.audit.head import HEAD_FILE
from cop.store.audit.record import AuditRecord
from cop.store.audit.schema import COLUMNS, FORMAT, SELECT, TABLE
from cop.store.catalogue.writer import make_folder, place_file, set_aside
from cop.store.database import (
    AUDIT_LOCK,
    Connection,
    check_database,
    connect,
    describe_database,
)

SCHEMA: Final = "audit"
"""The schema of the database that has the record alone."""
_WAIT_S: Final = 10.0
_PAGE: Final = 2_000
_AWAY: Final = ("08", "57P")
"""How the SQLSTATE of a lost connection begins, and of a server that stops or starts."""
_NOT_CHANGED: Final = "entry_not_changed"
_TYPES: Final = {"seq": "bigint PRIMARY KEY", "completes": "bigint"}
_DEFINED: Final = ", ".join(f"{name} {_TYPES.get(name, 'text NOT NULL')}" for name in COLUMNS)
_CREATE: Final = (
    f"CREATE SCHEMA {SCHEMA}",
    f"CREATE TABLE {TABLE} ({_DEFINED})",
    "CREATE TABLE record (one boolean PRIMARY KEY DEFAULT true CHECK (one), format int NOT NULL)",
    f"INSERT INTO record (format) VALUES ({FORMAT})",
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'entries of the audit record are never changed or removed'; END $$",
    "CREATE FUNCTION refuse_between() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF NEW.seq <= (SELECT max(seq) FROM {SCHEMA}.{TABLE}) THEN "
    "RAISE EXCEPTION 'entries of the audit record are only added at its end'; END IF; "
    "RETURN NEW; END $$",
    f"CREATE TRIGGER {_NOT_CHANGED} BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    f"CREATE TRIGGER entry_next BEFORE INSERT ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_between()",
)
_INSERT: Final = (
    f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)


class AuditDatabase(AuditRecord):
    """The audit record of one warehouse in its database."""

    find_text = "strpos"
    _faults = (Error, StoreError)
    _ADVICE = "check that PostgreSQL is running there"
    _WRITE_ADVICE = "check that PostgreSQL is running there and that the folder can be written to"

    def __init__(self, folder: Path, database: str) -> None:
        """Name the folder of the warehouse and its database; nothing is opened yet."""
        super().__init__(folder, describe_database(database))
        self._database = database
        self._opened: Connection | None = None

    def set_aside(self, folder: Path) -> tuple[str, ...]:
        """Write all of the record as files into a folder, and remove it: the next entry is another.

        Return the names of the files. Raise AuditError if it cannot be done.
        """
        moved = []
        with self.locked():
            if self._is_stored():
                make_folder(folder)
                place_file(folder / AUDIT_FILE, self._copy)
                self._writer.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
                moved.append(AUDIT_FILE)
            if (self.folder / HEAD_FILE).exists():
                set_aside(self.folder / HEAD_FILE, folder / HEAD_FILE)
                moved.append(HEAD_FILE)
        return tuple(moved)

    def _is_stored(self) -> bool:
        try:
            with closing(self._connect()) as opened:
                return _has_table(opened)
        except self._faults as fault:
            raise self._build_unread(fault) from fault

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._take_lock()
        try:
            yield
        finally:
            # With the connection the lock is gone already.
            with suppress(Error, AuditError):
                self._writer.execute("SELECT pg_advisory_unlock(%s)", [AUDIT_LOCK])

    def _take_lock(self) -> None:
        if self._opened is not None:
            try:
                self._opened.execute("SELECT pg_advisory_lock(%s)", [AUDIT_LOCK])
            except OperationalError:
                if not self._opened.closed:
                    raise
                self._close()
            else:
                return
        self._opened = self._connect()
        self._opened.execute("SELECT pg_advisory_lock(%s)", [AUDIT_LOCK])

    def _has_lock(self) -> bool:
        with suppress(Error):
            self._writer.execute("SELECT 1")
            return True
        return False

    @property
    def _writer(self) -> Connection:
        """The connection that has the lock."""
        if self._opened is None:
            raise AuditError(f"{self.place}: the audit record is not locked")
        return self._opened

    def _read_last(self) -> AuditEntry | None:
        opened = self._writer
        if not _has_table(opened):
            check_database(self._database)
            with opened.transaction():
                for statement in _CREATE:
                    opened.execute(statement)
        found = opened.execute("SELECT format FROM record").fetchone()
        if found is None:
            raise AuditError(
                f"{self.place}: its schema {SCHEMA} is no audit record; run `cop audit verify`, "
                "then go on with a new record by `cop audit begin`"
            )
        if found[0] > FORMAT:
            raise AuditError(
                f"{self.place}: a newer version of the program wrote the audit record (format "
                f"{found[0]}, this one knows {FORMAT}); update the program"
            )
        row = opened.execute(f"{SELECT} ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else AuditEntry(**dict(zip(COLUMNS, row, strict=True)))

    def _commit(self, entries: Sequence[AuditEntry], drop_to: int) -> None:
        opened = self._writer
        with opened.transaction(), opened.cursor() as cursor:
            # Also of who took no lock none adds between.
            cursor.execute("SELECT format FROM record FOR UPDATE")
            cursor.executemany(_INSERT, [_to_row(entry) for entry in entries])
            if drop_to:
                cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {_NOT_CHANGED}")
                cursor.execute(f"DELETE FROM {TABLE} WHERE seq <= %s", [drop_to])
                cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER {_NOT_CHANGED}")
        if drop_to:
            # What is removed does not stay in the table's file, unless somebody reads it now.
            with suppress(Error):
                opened.execute(f"VACUUM (FULL) {TABLE}")

    def _select(self, where: str, values: Sequence[Any]) -> Iterator[AuditEntry]:
        requested = f"{SELECT} {where}".replace("?", "%s")
        with closing(self._connect()) as opened:
            if not _has_table(opened):
                return
            # A page after another: all of a record may be larger than the memory.
            with opened.transaction(), opened.cursor("entries") as cursor:
                cursor.itersize = _PAGE
                for row in cursor.execute(requested, values):
                    yield AuditEntry(**dict(zip(COLUMNS, row, strict=True)))

    def _copy(self, draft: Path) -> None:
        create_file(draft, self._select("ORDER BY seq", []))

    def _connect(self) -> Connection:
        opened = connect(self._database, application_name="cop audit")
        try:
            opened.execute("; ".join(_build_settings()))
        except BaseException:
            opened.close()
            raise
        return opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _choose_error(self, fault: Exception) -> type[AuditError]:
        cause = fault.__cause__ if isinstance(fault, StoreError) else fault
        is_away = isinstance(cause, OperationalError) and (
            cause.sqlstate is None or cause.sqlstate.startswith(_AWAY)
        )
        return AuditAwayError if is_away else AuditError

    def _describe(self, fault: Exception) -> object:
        if isinstance(fault, LockNotAvailable):
            return f"another process has been writing for {_WAIT_S:g} s"
        if isinstance(fault, Error):
            return fault.diag.message_primary or " ".join(str(fault).split())
        return fault


def _build_settings() -> list[str]:
    return [
        f"SET search_path TO {SCHEMA}",
        f"SET lock_timeout TO '{_WAIT_S:g}s'",
        # An entry is durable when its commit returns, whatever the database does for others.
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') = 'off'",
    ]


def _has_table(opened: Connection) -> bool:
    found = opened.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{SCHEMA}.{TABLE}"])
    return found.fetchone() == (True,)


def _to_row(entry: AuditEntry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in COLUMNS)
