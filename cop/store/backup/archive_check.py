"""What a backup may hold: known tables and columns alone, and no path out of the warehouse."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cop.errors import CopError, InputFileError, StoreError
from cop.settings import StoreSettings
from cop.store.backup.archive import is_member
from cop.store.catalogue.lake import LAKE, attach
from cop.store.catalogue.version import CATALOGUE_FILE, DATASET_FOLDER
from cop.store.catalogue.version_note import VersionExtra
from cop.store.dataset.schema import LAYERS, TERRAIN
from cop.store.engine import CATALOGUE_EXTENSIONS, Cursor, DatabaseError, fetch, open_engine
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.audit import list_steps
from cop.store.room.board import Journal
from cop.store.room.default_records import DefaultChoices
from cop.store.room.examination import examine_room, expected_columns
from cop.store.room.exchange import Exchanges
from cop.store.room.impact import Decisions
from cop.store.room.mapping import SavedMappings
from cop.store.room.partner import Partners
from cop.store.room.picture import SavedPictures
from cop.store.room.relational import METADATA, ROOM_FILE
from cop.store.room.seal import SEAL_TABLE, build_triggers
from cop.store.room.wall_show import WallShows

_ALSO_KNOWN: Final = frozenset({"layer_origin"})
"""Of an early build: the upgrade drops it."""
_ADDED: Final = {
    "impact": frozenset({"marking", "sources", "unread"}),
    "alert": frozenset({"of"}),
    "picture_revision": frozenset({"counted"}),
}
"""Columns that earlier rooms do not have: the upgrade adds them."""
_RULES: Final = re.compile(
    r"\b(CHECK|GENERATED|COLLATE|DEFAULT|VIRTUAL|TEMP|ON\s+(DELETE|UPDATE|CONFLICT))\b", re.I
)
"""What a table of ours never has: SQLite would run it."""
_UNUSED: Final = (
    *("ducklake_view", "ducklake_macro", "ducklake_macro_impl", "ducklake_macro_parameters"),
    *("ducklake_delete_file", "ducklake_inlined_data_tables"),
    *("ducklake_sort_info", "ducklake_sort_expression"),
)
"""Tables of DuckLake that the program never fills."""
_KINDS: Final = {
    "INTEGER": (int,),
    "BIGINT": (int,),
    "FLOAT": (float, int),
    "BLOB": (bytes,),
    "BOOLEAN": (int,),
}
_PATHS: Final = {
    TERRAIN: "SELECT path FROM read_parquet($files)",
    LAYERS: "SELECT unnest([raster, declared->>'$.content.photo']) FROM read_parquet($files)",
}
"""The columns of datasets that hold a path below the warehouse."""


def check_catalogue_file(settings: StoreSettings, copy: Path, archive: Path) -> None:
    """Raise InputFileError unless a catalogue has the tables of DuckLake alone, and safe paths."""
    with _refusing(archive, CATALOGUE_FILE), closing(_open(copy)) as opened:
        known = _known_catalogue(settings)
        _check_objects(opened, known, {})
        for table in _UNUSED:
            if opened.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():
                raise ValueError(f"its table {table} has rows, which no warehouse has")
        _check_paths(opened)
        for (note,) in opened.execute("SELECT commit_extra_info FROM ducklake_snapshot_changes"):
            stored = VersionExtra.model_validate_json(note) if note else VersionExtra()
            named = stored.load and stored.load.rejects_file
            if named and not is_member(named):
                raise ValueError(f"{named[:80]!r} is no file of a warehouse")


def check_dataset_paths(cursor: Cursor, files: Mapping[str, list[Path]], archive: Path) -> None:
    """Raise InputFileError if rows of datasets name a file that is not one of a warehouse."""
    for dataset, sql in _PATHS.items():
        if not files.get(dataset):
            continue
        try:
            rows = fetch(cursor, sql, {"files": [str(path) for path in files[dataset]]})
        except DatabaseError as fault:
            raise _refusal(archive, f"its dataset {dataset} cannot be read: {fault}") from fault
        for (path,) in rows:
            if path is not None and not is_member(path):
                raise _refusal(archive, f"{dataset} names {path[:80]!r}, no file of a warehouse")


def check_room_file(copy: Path, archive: Path) -> None:
    """Raise InputFileError unless a room's file has tables of this program alone, all well."""
    with _refusing(archive, ROOM_FILE):
        triggers: dict[str, str] = {}
        for table, columns in expected_columns().items():
            if table != SEAL_TABLE:
                triggers |= build_triggers(table, (name for name, *_ in columns))
        with closing(_open(copy)) as opened:
            known = {
                table: frozenset(name for name, *_ in columns)
                for table, columns in expected_columns().items()
            }
            _check_objects(opened, known, triggers)
        found = examine_room(copy)
        if not found.is_well:
            raise ValueError(f"it {found.line}")


