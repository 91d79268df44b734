"""Tests of the room's file in backups: nothing saved is lost, whatever is there already."""

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.errors import InputFileError, StoreError
from cop.settings import StoreSettings
from cop.store.backup.archive_check import check_records, check_room_file
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.backup.room_file import copy_room, restore_room, upgrade_copy
from cop.store.backup.room_merge import list_kept
from cop.store.catalogue.writer import write_file
from cop.store.database import connect
from cop.store.integrity.doctor import examine
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.damage import read_damages
from cop.store.room.loss import PASSING
from cop.store.room.mending import mend_room, open_room
from cop.store.room.picture import SavedPictures
from cop.store.room.relational import ROOM_FILE
from cop.store.room.token import AccessTokens
from tests.support.drawing import drawing
from tests.support.filled import dump_room, fill_room, write_raw
from tests.support.record import make_frame
from tests.support.saved import make_draft
from tests.support.store import publish_events

pytestmark = pytest.mark.table

PASSED: dict[str, list[tuple[Any, ...]]] = {name: [] for name in PASSING}
"""Who was connected or signed in at the time of a backup is not now."""


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    settings = StoreSettings(data=tmp_path / "warehouse")
    publish_events(settings, make_frame(1, source_id=["a"]))
    return settings


@pytest.fixture
def saved(settings: StoreSettings) -> Iterator[SavedPictures]:
    saved = SavedPictures(settings)
    yield saved
    saved.close()


def names(settings: StoreSettings) -> set[tuple[str, int]]:
    saved = SavedPictures(settings)
    found = {(picture.name, picture.newest.number) for picture in saved.list()}
    saved.close()
    return found


def at_of(row: tuple[Any, ...]) -> str:
    return str(row[-1])


def test_a_backup_brings_saved_pictures_to_an_empty_folder(
    settings: StoreSettings, saved: SavedPictures, tmp_path: Path
) -> None:
    made = saved.save(make_draft(), name="Brief")
    saved.update(made.id, make_draft(events=9), based_on=1)
    back_up(settings, tmp_path / "b.tar")
    other = StoreSettings(data=tmp_path / "other")
    restore(other, tmp_path / "b.tar")
    assert names(other) == {("Brief", 2)}
    opened = SavedPictures(other)
    assert opened.history(made.id) == saved.history(made.id)
    assert opened.thumbnail(made.id, 1) == make_draft().thumbnail
    opened.close()


def test_pictures_saved_since_stay_and_lost_ones_come_back(
    settings: StoreSettings, saved: SavedPictures, tmp_path: Path
) -> None:
    old = saved.save(make_draft(), name="Old")
    saved.save(make_draft(), name="Lost")
    back_up(settings, tmp_path / "b.tar")
    saved.update(old.id, make_draft(events=9), based_on=1)
    saved.save(make_draft(), name="New")
    with closing(write_raw(settings.data / ROOM_FILE)) as opened, opened:
        (lost,) = opened.execute("SELECT id FROM picture WHERE name = 'Lost'").fetchone()
        opened.execute("DELETE FROM picture_revision WHERE picture_id = ?", [lost])
        opened.execute("DELETE FROM picture WHERE id = ?", [lost])
    restore(settings, tmp_path / "b.tar")
    assert names(settings) == {("Old", 2), ("Lost", 1), ("New", 1)}


def test_a_damaged_file_is_found_by_the_doctor_and_set_aside_by_a_restore(
    settings: StoreSettings, saved: SavedPictures, tmp_path: Path
) -> None:
    saved.save(make_draft(), name="Brief")
    back_up(settings, tmp_path / "b.tar")
    saved.close()
    assert "room" not in {finding.check for finding in examine(settings).findings}
    (settings.data / ROOM_FILE).write_bytes(b"no database" * 400)
    assert "room" in {finding.check for finding in examine(settings).findings}
    with pytest.raises(StoreError, match=ROOM_FILE):
        back_up(settings, tmp_path / "c.tar")
    restore(settings, tmp_path / "b.tar")
    assert names(settings) == {("Brief", 1)}
    (aside,) = (settings.data / "quarantine").rglob(ROOM_FILE)
    assert aside.read_bytes().startswith(b"no database")


