"""The catalogue in a PostgreSQL database, for several machines that share the warehouse folder."""

import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from cop.errors import StoreError
from cop.store.catalogue.database_lock import DatabaseLock, WriterLock
from cop.store.catalogue.lake import attach_catalogue
from cop.store.catalogue.lock import WarehouseLock
from cop.store.catalogue.version import CATALOGUE_FILE, DATASET_FOLDER, MARK_FILE
from cop.store.catalogue.writer import place_file
from cop.store.database import (
    COMPACTION_LOCK,
    RETENTION_LOCK,
    Connection,
    build_address,
    check_database,
    connect,
    describe_database,
    naming_faults,
)
from cop.store.engine import DATABASE_EXTENSIONS, Cursor, DatabaseError, describe_fault

_ANSWER_S: Final = 5.0
_ASKED_S: Final = 2.0
_GUARDED: Final = "main.ducklake_snapshot"
_STAMP: Final = f"SELECT coalesce(max(snapshot_id), 0), count(*) FROM {_GUARDED}"
# A lock can be lost while its owner goes on: PostgreSQL takes versions from its newest owner alone.
# FOR SHARE has who takes the lock next wait for a commit that is under way.
_GUARD: Final = f"""
CREATE OR REPLACE FUNCTION cop.only_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM cop.catalogue
    WHERE 'cop:' || token = current_setting('application_name') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another writer has taken the lock of the catalogue';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER only_writer BEFORE INSERT OR UPDATE OR DELETE ON {_GUARDED}
FOR EACH STATEMENT EXECUTE FUNCTION cop.only_writer();
"""