def check_records(settings: StoreSettings, archive: Path) -> None:
    """Raise InputFileError unless each record of a room is one that the program itself reads."""
    with _refusing(archive, ROOM_FILE):
        with closing(_open(settings.data / ROOM_FILE)) as opened:
            for table in METADATA.tables.values():
                columns = table.columns
                kinds = {c.name: (str(c.type), bool(c.nullable)) for c in columns}
                names = ", ".join(f'"{name}"' for name in kinds)
                for row in opened.execute(f'SELECT {names} FROM "{table.name}"'):
                    for (name, (kind, nullable)), cell in zip(kinds.items(), row, strict=True):
                        _check_cell(f"{table.name}.{name}", kind, cell, nullable=nullable)
        _read_pictures(settings)
        _read_all(settings)


def _read_pictures(settings: StoreSettings) -> None:
    with closing(SavedPictures(settings)) as pictures:
        listed = [*pictures.list(), *pictures.list(archived=True)]
        revisions = sum(len(pictures.history(picture.id)) for picture in listed)
        with closing(_open(settings.data / ROOM_FILE)) as opened:
            counts = opened.execute(
                "SELECT (SELECT count(*) FROM picture), (SELECT count(*) FROM picture_revision)"
            ).fetchone()
        if counts != (len(listed), revisions):
            raise ValueError("its Pictures and their revisions do not belong together")


def _read_all(settings: StoreSettings) -> None:
    with closing(_open(settings.data / ROOM_FILE)) as opened:
        drawn = opened.execute("SELECT DISTINCT id FROM annotation").fetchall()
        raised = opened.execute("SELECT DISTINCT id FROM alert").fetchall()
        decided = opened.execute("SELECT DISTINCT records, segment_id FROM impact").fetchall()
    with closing(Annotations(settings)) as annotations:
        for (name,) in drawn:
            annotations.history(name)
    with closing(Alerts(settings)) as alerts:
        for (name,) in raised:
            alerts.history(name)
    with closing(Decisions(settings)) as decisions:
        for records, segment in decided:
            decisions.history(records, segment)
    with closing(Partners(settings)) as partners:
        partners.list()
    with closing(Exchanges(settings)) as exchanges:
        exchanges.packages()
    with closing(Journal(settings)) as journal:
        journal.board()
        journal.stored_entries()
    with closing(DefaultChoices(settings)) as choices:
        choices.newest()
    with closing(WallShows(settings)) as shows:
        shows.newest()
    with closing(SavedMappings(settings)) as mappings:
        mappings.list()
    list_steps(settings)


def _check_cell(place: str, kind: str, cell: Any, *, nullable: bool) -> None:
    if cell is None:
        if not nullable:
            raise ValueError(f"{place} is empty")
        return
    if not isinstance(cell, _KINDS.get(kind, (str,))):
        raise ValueError(f"{place} is {str(cell)[:40]!r}, which is no {kind}")
    if kind == "DATETIME":
        datetime.fromisoformat(str(cell))


def _has_columns(table: str, found: set[str], known: frozenset[str]) -> bool:
    return known - _ADDED.get(table, frozenset()) <= found <= known