def test_a_backup_from_before_there_was_a_room_is_restored(
    settings: StoreSettings, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.tar")
    saved = SavedPictures(settings)
    saved.save(make_draft(), name="Brief")
    saved.close()
    restore(settings, tmp_path / "b.tar")
    assert names(settings) == {("Brief", 1)}


def test_annotations_that_were_lost_come_back_and_erased_ones_stay_erased(
    settings: StoreSettings, tmp_path: Path
) -> None:
    with closing(Annotations(settings)) as annotations:
        kept, erased = (annotations.draw(drawing(), author="Analyst") for _ in range(2))
        back_up(settings, tmp_path / "b.tar")
        annotations.erase(erased.id, by="Analyst")
    with closing(write_raw(settings.data / ROOM_FILE)) as held, held:
        held.execute("DELETE FROM annotation WHERE id = ?", (kept.id,))
    restore(settings, tmp_path / "b.tar")
    with closing(Annotations(settings)) as annotations:
        assert annotations.list() == (kept,)


def test_a_restore_brings_back_every_row_of_every_table(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    before = dump_room(settings.data / ROOM_FILE)
    assert all(before.values()), "fill_room leaves a table empty"
    back_up(settings, tmp_path / "b.tar")
    with closing(write_raw(settings.data / ROOM_FILE)) as opened, opened:
        for name in before:
            opened.execute(f'DELETE FROM "{name}"')
    restore(settings, tmp_path / "b.tar")
    after = dump_room(settings.data / ROOM_FILE)
    assert after == before | PASSED


def test_an_empty_folder_gets_every_row_of_every_table(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    fill_room(settings, person="Blake")
    before = dump_room(settings.data / ROOM_FILE)
    assert before.keys() - PASSED.keys() == list_kept().keys()
    back_up(settings, tmp_path / "b.tar")
    other = StoreSettings(data=tmp_path / "other")
    assert restore(other, tmp_path / "b.tar").left_out == {}
    assert dump_room(other.data / ROOM_FILE) == before | PASSED
    again = StoreSettings(data=tmp_path / "again")
    back_up(other, tmp_path / "c.tar")
    restore(again, tmp_path / "c.tar")
    assert dump_room(again.data / ROOM_FILE) == before | PASSED


def test_records_that_others_have_the_place_of_are_left_out_and_named(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    back_up(settings, tmp_path / "old.tar")
    with closing(Alerts(settings)) as alerts:
        (alert,) = alerts.list()
        alerts.close_alert(alert.id, by="Avery", outcome="confirmed", reason="seen by a patrol")
    back_up(settings, tmp_path / "new.tar")
    other = StoreSettings(data=tmp_path / "other")
    restore(other, tmp_path / "old.tar")
    with closing(Alerts(other)) as alerts:
        alerts.close_alert(alert.id, by="Blake", outcome="false", reason="a faulty sensor")
    report = restore(other, tmp_path / "new.tar")
    assert report.left_out == {"alert": 1}
    with closing(Alerts(other)) as alerts:
        assert alerts.get(alert.id).closed_by == "Blake"
    (aside,) = (other.data / "quarantine").glob("restore-*.json")
    assert "seen by a patrol" in aside.read_text()


def test_what_was_lost_by_damage_is_told_until_a_restore_brings_it_back(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    before = dump_room(settings.data / ROOM_FILE)
    back_up(settings, tmp_path / "b.tar")
    path = settings.data / ROOM_FILE
    path.write_bytes(path.read_bytes().replace(b"Brief of Avery", b"Brief of Averx"))
    assert mend_room(settings) is not None
    assert len(read_damages(settings.data)) == 1
    restore(settings, tmp_path / "b.tar")
    assert read_damages(settings.data) == ()
    assert dump_room(path) == before


def test_a_restore_adds_to_what_people_did_since_and_changes_none_of_it(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    old = dump_room(settings.data / ROOM_FILE)
    back_up(settings, tmp_path / "b.tar")
    (settings.data / ROOM_FILE).unlink()
    fill_room(settings, person="Blake")
    new = dump_room(settings.data / ROOM_FILE)
    restore(settings, tmp_path / "b.tar")
    after = dump_room(settings.data / ROOM_FILE)
    for name, rows in after.items():
        assert name == "impact" or set(new[name]) <= set(rows), name
    assert after["board"] == new["board"]
    # Both decided on one segment: both stand, in the order of their time.
    decided = sorted(row[2:3] + row[8:10] for row in after["impact"])
    assert [number for number, *_ in decided] == [1, 2]
    assert {row[1:] for row in decided} == {row[8:10] for row in (*old["impact"], *new["impact"])}
    assert at_of(decided[0][1:]) <= at_of(decided[1][1:])
    for name in (
        *("alert", "alert_watch", "annotation", "audit", "default_records", "mapping"),
        *("picture_revision", "wall_show"),
    ):
        assert set(after[name]) == {*old[name], *new[name]}, name


def test_a_backup_of_a_room_without_revisions_is_restored(
    settings: StoreSettings, tmp_path: Path
) -> None:
    before = Path(__file__).parents[1] / "room" / "room_without_revision.sql"
    with closing(sqlite3.connect(settings.data / ROOM_FILE)) as opened:
        opened.executescript(before.read_text())
    rows = dump_room(settings.data / ROOM_FILE)
    back_up(settings, tmp_path / "b.tar")
    other = StoreSettings(data=tmp_path / "other")
    restore(other, tmp_path / "b.tar")
    new = {"impact": 3, "alert": 1, "picture_revision": 1}
    assert dump_room(other.data / ROOM_FILE) == rows | {
        **PASSED, "account": [], "default_records": [], "wall_show": [],
        **{name: [] for name in ("partner", "exchange_state", "exchange_package")},
        "rfi": [], "rfi_step": [], "area_brief": [], "brief_schedule": [], "field_report": [],
        "tak_message": [],
        **{name: [(*row, *[None] * n) for row in rows[name]] for name, n in new.items()},
    }  # fmt: skip
    assert names(other) == {("Brief of Avery", 2)}


def test_a_room_of_a_later_program_is_named_by_doctor_and_restore_before_anything_is_written(
    settings: StoreSettings, saved: SavedPictures, tmp_path: Path
) -> None:
    saved.save(make_draft(), name="Brief")
    back_up(settings, tmp_path / "old.tar")
    with closing(write_raw(settings.data / ROOM_FILE)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    (finding,) = [each for each in examine(settings).findings if each.check == "room"]
    assert "has schema 9999" in finding.line
    back_up(settings, tmp_path / "new.tar")
    other = StoreSettings(data=tmp_path / "other")
    with pytest.raises(InputFileError, match=r"newer version of the program .*9999"):
        restore(other, tmp_path / "new.tar")
    assert not other.data.exists()
    version = examine(settings).version
    with pytest.raises(StoreError, match=r"newer version of the program .*9999"):
        restore(settings, tmp_path / "old.tar")
    assert examine(settings).version == version


NOT_KEPT = {"origin.key", "room.json", "writer.lock", "keep.lock", "room.lock", "catalogue.sqlite"}
"""A secret, what is told of this disk alone, locks; catalogue and copy are compared by files."""


def test_every_file_of_every_folder_comes_back(settings: StoreSettings, tmp_path: Path) -> None:
    fill_room(settings)
    open_room(settings)
    for folder, suffix in (
        ("rejects/a", ".csv"), ("rasters", ".tif"), ("photos", ".jpg"), ("report_photos", ".jpg"),
        ("briefs", ".pdf"), ("briefs", ".html"),
    ):  # fmt: skip
        write_file(settings.data / folder, suffix, lambda draft: bool(draft.write_bytes(b"y")))
    aside = settings.data / "quarantine" / "datasets" / "main" / "a.parquet"
    aside.parent.mkdir(parents=True)
    aside.write_bytes(b"damaged")
    back_up(settings, tmp_path / "b.tar")
    other = StoreSettings(data=tmp_path / "other")
    restore(other, tmp_path / "b.tar")
    before, after = (files_of(each.data) for each in (settings, other))
    assert (
        len(
            [name for name in before if name.startswith(("rej", "ras", "pho", "rep", "bri", "qua"))]
        )
        == 7
    )
    assert after == before
    aside.unlink()
    restore(settings, tmp_path / "b.tar")
    assert files_of(settings.data).keys() >= before.keys()
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "origin.key" not in tar.getnames()


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a warehouse that a backup keeps, by its path; the room by its rows."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        is_kept = name not in NOT_KEPT and not name.startswith((ROOM_FILE, "copies/"))
        if path.is_file() and is_kept:
            found[name] = path.read_bytes()
    return found | {ROOM_FILE: repr(dump_room(folder / ROOM_FILE) | PASSED).encode()}


@pytest.mark.access
def test_accounts_come_back_to_a_room_without_any_and_sessions_and_tokens_never(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    back_up(settings, tmp_path / "b.tar")
    stored = dump_room(settings.data / ROOM_FILE)
    passing = ("session", "access_token", "sign_in_attempt")
    assert [len(stored[name]) for name in ("account", *passing)] == [1, 1, 1, 1]
    other = StoreSettings(data=tmp_path / "other")
    restore(other, tmp_path / "b.tar")
    after = dump_room(other.data / ROOM_FILE)
    assert after["account"] == stored["account"]
    assert [after[name] for name in passing] == [[], [], []]
    (settings.data / ROOM_FILE).unlink()
    fill_room(settings, person="Blake")
    here = dump_room(settings.data / ROOM_FILE)
    restored = restore(settings, tmp_path / "b.tar")
    after = dump_room(settings.data / ROOM_FILE)
    for name in ("account", "session", "access_token"):
        assert after[name] == here[name], name
    assert "account" not in restored.left_out


@pytest.mark.access
def test_a_token_that_was_revoked_stays_so_whatever_is_restored(
    settings: StoreSettings, tmp_path: Path
) -> None:
    fill_room(settings)
    back_up(settings, tmp_path / "b.tar")
    with closing(AccessTokens(settings)) as tokens:
        tokens.revoke("avery")
        restored = restore(settings, tmp_path / "b.tar")
        (token,) = tokens.list("account")
        assert token.revoked_at is not None
    assert "access_token" not in restored.left_out
    (settings.data / ROOM_FILE).unlink()
    restore(settings, tmp_path / "b.tar")
    with closing(AccessTokens(settings)) as tokens:
        assert tokens.find(b"avery") is None


@pytest.mark.scale
def test_the_room_of_a_database_is_copied_and_brought_back(
    shared: StoreSettings, filed: StoreSettings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy" / ROOM_FILE
    copy.parent.mkdir()
    fill_room(shared)
    assert copy_room(shared, copy)
    assert not copy.with_name(f"{ROOM_FILE}-wal").exists()
    check_room_file(copy, tmp_path)
    check_records(upgrade_copy(shared, copy), tmp_path)
    assert restore_room(filed, copy) == {}
    kept = {name for name in list_kept() if name not in PASSED}
    here, there = dump_room(filed.data / ROOM_FILE), dump_room(copy)
    assert {name: here[name] for name in kept} == {name: there[name] for name in kept}


@pytest.mark.scale
def test_what_a_database_lost_comes_back_and_what_it_has_stays(
    shared: StoreSettings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy" / ROOM_FILE
    copy.parent.mkdir()
    with closing(SavedPictures(shared)) as pictures:
        old, _ = (pictures.save(make_draft(), name=name) for name in ("Old", "Lost"))
        assert copy_room(shared, copy)
        pictures.update(old.id, make_draft(events=9), based_on=1)
        pictures.save(make_draft(), name="New")
    with closing(connect(str(shared.database))) as connection:
        connection.execute("SET search_path TO room")
        connection.execute(
            "DELETE FROM picture_revision WHERE picture_id IN "
            "(SELECT id FROM picture WHERE name = 'Lost')"
        )
        connection.execute("DELETE FROM picture WHERE name = 'Lost'")
    assert restore_room(shared, copy) == {}
    assert names(shared) == {("Old", 2), ("Lost", 1), ("New", 1)}
    assert restore_room(shared, copy) == {}
    assert names(shared) == {("Old", 2), ("Lost", 1), ("New", 1)}


@pytest.mark.scale
def test_a_database_without_a_room_has_nothing_to_copy(tmp_path: Path, database: str) -> None:
    settings = StoreSettings(data=tmp_path, database=database)
    assert not copy_room(settings, tmp_path / ROOM_FILE)
    assert not (tmp_path / ROOM_FILE).exists()
