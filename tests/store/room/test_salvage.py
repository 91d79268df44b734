"""Tests of the salvage: what of a damaged file can be read is read."""

from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.room.audit import note_step
from cop.store.room.relational import ROOM_FILE
from cop.store.room.salvage import salvage_room
from tests.support.filled import fill_room

pytestmark = pytest.mark.trust
_PAGE = 4096
_TABLE_LEAF = 13


def copy_of(file: Path, name: str, content: bytes | None = None) -> Path:
    copy = file.with_name(name)
    copy.write_bytes(file.read_bytes() if content is None else content)
    return copy


def test_of_a_sound_file_every_row_is_read(tmp_path: Path) -> None:
    fill_room(StoreSettings(data=tmp_path))
    found = salvage_room(copy_of(tmp_path / ROOM_FILE, "copy"))
    assert (found.is_whole, found.is_sealed) == (True, True)
    assert all(each.rows and not each.lost for each in found.tables.values())


def test_a_damaged_page_costs_the_rows_on_it_alone(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    for n in range(60):
        note_step(
            settings, who="A", subject=f"s{n}", action="x", version=n, detail=f"step{n:03}" * 60
        )
    content = bytearray((tmp_path / ROOM_FILE).read_bytes())
    pages = [
        at
        for at in range(_PAGE, len(content), _PAGE)
        if content[at] == _TABLE_LEAF and b"step0" in content[at : at + _PAGE]
    ]
    assert len(pages) > 4
    at = pages[len(pages) // 2]
    on_it = content[at : at + _PAGE].count(b"A" + b"s")
    content[at] = 0xFF
    found = salvage_room(copy_of(tmp_path / ROOM_FILE, "copy", bytes(content)))
    assert found.is_sealed
    assert not found.is_whole
    audit = found.tables["audit"]
    assert audit.unfit == {}
    assert 0 < audit.lost <= max(on_it, 60 // len(pages) + 3)


def test_what_is_no_room_has_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"no database" * 400)
    found = salvage_room(other)
    assert (found.tables, found.is_whole, found.is_sealed) == ({}, False, False)
