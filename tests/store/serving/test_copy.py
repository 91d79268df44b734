"""Tests of the serving copy: the same rows as the files, made anew where it is damaged or gone."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.engine import Cursor, DatabaseError, open_engine
from cop.store.serving import copy as module
from cop.store.serving import volume as volume_module
from cop.store.serving.copy import FOLDER, ServingCopy, find_folder, remove_copies
from cop.store.serving.served import COLUMNS_SQL, TIMED_COLUMNS, ServedFiles
from cop.store.warehouse import Warehouse
from tests.support.published import published_files
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.scale

N = 300
STAMP = "1"


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    settings = StoreSettings(data=tmp_path / "w", threads=1, free_mb=0)
    moments = pd.Timestamp("2026-01-30") + pd.to_timedelta(range(N), unit="h")
    publish_events(settings, make_frame(N).assign(occurred_at=moments))
    return settings


@pytest.fixture
def files(settings: StoreSettings) -> list[str]:
    found = sorted(map(str, published_files(settings.data, "events")))
    assert len(found) == 2
    return found


@pytest.fixture
def cursor(settings: StoreSettings) -> Iterator[Cursor]:
    cursor = open_engine(settings, ("spatial",))
    yield cursor
    cursor.close()


def read(cursor: Cursor, source: str) -> list[tuple[object, ...]]:
    return cursor.execute(f"SELECT {COLUMNS_SQL} FROM {source} ORDER BY event_id").fetchall()


def rows_of(cursor: Cursor, *files: str) -> list[tuple[object, ...]]:
    listed = ", ".join(f"'{file}'" for file in files)
    return read(cursor, f"read_parquet([{listed}], hive_partitioning => false)")


def select(served: ServedFiles, files: list[str]) -> str:
    return "{} WHERE {}".format(*served.select(files))


def all_of(served: ServedFiles) -> str:
    return select(served, [*served.parts])


def copy_files(settings: StoreSettings) -> list[str]:
    """The files of the copies, by place and layout."""
    found = (settings.data / FOLDER).glob("*.duckdb")
    return sorted(".".join(path.name.split(".")[:2]) for path in found)


@pytest.mark.parametrize(("at_once", "volume"), [(7, 1), (7, 10**9), (122_880, 10**9)])
def test_a_copy_has_the_rows_of_its_files(  # noqa: PLR0917 fixtures
    settings: StoreSettings,
    cursor: Cursor,
    files: list[str],
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    volume: int,
) -> None:
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(volume_module, "VOLUME_EVENTS", volume)
    copy = ServingCopy(settings)
    assert copy.open(cursor)
    assert [copy.extend(cursor, file, STAMP) for file in (*files, files[0])] == [True, True, False]
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, *files)
    for file in files:
        assert read(cursor, select(copy.served, [file])) == rows_of(cursor, file)
    assert copy_files(settings) == ["0.v4"]
    assert not copy.served.timed
    assert len(copy.served.volumes) == (2 if volume == 1 else 1)


def test_a_large_file_is_there_again_by_time_whoever_opens_the_copy(
    settings: StoreSettings, cursor: Cursor, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMED_EVENTS", 100)
    _, large = files
    copy = ServingCopy(settings)
    assert copy.open(cursor)
    for file in files:
        assert copy.extend(cursor, file, STAMP)
    assert copy.served.timed == {large}
    columns = ", ".join(TIMED_COLUMNS)
    table, condition = copy.served.select([large], by_time=True)
    by_time = cursor.execute(
        f"SELECT {columns} FROM {table} WHERE {condition} ORDER BY rowid"
    ).fetchall()
    in_file = cursor.execute(
        f"SELECT {columns} FROM read_parquet('{large}') ORDER BY occurred_at"
    ).fetchall()
    assert len(by_time) > 100
    assert by_time == in_file
    cursor.close()
    copy.close()
    with closing(open_engine(settings, ("spatial",))) as other:
        again = ServingCopy(settings)
        assert again.open(other)
        assert again.served.timed == {large}
        assert again.extend(other, large, "2")
        assert again.served.timed == {large}
        again.keep(other, [large], in_use=set)
        table, _ = again.served.select([large], by_time=True)
        assert other.execute(f"SELECT count(*) FROM {table}").fetchall() == [(len(in_file),)]
        again.close()


def in_memory(cursor: Cursor) -> int:
    """How many bytes of tables the engine has in memory."""
    ((size,),) = cursor.execute(
        "SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag = 'BASE_TABLE'"
    ).fetchall()
    return int(size)


@pytest.fixture
def opened_again(
    settings: StoreSettings, cursor: Cursor, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ServingCopy, Cursor]]:
    """A copy that another process has made, of which nothing was read yet."""
    monkeypatch.setattr(module, "TIMED_EVENTS", 100)
    copy = ServingCopy(settings)
    copy.open(cursor)
    for file in files:
        copy.extend(cursor, file, STAMP)
    cursor.close()
    copy.close()
    with closing(open_engine(settings, ("spatial",))) as other:
        again = ServingCopy(settings)
        again.open(other)
        yield again, other
        again.close()


def test_all_that_is_served_of_a_file_is_read_into_memory(
    opened_again: tuple[ServingCopy, Cursor], files: list[str]
) -> None:
    copy, cursor = opened_again
    few = in_memory(cursor)
    copy.read_ahead(cursor, [*files, "not served"])
    many = in_memory(cursor)
    assert many > few
    for table in ("files", *module._list_tables(copy._volumes)):
        rows = cursor.execute(f"FROM {copy.served.schema}.{table}").fetchall()
        assert rows, f"{table}: nothing to read"
    assert in_memory(cursor) == many


def test_no_more_is_read_than_there_is_room_for(
    opened_again: tuple[ServingCopy, Cursor], files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, cursor = opened_again
    few = in_memory(cursor)
    copy.read_ahead(cursor, files, pause=lambda: False)
    assert in_memory(cursor) == few
    with monkeypatch.context() as patch:
        patch.setattr(module, "_AHEAD_SHARE", -1)
        copy.read_ahead(cursor, files)
        assert in_memory(cursor) == few
    rests: list[bool] = []

    def rest() -> bool:
        rests.append(True)
        return True

    for _ in range(2):
        copy.read_ahead(cursor, files, pause=rest)
    assert in_memory(cursor) > few
    assert len(rests) == len(files), "each is read once"


def test_the_rows_of_other_files_are_removed(
    settings: StoreSettings, cursor: Cursor, files: list[str]
) -> None:
    copy = ServingCopy(settings)
    copy.open(cursor)
    for file in files:
        copy.extend(cursor, file, STAMP)
    parts = {*copy.served.parts.values()}
    selected, used = select(copy.served, [files[0]]), {files[0]}
    copy.keep(cursor, [files[1]], in_use=lambda: used)
    assert [*copy.served.parts] == [files[1]]
    # Who had begun to read it can go on.
    assert read(cursor, selected) == rows_of(cursor, files[0])
    used.clear()
    copy.keep(cursor, [files[1]], in_use=lambda: used)
    assert read(cursor, selected) == []
    assert [*copy.served.parts] == [files[1]]
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, files[1])
    copy.extend(cursor, files[0], STAMP)
    # What was asked of a part that is gone never finds another file's rows.
    assert copy.served.parts[files[0]] not in parts
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, *files)


def test_a_volume_goes_with_its_last_file_but_the_newest(
    settings: StoreSettings, cursor: Cursor, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_module, "VOLUME_EVENTS", 1)
    copy = ServingCopy(settings)
    copy.open(cursor)
    for file in files:
        copy.extend(cursor, file, STAMP)
    first, second = copy.served.volumes
    copy.keep(cursor, [files[1]], in_use=set)
    copy.extend(cursor, files[0], "2")
    kept = copy.served.volumes
    assert kept == (second, copy.served.parts[files[0]])
    assert first not in kept
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, *files)
    cursor.execute(f"DETACH {copy.served.schema}")
    copy.close()
    again = ServingCopy(settings)
    again.open(cursor)
    assert again.served.volumes == kept
    assert read(cursor, all_of(again.served)) == rows_of(cursor, *files)
    again.keep(cursor, [], in_use=set)
    again.extend(cursor, files[1], "2")
    assert again.served.volumes == (kept[1], again.served.parts[files[1]])
    assert read(cursor, all_of(again.served)) == rows_of(cursor, files[1])


def test_a_copy_is_taken_again_and_what_was_half_copied_is_not(
    settings: StoreSettings, cursor: Cursor, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 7)
    first = ServingCopy(settings)
    first.open(cursor)
    first.extend(cursor, files[0], STAMP)
    table = f"{first.served.schema}.events_0"
    # As a process leaves it that is killed after the first part of a file.
    cursor.execute(f"INSERT INTO {table} SELECT 9, * EXCLUDE (part) FROM {table} LIMIT 7")
    cursor.execute(f"DETACH {first.served.schema}")
    first.close()
    again = ServingCopy(settings)
    again.open(cursor)
    assert [*again.served.parts] == [files[0]]
    assert read(cursor, all_of(again.served)) == rows_of(cursor, files[0])
    assert again.extend(cursor, files[1], STAMP)
    assert read(cursor, all_of(again.served)) == rows_of(cursor, *files)


def test_a_file_that_is_given_up_leaves_nothing(
    settings: StoreSettings, cursor: Cursor, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 7)
    copy = ServingCopy(settings)
    copy.open(cursor)
    asked: list[bool] = []

    def pause() -> bool:
        asked.append(True)
        return len(asked) < 3

    assert not copy.extend(cursor, files[0], STAMP, pause=pause)
    assert len(asked) == 3
    assert not copy.served.parts
    assert copy.extend(cursor, files[0], STAMP)
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, files[0])


def test_every_process_has_a_copy_of_its_own(
    settings: StoreSettings, cursor: Cursor, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PLACES", 2)
    first, second, third = (ServingCopy(settings) for _ in range(3))
    engines = [open_engine(settings, ()) for _ in range(2)]
    assert first.open(cursor)
    assert second.open(engines[0])
    assert not third.open(engines[1])
    first.extend(cursor, files[0], STAMP)
    assert not second.served.parts
    assert copy_files(settings) == ["0.v4", "1.v4"]
    engines[0].close()
    second.close()
    assert third.open(engines[1])
    engines[1].close()


def test_a_copy_of_an_earlier_layout_is_removed(
    settings: StoreSettings, cursor: Cursor, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = ServingCopy(settings)
    engine = open_engine(settings, ())
    earlier.open(engine)
    engine.close()
    earlier.close()
    monkeypatch.setattr(module, "LAYOUT", 5)
    ServingCopy(settings).open(cursor)
    assert copy_files(settings) == ["0.v5"]


def test_a_file_that_is_no_database_is_made_anew(
    settings: StoreSettings, cursor: Cursor, files: list[str]
) -> None:
    (settings.data / FOLDER).mkdir()
    with sqlite3.connect(settings.data / FOLDER / "0.v4.1.duckdb") as other:
        other.execute("CREATE TABLE events (part INTEGER)")
    other.close()
    copy = ServingCopy(settings)
    assert copy.open(cursor)
    assert copy.extend(cursor, files[0], STAMP)
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, files[0])


@pytest.mark.parametrize("how", ["its file", "its folder", "damage"])
def test_a_copy_that_is_damaged_or_removed_is_made_anew(
    settings: StoreSettings,
    cursor: Cursor,
    files: list[str],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    copy = ServingCopy(settings)
    copy.open(cursor)
    copy.extend(cursor, files[0], STAMP)
    table, schema = all_of(copy.served), copy.served.schema
    if how == "its file":
        remove_copies(settings)
        assert copy_files(settings) == []
    elif how == "its folder":
        shutil.rmtree(settings.data / FOLDER)
    else:
        fault = "IO Error: Corrupt database file: computed checksum 1 does not match"
        assert copy.note_fault(DatabaseError(fault))
        assert not copy.served.parts
    assert not copy.is_sound
    assert copy.open(cursor)
    assert not copy.served.parts
    copy.extend(cursor, files[0], STAMP)
    assert copy.served.schema != schema
    assert read(cursor, all_of(copy.served)) == rows_of(cursor, files[0])
    assert copy_files(settings) == ["0.v4"]
    # Who had begun to read the one before can go on for a while.
    assert copy.open(cursor)
    assert read(cursor, table) == rows_of(cursor, files[0])
    monkeypatch.setattr(module, "LET_GO_S", 0)
    assert copy.open(cursor)
    with pytest.raises(DatabaseError, match="does not exist"):
        read(cursor, table)


@pytest.mark.parametrize(
    ("fault", "is_damage"),
    [
        ('IO Error: Could not read enough bytes from file "{path}": attempted to read', True),
        ("IO Error: Corrupt WAL file: entry at byte position 3", True),
        ("Internal Error: Corrupted ALP segment: number of vectors", True),
        ("FATAL Error: Failed: database has been invalidated because of a previous", True),
        ("Out of Memory Error: failed to allocate data of size 1 MiB", False),
        ("Invalid Input Error: Parquet file 'x.parquet': metadata is corrupt", False),
        ('IO Error: Could not read enough bytes from file "x.parquet"', False),
    ],
)
def test_only_what_is_of_the_copy_is_its_damage(
    settings: StoreSettings, cursor: Cursor, files: list[str], fault: str, *, is_damage: bool
) -> None:
    copy = ServingCopy(settings)
    assert not copy.note_fault(DatabaseError("Corrupt database file"))
    copy.open(cursor)
    copy.extend(cursor, files[0], STAMP)
    (path,) = (settings.data / FOLDER).glob("*.duckdb")
    assert copy.note_fault(DatabaseError(fault.format(path=path))) == is_damage
    assert [*copy.served.parts] == ([] if is_damage else [files[0]])
    # Nothing is shown of a damaged one until it is made anew.
    copy.extend(cursor, files[1], STAMP)
    assert (files[1] in copy.served.parts) != is_damage


def test_a_file_that_was_written_over_is_copied_anew(
    settings: StoreSettings, cursor: Cursor, files: list[str]
) -> None:
    copy = ServingCopy(settings)
    copy.open(cursor)
    copy.extend(cursor, files[0], "damaged")
    assert copy.has(files[0], "damaged")
    assert not copy.has(files[0], "whole")
    before = copy.served.parts[files[0]]
    assert copy.extend(cursor, files[0], "whole")
    assert copy.served.parts[files[0]] != before
    copy.keep(cursor, files, in_use=lambda: ())
    counted = cursor.execute(f"SELECT DISTINCT part FROM {copy.served.schema}.events_0").fetchall()
    assert counted == [(copy.served.parts[files[0]],)]


def test_of_two_parts_of_a_file_the_later_one_is_served(
    settings: StoreSettings, cursor: Cursor, files: list[str]
) -> None:
    first = ServingCopy(settings)
    first.open(cursor)
    first.extend(cursor, files[0], "damaged")
    first.extend(cursor, files[0], "whole")
    later = first.served.parts[files[0]]
    cursor.execute(f"DETACH {first.served.schema}")
    first.close()
    again = ServingCopy(settings)
    again.open(cursor)
    assert again.served.parts == {files[0]: later}
    assert again.has(files[0], "whole")
    again.keep(cursor, files, in_use=lambda: ())
    assert read(cursor, f"{again.served.schema}.events_0") == rows_of(cursor, files[0])


def test_without_room_on_the_disk_nothing_is_copied(
    settings: StoreSettings, cursor: Cursor, files: list[str]
) -> None:
    copy = ServingCopy(settings.model_copy(update={"free_mb": 10**9}))
    copy.open(cursor)
    with pytest.raises(StoreError, match=r"MB free, less than .* COP_FREE_MB=1000000000; free"):
        copy.extend(cursor, files[0], STAMP)
    assert not copy.served.parts


def test_a_damaged_file_is_an_error_that_names_it(
    settings: StoreSettings, cursor: Cursor, files: list[str]
) -> None:
    Path(files[0]).write_bytes(b"PAR1 nothing of the sort PAR1")
    copy = ServingCopy(settings)
    copy.open(cursor)
    with pytest.raises(StoreError, match=Path(files[0]).name):
        copy.extend(cursor, files[0], STAMP)
    assert copy.extend(cursor, files[1], STAMP)


def test_copies_are_in_a_folder_of_the_machine_where_one_is_named(
    settings: StoreSettings, files: list[str], tmp_path: Path
) -> None:
    own = settings.model_copy(update={"serving_folder": tmp_path / "fast"})
    other = own.model_copy(update={"data": tmp_path / "another"})
    assert find_folder(own) != find_folder(other)
    with closing(Warehouse(own)) as warehouse:
        assert warehouse.serve() == len(files)
    assert not (own.data / FOLDER).exists()
    (path,) = (tmp_path / "fast").rglob("*.duckdb")
    assert path.parent == find_folder(own)
    remove_copies(own)
    assert not path.exists()
