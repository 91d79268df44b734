"""Tests of the room's schema: files from before it had revisions, of now, and of a later program.

room_without_revision.sql was dumped from a room that the last program without revisions filled.
"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.database import connect
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.exchange import ExchangedPackage, Exchanges
from cop.store.room.impact import Decisions
from cop.store.room.mapping import SavedMappings
from cop.store.room.picture import SavedPictures
from cop.store.room.relational import METADATA, ROOM_FILE, RelationalStore, has_room
from cop.store.room.schema import HEAD, read_revision
from tests.support.filled import dump_room, fill_room, write_raw
from tests.support.impact import SURGE
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.store

BEFORE = Path(__file__).with_name("room_without_revision.sql")
ADDED: dict[str, list[tuple[Any, ...]]] = {
    "access_token": [], "account": [], "area_brief": [], "brief_schedule": [],
    "default_records": [], "exchange_package": [], "exchange_state": [], "expiring": [],
    "field_report": [],
    "partner": [], "rfi": [], "rfi_step": [], "session": [], "sign_in_attempt": [],
    "tak_message": [], "wall_show": [],
}  # fmt: skip
"""The tables that came later, empty."""


def upgraded(before: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """What a file has once it is upgraded: every row, and nothing in columns that are new."""
    widened = {
        name: [(*row, *[None] * n) for row in before[name]]
        for name, n in {"impact": 3, "alert": 1, "picture_revision": 1}.items()
    }
    return before | ADDED | widened


@pytest.fixture
def old(tmp_path: Path) -> StoreSettings:
    with closing(sqlite3.connect(tmp_path / ROOM_FILE)) as opened:
        opened.executescript(BEFORE.read_text())
    return StoreSettings(data=tmp_path)


def revision_of(settings: StoreSettings) -> str | None:
    with closing(RelationalStore(settings)) as store, store.reading() as connection:
        return read_revision(connection)


def set_revision(settings: StoreSettings, revision: str) -> None:
    with closing(write_raw(settings.data / ROOM_FILE)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = ?", [revision])


def test_head_is_the_newest_revision_of_the_package() -> None:
    config = Config()
    config.set_main_option("script_location", "cop.store.room:migration")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    revisions = [each.revision for each in script.walk_revisions()]
    assert sorted(revisions, reverse=True) == revisions


def test_the_revisions_lead_to_the_tables_that_the_program_uses(either: StoreSettings) -> None:
    assert revision_of(either) == HEAD
    with closing(RelationalStore(either)) as store, store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_file_from_before_revisions_is_upgraded_and_keeps_every_row(old: StoreSettings) -> None:
    before = dump_room(old.data / ROOM_FILE)
    assert all(before.values())
    assert revision_of(old) == HEAD
    assert dump_room(old.data / ROOM_FILE) == upgraded(before)
    with closing(SavedPictures(old)) as pictures:
        (saved,) = pictures.list()
        assert (saved.name, saved.newest.number) == ("Brief of Avery", 2)
    with closing(Annotations(old)) as annotations:
        assert len(annotations.list(at=saved.newest.saved_at)) <= 1
    with closing(Alerts(old)) as alerts:
        assert [alert.state for alert in alerts.list()] == ["acknowledged"]
    with closing(Decisions(old)) as decisions:
        assert [each.by for each in decisions.history("real", SURGE)] == ["Avery"]
    with closing(SavedMappings(old)) as mappings:
        assert [each.name for each in mappings.list()] == ["rescues of Avery"]
    fill_room(old, person="Blake")


def test_tables_that_were_never_used_are_created_and_plain_addresses_removed(
    old: StoreSettings,
) -> None:
    with closing(sqlite3.connect(old.data / ROOM_FILE)) as opened, opened:
        opened.execute("DROP TABLE impact")
        opened.execute("CREATE TABLE layer_origin (layer VARCHAR, origin VARCHAR)")
    assert revision_of(old) == HEAD
    found = dump_room(old.data / ROOM_FILE)
    assert found["impact"] == []
    assert "layer_origin" not in found


def test_a_file_of_a_later_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    fill_room(settings)
    set_revision(settings, "9999")
    before = dump_room(tmp_path / ROOM_FILE)
    with pytest.raises(StoreError, match=r"newer version of the program .*9999.*update"):
        RelationalStore(settings)
    assert dump_room(tmp_path / ROOM_FILE) == before


def test_many_open_an_old_file_at_once(old: StoreSettings) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(revision_of, [old] * 16)) == {HEAD}


def test_an_upgrade_that_fails_changes_nothing(
    old: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump_room(old.data / ROOM_FILE)
    run = command.upgrade

    def fail(config: Config, revision: str) -> None:
        run(config, revision)
        raise ValueError("cut off")

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(ValueError, match="cut off"):
        RelationalStore(old)
    with closing(sqlite3.connect(old.data / ROOM_FILE)) as opened:
        names = {name for (name,) in opened.execute("SELECT name FROM sqlite_master")}
    assert "alembic_version" not in names
    monkeypatch.undo()
    assert revision_of(old) == HEAD
    assert dump_room(old.data / ROOM_FILE) == upgraded(before)


def test_numbers_of_a_database_are_wide(tmp_path: Path, room_database: str) -> None:
    settings = StoreSettings(data=tmp_path, database=room_database)
    at, size = datetime(2026, 11, 26), 5_000_000_000
    with closing(Exchanges(settings)) as exchanges:
        package = ExchangedPackage(
            partner="SO-1", direction="given", number=7, since=0, made_at=at, at=at,
            digest="0" * 64, marking="TLP:CLEAR", n=1, withdrawn=0, size=size,
        )  # fmt: skip
        exchanges.note(package)
        assert exchanges.packages() == (package,)


def test_a_database_of_a_later_program_is_refused_and_stays_as_it_is(
    tmp_path: Path, database: str
) -> None:
    settings = StoreSettings(data=tmp_path, database=database)
    RelationalStore(settings).close()
    with closing(connect(database)) as connection:
        connection.execute("UPDATE room.alembic_version SET version_num = '9999'")
        with pytest.raises(StoreError, match=r"database .*newer version of the program .*9999"):
            RelationalStore(settings)
        found = connection.execute("SELECT version_num FROM room.alembic_version").fetchall()
    assert found == [("9999",)]


def test_an_upgrade_of_a_database_that_fails_changes_nothing(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(data=tmp_path, database=database)
    run = command.upgrade

    def fail(config: Config, revision: str) -> None:
        run(config, revision)
        raise ValueError("cut off")

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(ValueError, match="cut off"):
        RelationalStore(settings)
    assert not has_room(settings)
    monkeypatch.undo()
    assert revision_of(settings) == HEAD


def test_a_database_that_sorts_otherwise_is_refused(
    tmp_path: Path, postgres: PostgresCluster
) -> None:
    with closing(connect(postgres.address("postgres"))) as connection:
        connection.execute(
            "CREATE DATABASE other TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )
    with pytest.raises(StoreError, match="createdb --template template0"):
        RelationalStore(StoreSettings(data=tmp_path, database=postgres.address("other")))
