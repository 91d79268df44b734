"""Tests of losses: what is taken out, and what hung on it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.room.examination import open_raw, read_content
from cop.store.room.loss import RoomLoss
from cop.store.room.relational import ROOM_FILE
from cop.store.room.seal import list_tables
from tests.support.filled import fill_room

pytestmark = pytest.mark.trust


@pytest.fixture
def file(tmp_path: Path) -> Path:
    fill_room(StoreSettings(data=tmp_path))
    return tmp_path / ROOM_FILE


def test_revisions_go_with_their_picture_and_are_counted(file: Path) -> None:
    with closing(open_raw(file)) as opened:
        picture = read_content(opened, "picture", list_tables(opened)["picture"])
        opened.execute("DELETE FROM picture")
        loss = RoomLoss({})
        loss.take_parted(opened)
        assert picture.lost == 0
    assert {name: len(rows) for name, rows in loss.rows.items()} == {"picture_revision": 2}
    damage = loss.describe("f", file.parent / "quarantine" / "a.json", file.parent)
    assert damage.lost == {"picture_revision": 2}
    assert len(damage.seals["picture_revision"]) == 2
    assert damage.aside == "quarantine/a.json"


def test_who_was_connected_is_no_loss(file: Path) -> None:
    with closing(open_raw(file)) as opened:
        opened.execute("DROP TRIGGER seal_attendance_delete")
        opened.execute("DELETE FROM attendance")
        content = read_content(opened, "attendance", list_tables(opened)["attendance"])
    damage = RoomLoss({"attendance": content}).describe("f", file, file.parent)
    assert content.lost == 1
    assert not damage.is_loss


def test_rows_are_written_as_they_can_be_read(file: Path) -> None:
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("DROP TRIGGER seal_picture_revision_update")
        opened.execute("UPDATE picture_revision SET author = CAST(x'41ff' AS TEXT)")
        opened.commit()
    with closing(open_raw(file)) as opened:
        columns = list_tables(opened)["picture_revision"]
        loss = RoomLoss({"picture_revision": read_content(opened, "picture_revision", columns)})
    loss.write(file.parent / "quarantine" / "rows.json")
    stored = json.loads((file.parent / "quarantine" / "rows.json").read_text())
    first, _ = stored["rows"]["picture_revision"]
    assert first[3] == "A\N{REPLACEMENT CHARACTER}"
    assert "base64" in first[8]
    assert len(stored["digests_without_row"]["picture_revision"]) == 2
