"""The serving copy: the events of a warehouse as a table of DuckDB, which answers faster.

GeoParquet stays the truth. A file never changes, so that its rows are either all in the copy or
none; a query reads each file from the copy or from Parquet, and finds the same.
"""

import hashlib
import itertools
import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.grain import IN_COPY
from cop.store.catalogue.writer import make_folder
from cop.store.engine import Cursor, DatabaseError, fetch, quote, quote_text
from cop.store.serving.served import (
    COLUMNS_SQL,
    NOT_SERVED,
    TIMED_COLUMNS,
    ServedFiles,
)
from cop.store.serving.volume import Volumes

FOLDER: Final = "serving"
"""Below the warehouse: nothing in it is lost that cannot be made anew."""
SUFFIX: Final = ".duckdb"
LAYOUT: Final = 4
"""Increase it when the tables of a copy change: those of before are removed."""
LET_GO_S: Final = 60.0
"""A copy that was replaced stays attached for so long: who had begun to read it can go on."""
_PLACES: Final = 8
"""Each process that serves a warehouse has a copy of its own; a further one reads Parquet."""
ROW_GROUP_ROWS: Final = 40_960
_ROWS_AT_ONCE: Final = 122_880
"""Requests take turns with the parts of a file that are copied."""
TIMED_EVENTS: Final = 524_288
"""Of a file with so many events, an hour is read faster where they lie by time."""
_MEGABYTE: Final = 1_000_000
_NAME_LENGTH: Final = 16
_AHEAD_SHARE: Final = 0.75
"""Of COP_MEMORY_MB, what may be read before anybody asks for it."""
_IN_MEMORY: Final = (
    "SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory() "
    "WHERE tag = 'BASE_TABLE'"
)
_DAMAGED: Final = re.compile(
    r"corrupt(ed)? (database|wal|\w+ segment)|computed checksum|database has been invalidated",
    re.IGNORECASE,
)
"""What DuckDB says where the file of a database is damaged; of a Parquet file it says otherwise."""
_TIMED_SQL: Final = ", ".join(map(quote, TIMED_COLUMNS))
_CREATE: Final = (
    "CREATE TABLE IF NOT EXISTS {name}.files "
    "(file VARCHAR, stamp VARCHAR, part INTEGER, timed BOOLEAN)",
    *(grain.create_sql("{name}.") for grain in IN_COPY),
)


