"""What a version shows is read whole, by number or by moment, and what was changed is refused."""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from cop.errors import FilterError, StoreError, VersionError
from cop.settings import StoreSettings
from cop.store.catalogue.lake import attach
from cop.store.catalogue.listing import read_catalogue
from cop.store.engine import fetch, open_engine
from cop.store.warehouse import Warehouse
from tests.support.kind import each_kind
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table

pytestmark = pytest.mark.picture


def test_each_version_shows_what_the_catalogues_own_function_lists(settings: StoreSettings) -> None:
    for day in (1, 2, 3):
        frame = make_frame(3, occurred_at=datetime(2026, day, 30 if day != 2 else 28), count=day)
        publish_events(settings, frame)
        publish_table(settings, day)
    with closing(open_engine(settings)) as engine:
        attach(engine, settings.data, read_only=True)
        newest = read_catalogue(engine, settings.data)
        assert newest.version == 6
        for version in range(1, 7):
            shown = read_catalogue(engine, settings.data, version=version)
            assert shown.version == version
            for name, paths in shown.files.items():
                sql = "FROM ducklake_list_files('lake', $name, snapshot_version => $version)"
                listed = fetch(
                    engine, f"SELECT data_file {sql}", {"name": name, "version": version}
                )
                assert paths == tuple(path for (path,) in listed)


def test_digest_names_the_content_not_the_version(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    first = Warehouse(settings).snapshot.catalogue
    publish_table(settings, 1)
    second = Warehouse(settings).snapshot.catalogue
    assert second.version > first.version
    assert second.digest("events") == first.digest("events")
    assert second.digest("events", "thing") != first.digest("events", "thing")
    publish_events(settings, make_frame(2))
    assert Warehouse(settings).snapshot.catalogue.digest("events") != first.digest("events")


def test_row_deletes_are_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    engine = open_engine(settings)
    attach(engine, settings.data, read_only=False)
    engine.execute("DELETE FROM lake.events WHERE occurred_at < '2026-01-31'")
    with pytest.raises(StoreError, match="row deletes"):
        read_catalogue(engine, settings.data)
    engine.close()


@each_kind
def test_an_older_version_is_read_by_number_and_by_moment(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2))
    warehouse = Warehouse(settings)
    first = warehouse.snapshot.catalogue
    publish_events(settings, make_frame(5))
    assert warehouse.refresh()
    assert warehouse.snapshot_at(version=first.version).catalogue == first
    assert warehouse.snapshot_at(known_at=first.published_at).catalogue == first
    assert (
        warehouse.snapshot_at(known_at=datetime(2999, 1, 1)).catalogue
        == warehouse.snapshot.catalogue
    )
    assert warehouse.snapshot_at(version=first.version).sources["test"].n == 2
    with pytest.raises(VersionError, match="known_at=2020-01-01T00:00:00Z: no version"):
        warehouse.snapshot_at(known_at=datetime(2020, 1, 1))
    with pytest.raises(VersionError, match="version=99 is not stored"):
        warehouse.snapshot_at(version=99)
    with pytest.raises(FilterError, match="not both"):
        warehouse.snapshot_at(version=1, known_at=datetime(2999, 1, 1))
    warehouse.close()


def test_a_catalogue_that_was_changed_is_refused(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    publish_events(settings, make_frame(5))
    with closing(sqlite3.connect(settings.data / "catalogue.sqlite")) as opened, opened:
        opened.execute("DELETE FROM ducklake_data_file WHERE end_snapshot IS NULL")
    with pytest.raises(StoreError, match="lists other files than it was published with"):
        Warehouse(settings)