def _check_objects(
    opened: sqlite3.Connection,
    known: Mapping[str, frozenset[str]],
    triggers: Mapping[str, str],
) -> None:
    """Raise ValueError for anything but known tables with known columns, and our own triggers."""
    rows = opened.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    for kind, name, table, sql in rows:
        if kind == "index" and sql is None and name.startswith("sqlite_autoindex_"):
            continue
        if kind == "trigger" and triggers.get(name) == sql:
            continue
        if kind != "table" or name != table or name not in {*known, *_ALSO_KNOWN}:
            raise ValueError(f"it has the {kind} {name[:60]!r}, which no warehouse has")
        if not sql.upper().startswith("CREATE TABLE") or (found := _RULES.search(sql)):
            rule = found.group() if found else "no table"
            raise ValueError(f"its table {name} has a rule that no warehouse has: {rule}")
        columns = opened.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
        if name in known and not _has_columns(name, {column[1] for column in columns}, known[name]):
            raise ValueError(f"the columns of its table {name} are others")
    (found,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise ValueError(f"it is damaged: {found}")


def _check_paths(opened: sqlite3.Connection) -> None:
    """Raise ValueError unless every path of a catalogue is one below the datasets."""
    if opened.execute("SELECT DISTINCT path, path_is_relative FROM ducklake_schema").fetchall() != [
        ("main/", 1)
    ]:
        raise ValueError("its folder is another")
    names = {}
    for table_id, name, path, relative in opened.execute(
        "SELECT table_id, table_name, path, path_is_relative FROM ducklake_table"
    ):
        if not re.fullmatch(r"[A-Za-z0-9_]{1,100}", name) or path != f"{name}/" or relative != 1:
            raise ValueError(f"its dataset {name[:40]!r} is in {path[:80]!r}")
        names[table_id] = name
    for table_id, path, relative, key in opened.execute(
        "SELECT table_id, path, path_is_relative, encryption_key FROM ducklake_data_file"
    ):
        if not is_member(f"{DATASET_FOLDER}/{names[table_id]}/{path}") or relative != 1 or key:
            raise ValueError(f"{path[:80]!r} is no file of a warehouse")
    for path, relative in opened.execute(
        "SELECT path, path_is_relative FROM ducklake_files_scheduled_for_deletion"
    ):
        if not is_member(f"{DATASET_FOLDER}/{path.removeprefix('main/')}") or relative != 1:
            raise ValueError(f"{path[:80]!r} is no file of a warehouse")
    for initial, default, kind in opened.execute(
        "SELECT DISTINCT initial_default, default_value, default_value_type FROM ducklake_column"
    ):
        if initial is not None or default not in (None, "NULL") or kind not in _PLAIN:
            raise ValueError("a column of it has a default, which no warehouse has")


_PLAIN = (None, "", "literal")
"""Types of a default that is none, as DuckLake writes them; that of a list is empty."""


def _known_catalogue(settings: StoreSettings) -> dict[str, frozenset[str]]:
    """Return the tables of DuckLake with their columns, from a new catalogue."""
    with TemporaryDirectory() as scratch:
        cursor = open_engine(settings, CATALOGUE_EXTENSIONS)
        try:
            attach(cursor, Path(scratch), read_only=False)
            cursor.execute(f"DETACH {LAKE}")
        finally:
            cursor.close()
        with closing(_open(Path(scratch, CATALOGUE_FILE))) as opened:
            names = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: frozenset(row[1] for row in opened.execute(f'PRAGMA table_xinfo("{name}")'))
                for (name,) in names
            }


def _open(path: Path) -> sqlite3.Connection:
    """Open a file of a backup to be read alone; nothing of its schema is trusted."""
    opened = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    opened.execute("PRAGMA trusted_schema = OFF")
    opened.execute("PRAGMA cell_size_check = ON")
    return opened


@contextmanager
def _refusing(archive: Path, name: str) -> Iterator[None]:
    """Make every fault of a file of a backup a refusal of the backup."""
    try:
        yield
    except InputFileError:
        raise
    except (sqlite3.Error, StoreError, CopError) as fault:
        raise _refusal(archive, f"its {name} cannot be read: {fault}") from fault
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as fault:
        stated = " ".join(str(fault).split())[:300]
        raise _refusal(archive, f"its {name}: {stated}") from fault


def _refusal(archive: Path, reason: str) -> InputFileError:
    return InputFileError(f"{archive}: not a backup of this program: {reason}; use another one")
