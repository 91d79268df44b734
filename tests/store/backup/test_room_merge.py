"""Tests of the merging of two rooms: nothing of here is lost, nothing of there without a word."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.settings import StoreSettings
from cop.store.backup.room_merge import list_kept, merge_room
from cop.store.room.examination import examine_room
from cop.store.room.loss import PASSING
from cop.store.room.relational import METADATA, ROOM_FILE, RelationalStore
from tests.support.filled import dump_room, fill_room, write_raw

pytestmark = pytest.mark.trust

STEPS = st.lists(st.tuples(st.sampled_from(["TCA-1", "TCA-2"]), st.integers(0, 9)), max_size=6)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room's file without records. Copy it."""
    folder = tmp_path_factory.mktemp("empty")
    RelationalStore(StoreSettings(data=folder)).close()
    return folder / ROOM_FILE


def new_room(empty: Path, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copyfile(empty, folder / ROOM_FILE))


def decide(file: Path, steps: list[tuple[str, int]], by: str) -> None:
    """Add decisions in the order of their hours."""
    with closing(write_raw(file)) as opened, opened:
        numbers: dict[str, int] = {}
        for segment, hour in sorted(steps, key=lambda step: step[1]):
            numbers[segment] = numbers.get(segment, 0) + 1
            at = f"2026-11-26 0{hour}:00:00"
            opened.execute(
                "INSERT INTO impact VALUES ('real',?,?,'agreed','low','low','','',?,?,NULL,1,NULL,"
                "NULL,NULL)",
                (segment, numbers[segment], by, at),
            )


def test_the_tables_that_are_kept_come_from_the_schema() -> None:
    assert list_kept().keys() == METADATA.tables.keys() - PASSING - {"seal"}


def test_two_rooms_become_one_and_a_second_time_changes_nothing(
    empty: Path, tmp_path: Path
) -> None:
    here, there = new_room(empty, tmp_path / "here"), new_room(empty, tmp_path / "there")
    fill_room(StoreSettings(data=tmp_path / "here"))
    fill_room(StoreSettings(data=tmp_path / "there"), person="Blake")
    first = merge_room(here, there)
    assert first.added["impact"] == 1
    assert {*first.left_out} == {"board"}
    assert examine_room(here).is_well
    before = dump_room(here)
    assert sum(merge_room(here, there).added.values()) == 0
    assert dump_room(here) == before


@given(STEPS, STEPS)
def test_every_decision_of_both_is_there_in_the_order_of_time(
    empty: Path,
    tmp_path_factory: pytest.TempPathFactory,
    ours: list[tuple[str, int]],
    theirs: list[tuple[str, int]],
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    here, there = new_room(empty, folder / "here"), new_room(empty, folder / "there")
    decide(here, ours, "Avery")
    decide(there, theirs, "Blake")
    merge_room(here, there)
    with closing(sqlite3.connect(here)) as opened:
        rows = opened.execute('SELECT segment_id, revision, at, "by" FROM impact').fetchall()
    expected = [(s, f"2026-11-26 0{h}:00:00", by) for by, steps in
                (("Avery", ours), ("Blake", theirs)) for s, h in steps]  # fmt: skip
    assert sorted((s, at, by) for s, _, at, by in rows) == sorted(expected)
    for segment in {row[0] for row in rows}:
        chain = sorted((revision, at) for s, revision, at, _ in rows if s == segment)
        assert [revision for revision, _ in chain] == [*range(1, len(chain) + 1)]
        assert [at for _, at in chain] == sorted(at for _, at in chain)
    assert examine_room(here).is_well


def test_an_annotation_that_was_erased_in_either_is_erased(empty: Path, tmp_path: Path) -> None:
    here, there = new_room(empty, tmp_path / "here"), new_room(empty, tmp_path / "there")
    row = "INSERT INTO annotation VALUES ('a', 1, '{}', 'Ana', '2026-11-26 00:00:00', NULL, ?, ?)"
    for file, retired in ((here, (None, None)), (there, ("2026-11-27 00:00:00", "Ben"))):
        with closing(write_raw(file)) as opened, opened:
            opened.execute(row, retired)
    assert merge_room(here, there).left_out == {}
    assert dump_room(here)["annotation"][0][6:] == ("2026-11-27 00:00:00", "Ben")