class ServingCopy:
    """The copy of one engine: attached to it, extended by files, dropped and made anew at will.

    One thread extends it, while any number read what is ``served``.
    """

    def __init__(self, settings: StoreSettings) -> None:
        """Begin with none; one that lies below the warehouse is taken when it is first opened.

        ``served`` is what can be read from it now; it is replaced as a whole.
        """
        self.served: ServedFiles = NOT_SERVED
        self._settings = settings
        self._folder = find_folder(settings)
        self._names = (f"serving_{number}" for number in itertools.count())
        self._parts = itertools.count()
        self._working = threading.Lock()
        self._showing = threading.Lock()
        self._lock: FileLock | None = None
        self._place, self._path, self._name = 0, self._folder, ""
        self._is_damaged = False
        self._stamps: dict[str, str] = {}
        self._timed: set[int] = set()
        self._in_memory: set[int] = set()
        self._volumes = Volumes()
        self._retired: dict[int, str] = {}
        self._left: dict[str, float] = {}

    @property
    def is_sound(self) -> bool:
        """Whether it is attached, nothing was found damaged, and its file is there."""
        return bool(self._name) and not self._is_damaged and self._path.exists()

    def open(self, cursor: Cursor) -> bool:
        """Attach the copy, made anew if it is damaged or its file is gone; return whether it is.

        Each process that serves a warehouse has one, up to a limit. Raise StoreError where it
        cannot be written.
        """
        with self._working:
            self._let_go(cursor)
            if self.is_sound:
                return True
            try:
                self._leave()
                if not self._take_place():
                    return False
                try:
                    self._attach(cursor)
                except DatabaseError:
                    self._remove_all()
                    self._attach(cursor)
            except (OSError, DatabaseError) as fault:
                raise StoreError(f"{self._folder}: no copy can be made: {fault}") from fault
            return True

    def has(self, file: str, stamp: str) -> bool:
        """Return whether the rows of a file are in it, as the file was when it bore that stamp."""
        return file in self.served.parts and self._stamps.get(file) == stamp

    def extend(
        self, cursor: Cursor, file: str, stamp: str, *, pause: Callable[[], bool] = lambda: True
    ) -> bool:
        """Copy the rows of a file; return whether they were not there and are now.

        A ``stamp`` changes when the file is written over. ``pause`` is called after each part of
        it; the file is given up where it returns False. Raise StoreError where the disk is full or
        the file cannot be read.
        """
        with self._working:
            if self.has(file, stamp):
                return False
            if file in self.served.parts:
                self._retire([file])
            try:
                return self._copy(cursor, file, stamp, pause)
            except (OSError, DatabaseError) as fault:
                self.note_fault(fault)
                raise StoreError(f"{self._folder}: cannot copy {file}: {fault}") from fault

    def read_ahead(
        self, cursor: Cursor, files: Iterable[str], *, pause: Callable[[], bool] = lambda: True
    ) -> None:
        """Read what is served of files into memory, in their order, as far as there is room.

        Otherwise whoever asks for it first waits for the disk. ``pause`` is called before each
        file and returns whether to go on. Raise StoreError where it cannot be read.
        """
        served, most = self.served, _AHEAD_SHARE * self._settings.memory_mb * _MEGABYTE
        lacking = [f for f in files if served.parts.get(f, -1) not in {-1, *self._in_memory}]
        try:
            for file in lacking:
                ((size,),) = fetch(cursor, _IN_MEMORY)
                if size > most or not pause():
                    return
                for sql in served.read_whole(file):
                    cursor.execute(sql)
                self._in_memory.add(served.parts[file])
        except DatabaseError as fault:
            self.note_fault(fault)
            raise StoreError(f"{self._path}: cannot be read: {fault}") from fault

    def keep(
        self, cursor: Cursor, files: Collection[str], *, in_use: Callable[[], Collection[str]]
    ) -> None:
        """Serve no other files, and remove their rows once none is ``in_use`` by a reader."""
        with self._working:
            self._retire([file for file in self.served.parts if file not in files])
            if not self._retired:
                return
            # Asked last: from here on nobody can begin to read what is retired.
            used = in_use()
            gone = [part for part, file in self._retired.items() if file not in used]
            if gone:
                try:
                    self._delete(cursor, gone)
                except DatabaseError as fault:
                    self.note_fault(fault)
                    raise StoreError(f"{self._path}: cannot be written: {fault}") from fault
            self._retired = {p: file for p, file in self._retired.items() if p not in gone}

    def note_fault(self, fault: Exception) -> bool:
        """Read no longer from a copy that a query found damaged; return whether that was why.

        ``open`` makes it anew.
        """
        text = str(fault)
        if not self._name or not (str(self._path) in text or _DAMAGED.search(text)):
            return False
        with self._showing:
            self._is_damaged = True
            self.served = NOT_SERVED
        return True

    def close(self) -> None:
        """Let another process have the place of the copy; the engine is closed before."""
        with self._working:
            self.served, self._name = NOT_SERVED, ""
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def _leave(self) -> None:
        """Leave a copy that is of no use to those who read it, and remove its file."""
        self.served = NOT_SERVED
        if self._name:
            self._left[self._name] = time.monotonic()
            self._remove_all()
        self._name, self._is_damaged = "", False
        self._retired.clear()
        self._stamps.clear()
        self._timed.clear()
        self._in_memory.clear()

    def _let_go(self, cursor: Cursor) -> None:
        """Detach the copies that were left a while ago."""
        for name, left_at in [*self._left.items()]:
            if time.monotonic() - left_at >= LET_GO_S:
                with suppress(DatabaseError):
                    cursor.execute(f"DETACH {name}")
                del self._left[name]

    def _take_place(self) -> bool:
        """Find a place that no other process has; return whether there is one."""
        if self._lock is not None and Path(self._lock.lock_file).exists():
            return True
        # The lock of a folder that was removed holds nobody off.
        self._lock = None
        make_folder(self._folder)
        for number in range(_PLACES):
            lock = FileLock(self._folder / f"{number}.lock", timeout=0, thread_local=False)
            with suppress(Timeout):
                lock.acquire()
                self._lock, self._place = lock, number
                return True
        return False

    def _attach(self, cursor: Cursor) -> None:
        # Names that were never used: nothing that was asked of a copy before reads this one, and
        # its file can be there while that one is still read.
        name = next(self._names)
        path = self._find_path()
        cursor.execute(
            f"ATTACH {quote_text(str(path))} AS {name} "
            f"(ROW_GROUP_SIZE {ROW_GROUP_ROWS}, STORAGE_VERSION 'latest')"
        )
        try:
            for statement in _CREATE:
                cursor.execute(statement.format(name=name))
            volumes = Volumes.open(cursor, name)
            for table in _list_tables(volumes):
                # What a process that was killed had begun.
                cursor.execute(
                    f"DELETE FROM {name}.{table} WHERE part NOT IN (SELECT part FROM {name}.files)"
                )
            rows = fetch(cursor, f"SELECT file, stamp, part, timed FROM {name}.files ORDER BY part")
        except DatabaseError:
            cursor.execute(f"DETACH {name}")
            raise
        self._name, self._path, self._volumes = name, path, volumes
        newest_part = max((part for _, _, part, _ in rows), default=-1)
        self._parts = itertools.count(max(newest_part + 1, volumes.numbers[-1]))
        self._stamps = {file: stamp for file, stamp, *_ in rows}
        self._timed = {part for _, _, part, timed in rows if timed}
        newest = {file: part for file, _, part, _ in rows}
        self._retired = {part: file for file, _, part, _ in rows if newest[file] != part}
        self._show(newest)

    def _find_path(self) -> Path:
        """Return the file of the place, a new one if there is none; those of before are removed."""
        own = f"{self._place}.v{LAYOUT}."
        found = sorted(self._folder.glob(f"{self._place}.v*{SUFFIX}"), key=_generation)
        usable = [path for path in found if path.name.startswith(own)]
        for path in found:
            if path not in usable[-1:]:
                _remove(path)
        if usable:
            return usable[-1]
        return self._folder / f"{own}{time.time_ns()}{SUFFIX}"

    def _remove_all(self) -> None:
        for path in self._folder.glob(f"{self._place}.v*{SUFFIX}"):
            _remove(path)

    def _retire(self, files: Iterable[str]) -> None:
        """Serve some files no longer; their rows stay for who began to read them."""
        gone = {*files}
        parts = self.served.parts
        self._retired |= {parts[file]: file for file in gone}
        if gone:
            self._show({file: part for file, part in parts.items() if file not in gone})

    def _copy(self, cursor: Cursor, file: str, stamp: str, pause: Callable[[], bool]) -> bool:
        self._check_space(file)
        bound = {"file": file}
        ((rows,),) = fetch(cursor, "SELECT num_rows FROM parquet_file_metadata($file)", bound)
        part, copied = next(self._parts), 0
        events, by_time = self._volumes.choose(cursor, part)
        try:
            for first in range(0, rows, _ROWS_AT_ONCE):
                ((n,),) = fetch(
                    cursor,
                    f"INSERT INTO {events} SELECT $part, {COLUMNS_SQL} "
                    "FROM read_parquet($file, hive_partitioning => false) "
                    "WHERE file_row_number BETWEEN $first AND $last",
                    {**bound, "part": part, "first": first, "last": first + _ROWS_AT_ONCE - 1},
                )
                copied += n
                if not pause():
                    return False
            if copied != rows:
                raise StoreError(f"{file}: {copied} of its {rows} rows were copied")
            self._volumes.note(rows)
            own = f"(FROM {events} WHERE part = $part)"
            timed = rows >= TIMED_EVENTS
            if timed:
                cursor.execute(
                    f"INSERT INTO {by_time} SELECT part, {_TIMED_SQL} FROM {own} "
                    "ORDER BY occurred_at",
                    {"part": part},
                )
                self._timed.add(part)
                if not pause():
                    return False
            for grain in IN_COPY:
                cursor.execute(
                    f"INSERT INTO {self._name}.{grain.table} {grain.count_sql(own, 'part')} "
                    f"ORDER BY {', '.join(grain.order)}",
                    {"part": part},
                )
                if not pause():
                    return False
            cursor.execute(
                f"INSERT INTO {self._name}.files VALUES ($file, $stamp, $part, $timed)",
                {**bound, "stamp": stamp, "part": part, "timed": timed},
            )
            self._stamps[file] = stamp
            self._show({**self.served.parts, file: part})
            return True
        finally:
            if self.served.parts.get(file) != part:
                with suppress(DatabaseError):
                    self._delete(cursor, [part])

    def _delete(self, cursor: Cursor, parts: Iterable[int]) -> None:
        gone = [*parts]
        listed = ", ".join(map(str, gone))
        self._timed.difference_update(gone)
        self._in_memory.difference_update(gone)
        for table in ("files", *_list_tables(self._volumes)):
            cursor.execute(f"DELETE FROM {self._name}.{table} WHERE part IN ({listed})")
        left = fetch(cursor, f"SELECT part FROM {self._name}.files")
        self._volumes.drop_empty(cursor, (part for (part,) in left))

    def _check_space(self, file: str) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < self._settings.free_mb * _MEGABYTE + 2 * Path(file).stat().st_size:
            raise StoreError(
                f"{self._folder}: {free / _MEGABYTE:,.0f} MB free, less than a copy needs "
                f"beside COP_FREE_MB={self._settings.free_mb}; free some, or set "
                "COP_SERVING_SECONDS=0 for no copy"
            )

    def _show(self, parts: Mapping[str, int]) -> None:
        with self._showing:
            if not self._is_damaged:
                timed = frozenset(file for file, part in parts.items() if part in self._timed)
                self.served = ServedFiles(
                    schema=self._name, parts=parts, timed=timed, volumes=self._volumes.numbers
                )


def find_folder(settings: StoreSettings) -> Path:
    """Return the folder of a warehouse's copies: below it, or one of this machine."""
    data = settings.data.resolve()
    if settings.serving_folder is None:
        return data / FOLDER
    name = hashlib.sha256(str(data).encode()).hexdigest()[:_NAME_LENGTH]
    return settings.serving_folder.resolve() / name


def remove_copies(settings: StoreSettings) -> None:
    """Remove the copies of a warehouse, with all that they had; those in use are made anew soon."""
    for path in find_folder(settings).glob(f"*{SUFFIX}"):
        _remove(path)


def _list_tables(volumes: Volumes) -> list[str]:
    """Return the names of all tables that have rows of parts, but the list of files."""
    return [*volumes.tables, *(grain.table for grain in IN_COPY)]


def _remove(path: Path) -> None:
    """Remove a copy and its journal; who reads it can go on."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink(missing_ok=True)


def _generation(path: Path) -> int:
    number = path.name.split(".")[2]
    return int(number) if number.isdigit() else 0