class DatabaseCatalogue:
    """The catalogue of one database; ``stamp`` keeps a connection, ``close`` ends it."""

    extensions: tuple[str, ...] = DATABASE_EXTENSIONS

    def __init__(self, folder: Path, database: str) -> None:
        """Name the catalogue of a database, whose files are in a folder."""
        self.folder = folder
        self.name = f"the catalogue in {describe_database(database)}"
        self._database = database
        self._connection: Connection | None = None
        self._asking = threading.Lock()

    def exists(self) -> bool:
        """Return whether the database has a catalogue; StoreError if it cannot be asked."""
        with naming_faults(self._database), closing(connect(self._database)) as connection:
            return _has_catalogue(connection)

    def has_remains(self) -> bool:
        """Return whether the database has a catalogue."""
        return self.exists()

    def describe_missing(self) -> str:
        """Return that the database has none."""
        return f"no catalogue in {describe_database(self._database)}"

    def attach(self, cursor: Cursor) -> None:
        """Attach the database to be read."""
        if not self.exists():
            raise StoreError(
                f"{self.folder} is not a warehouse ({self.describe_missing()}): "
                "run `cop demo` first"
            )
        self._check_folder()
        _attach(cursor, self.folder, self._database, token=None)

    def attach_writer(self, cursor: Cursor, lock: WarehouseLock) -> None:
        """Attach the database to be written by the owner of the lock's token alone."""
        if not isinstance(lock, WriterLock):
            raise StoreError(f"{self.name}: the writer's lock is of another catalogue")
        _attach(cursor, self.folder, self._database, token=lock.token)
        with naming_faults(self._database):
            found = lock.connection.execute(
                "SELECT tgenabled = 'O' FROM pg_trigger "
                "WHERE tgname = 'only_writer' AND tgrelid = %s::regclass",
                [_GUARDED],
            ).fetchone()
            if found != (True,):
                lock.connection.execute(_GUARD)

    def stamp(self) -> tuple[int, int, int]:
        """Return the newest version and how many there are, over a connection that is kept.

        Nobody waits for long: who asks goes on with the version that was read.
        """
        if not self._asking.acquire(timeout=_ASKED_S):
            raise StoreError(f"{describe_database(self._database)} has not answered others yet")
        try:
            with suppress(StoreError):
                if self._connection is not None:
                    return self._read_stamp(self._connection)
            # The connection may have ended with a PostgreSQL that is there again.
            self._hang_up()
            self._connection = connect(self._database, application_name="cop reader")
            self._connection.answer_s = _ANSWER_S
            return self._read_stamp(self._connection)
        finally:
            self._asking.release()

    def is_settled(self, _stamp: tuple[int, int, int]) -> bool:
        """Return True: each commit has a number of its own."""
        return True

    def writer_lock(self, *, timeout_s: float) -> WarehouseLock:
        """Return the lock with a token, by which PostgreSQL knows its newest owner."""
        return WriterLock(self._database, timeout_s=timeout_s)

    def retention_lock(self, *, timeout_s: float, busy: str) -> WarehouseLock:
        """Return a lock of the database."""
        return DatabaseLock(self._database, RETENTION_LOCK, timeout_s=timeout_s, busy=busy)

    def compaction_lock(self, *, timeout_s: float) -> WarehouseLock:
        """Return a lock of the database."""
        busy = "another process has been compacting"
        return DatabaseLock(self._database, COMPACTION_LOCK, timeout_s=timeout_s, busy=busy)

    def settle(self) -> bool:
        """Check that folder and database are of one warehouse, a new one if both are empty."""
        if not self.exists():
            self._mark_folder()
        self._check_folder()
        return True

    def preserve(self) -> None:
        """Keep nothing: PostgreSQL has its own log, and backups."""

    def may_pass(self, fault: Exception) -> bool:
        """Return whether the engine failed and PostgreSQL answers: it is connected again."""
        if not isinstance(fault, DatabaseError) and not isinstance(fault.__cause__, DatabaseError):
            return False
        with suppress(StoreError):
            self.exists()
            return True
        return False

    def close(self) -> None:
        """Close the connection that ``stamp`` keeps."""
        with self._asking:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read_stamp(self, connection: Connection) -> tuple[int, int, int]:
        with naming_faults(self._database):
            if not _has_catalogue(connection):
                return (-1, 0, 0)
            found = connection.execute(_STAMP).fetchone()
        return (0, 0, 0) if found is None else (0, *found)

    def _mark_folder(self) -> None:
        """Make the folder that of this database; raise StoreError if it is of another warehouse."""
        mark = self.folder / MARK_FILE
        if mark.is_file():
            return
        datasets = self.folder / DATASET_FOLDER
        if (self.folder / CATALOGUE_FILE).exists() or next(datasets.rglob("*.parquet"), None):
            raise StoreError(
                f"{self.folder} has a warehouse already, but there is {self.describe_missing()}: "
                "choose a new folder with --data, or use this one without COP_DATABASE"
            )
        check_database(self._database)
        stored = self._read_id()
        place_file(mark, lambda draft: _write(draft, f"{stored}\n"))

    def _check_folder(self) -> None:
        """Raise StoreError where files would be missed, or swept, that are of another warehouse."""
        try:
            marked = (self.folder / MARK_FILE).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            marked = None
        if marked is None or marked != self._read_id():
            raise StoreError(
                f"{self.folder} is not the folder of {self.name} (its {MARK_FILE} "
                f"{'is missing' if marked is None else 'is of another'}): mount the shared folder, "
                "or check COP_DATA and COP_DATABASE"
            )

    def _read_id(self) -> str:
        with naming_faults(self._database), closing(connect(self._database)) as connection:
            found = connection.execute("SELECT id::text FROM cop.catalogue").fetchone()
            return "" if found is None else str(found[0])


def _has_catalogue(connection: Connection) -> bool:
    found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [_GUARDED]).fetchone()
    return found == (True,)


def _write(draft: Path, text: str) -> None:
    draft.write_text(text, encoding="utf-8")


def _attach(cursor: Cursor, folder: Path, database: str, *, token: int | None) -> None:
    """Attach the catalogue of a PostgreSQL database as ``lake``: to be read, or by a token.

    The token is that of the writer's lock: the database takes no version without the newest one.
    """
    name = "cop reader" if token is None else f"cop:{token}"
    address = build_address(database, application_name=name)
    try:
        stated = ["READ_ONLY"] if token is None else []
        attach_catalogue(cursor, folder, f"ducklake:postgres:{address}", *stated)
    except DatabaseError as fault:
        raise StoreError(
            f"cannot open the catalogue in {describe_database(database)}: {describe_fault(fault)}; "
            "check that PostgreSQL is running there, and COP_DATABASE"
        ) from fault
