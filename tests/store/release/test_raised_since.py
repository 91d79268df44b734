"""What was raised is withheld whatever was done since: an undo, a restore, a load, a removal."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cop.ingest.marking import change_marking
from cop.ingest.sink.trial import publish_trials
from cop.ingest.sink.undo import undo_load
from cop.model.release import Release
from cop.model.trial import SensorTrial
from cop.query.search import search_places
from cop.query.service import QueryService
from cop.query.table import read_event_table
from cop.settings import StoreSettings
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import withdraw_source as withdraw_events
from cop.store.dataset.schema import COVERAGE, PLACEMENTS, SEGMENT_COVERAGE, SENSORS
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.released import (
    ReleasedEvent,
    load_events,
    load_places,
    load_sensors,
    release_to,
)
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

GREEN = release_to("DPS", "TLP:GREEN")
RED = release_to("DPS", "TLP:RED")
EVENT = ReleasedEvent(
    source_id="x-0", source="xsrc", marking="TLP:GREEN", kind="death", count=1, lon=-103.0,
    lat=28.98, occurred_at=datetime(2026, 3, 3, 4, 5, tzinfo=UTC),
)  # fmt: skip
TOWER = ("T-1", -112.8, 31.9, "TLP:CLEAR")


@pytest.fixture
def settings(bare_warehouse: Path, tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))


def events(n: int, source: str = "xsrc", **values: object) -> list[ReleasedEvent]:
    """Events of one source, each with an id of its own."""
    return [
        replace(EVENT, source=source, source_id=f"{source}-{i}", **values)  # type: ignore[arg-type]
        for i in range(n)
    ]


@contextmanager
def seen_by(settings: StoreSettings, release: Release) -> Iterator[QueryService]:
    """What a release has of the warehouse."""
    warehouse = Warehouse(settings)
    try:
        yield QueryService(warehouse, tile_cache_mb=4).released_to(release)
    finally:
        warehouse.close()


def markings(
    settings: StoreSettings, release: Release = RED, *, version: int | None = None
) -> list[str]:
    """The markings of the events that a release has."""
    with seen_by(settings, release) as service:
        table = read_event_table(service, service.view(version=version), None, most=5000)
        return sorted(table["marking"])


def sources_of(
    settings: StoreSettings, release: Release = RED, *, version: int | None = None
) -> dict[str, str]:
    """The sources that a release has, with their markings."""
    with seen_by(settings, release) as service:
        states = service.snapshot_at(version=version).sources
        return {name: state.source.marking for name, state in states.items()}


def version_of(settings: StoreSettings) -> int:
    """The newest version."""
    with seen_by(settings, RED) as service:
        return service.snapshot.version


def load(settings: StoreSettings, folder: Path) -> Callable[..., int]:
    """Return how to load events, which gives the version."""

    def publish(*listed: ReleasedEvent, marking: str = "TLP:GREEN") -> int:
        load_events(settings, folder, listed, marking=marking)
        return version_of(settings)

    return publish


def raise_source(settings: StoreSettings, publish: Callable[..., int]) -> int:
    """Load 3 events of xsrc and 6 of ysrc, raise ysrc, and give the version before the raise."""
    publish(*events(3))
    version = publish(*events(6, "ysrc"))
    change_marking(settings, "ysrc", "TLP:RED", by="op")
    return version


def test_an_undone_load_takes_back_no_marking(settings: StoreSettings, tmp_path: Path) -> None:
    publish = load(settings, tmp_path)
    publish(*events(6))
    publish(*events(7))
    change_marking(settings, "xsrc", "TLP:RED", by="op")
    assert undo_load(settings, "xsrc", by="op").records == 6
    assert markings(settings) == ["TLP:RED"] * 6
    assert sources_of(settings) == {"xsrc": "TLP:RED"}
    assert (markings(settings, GREEN), sources_of(settings, GREEN)) == ([], {})
    assert undo_load(settings, "xsrc", by="op").records == 7, "undone again, that load is back"
    assert markings(settings) == ["TLP:RED"] * 7


def test_an_undone_load_leaves_a_record_that_it_raised_raised(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish = load(settings, tmp_path)
    first, *others = events(6)
    publish(first, *others)
    publish(replace(first, marking="TLP:AMBER//REL TO DPS", count=7), *others)
    undo_load(settings, "xsrc", by="op")
    assert markings(settings) == ["TLP:AMBER//REL TO DPS"] + ["TLP:GREEN"] * 5
    assert len(markings(settings, GREEN)) == 5


def test_an_undone_load_of_sensors_takes_back_no_marking(
    settings: StoreSettings, tmp_path: Path
) -> None:
    load_sensors(settings, tmp_path, [TOWER])
    load_sensors(settings, tmp_path, [(*TOWER[:3], "TLP:RED"), ("T-2", -109.9, 31.4, "TLP:CLEAR")])
    undo_load(settings, "towers", by="op")
    with seen_by(settings, RED) as service:
        assert service.snapshot.sensor_ids == {"T-1"}
        assert service.snapshot.sources["towers"].markings == ("TLP:RED",)
    with seen_by(settings, GREEN) as service:
        assert service.snapshot.sensor_ids == frozenset()


def test_a_restored_backup_takes_back_no_marking(settings: StoreSettings, tmp_path: Path) -> None:
    publish = load(settings, tmp_path)
    first, *others = events(6, "ysrc")
    publish(*events(6))
    publish(first, *others)
    load_sensors(settings, tmp_path, [TOWER])
    back_up(settings, tmp_path / "backup.tar")
    change_marking(settings, "xsrc", "TLP:RED", by="op")
    publish(replace(first, marking="TLP:AMBER"), *others)
    load_sensors(settings, tmp_path, [(*TOWER[:3], "TLP:AMBER")])
    report = restore(settings, tmp_path / "backup.tar")
    assert report.raised == {"xsrc": "TLP:RED"}
    assert markings(settings) == ["TLP:AMBER", *["TLP:GREEN"] * 5, *["TLP:RED"] * 6]
    assert {n: m for n, m in sources_of(settings).items() if n != "towers"} == {
        "xsrc": "TLP:RED",
        "ysrc": "TLP:GREEN",
    }
    assert markings(settings, GREEN) == ["TLP:GREEN"] * 5
    with seen_by(settings, GREEN) as service:
        assert service.snapshot.sensor_ids == frozenset()


def test_places_that_were_raised_are_withheld_at_earlier_versions(
    settings: StoreSettings, tmp_path: Path
) -> None:
    yards = [("Ajo yard", -112.8, 32.3, "TLP:CLEAR"), ("Bisbee yard", -109.9, 31.4, "TLP:CLEAR")]
    load_places(settings, tmp_path, yards)
    version = version_of(settings)
    load_places(settings, tmp_path, [(*yards[0][:3], "TLP:RED//REL TO CBP"), yards[1]])
    with seen_by(settings, GREEN) as service:
        for view in (service.view(), service.view(version=version)):
            for title, n in (("Ajo yard", 0), ("Bisbee yard", 1)):
                found = search_places(service, view, title).results
                assert sum(r.kind == "facility" and r.title == title for r in found) == n
    change_marking(settings, "places", "TLP:CLEAR", record="Ajo yard", by="Avery", reason="agreed")
    with seen_by(settings, GREEN) as service:
        found = search_places(service, service.view(version=version), "Ajo yard").results
        assert any(r.kind == "facility" for r in found), "it was lowered again"


def test_sensors_that_were_raised_are_withheld_at_earlier_versions(
    settings: StoreSettings, tmp_path: Path
) -> None:
    other = ("T-2", -109.9, 31.4, "TLP:CLEAR")
    load_sensors(settings, tmp_path, [TOWER, other])
    version = version_of(settings)
    load_sensors(settings, tmp_path, [(*TOWER[:3], "TLP:RED//REL TO CBP"), other])
    with seen_by(settings, GREEN) as service:
        for snapshot in (service.snapshot, service.snapshot_at(version=version)):
            assert snapshot.sensor_ids == {"T-2"}
            for dataset in (SENSORS, PLACEMENTS, COVERAGE):
                files = snapshot.catalogue.files[dataset]
                sql = "SELECT DISTINCT sensor_id FROM read_parquet($files)"
                assert service.warehouse.query(sql, {"files": list(files)}) == [("T-2",)]
            assert SEGMENT_COVERAGE not in snapshot.catalogue.files


def test_what_was_raised_and_taken_out_is_withheld_at_earlier_versions(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish = load(settings, tmp_path)
    version = raise_source(settings, publish)
    assert len(markings(settings, GREEN, version=version)) == 3
    undo_load(settings, "ysrc", by="op")
    for release, n in ((GREEN, 3), (RED, 9)):
        assert len(markings(settings, release, version=version)) == n
    assert {*sources_of(settings, GREEN, version=version)} == {"xsrc"}
    assert {*sources_of(settings, RED, version=version)} == {"xsrc", "ysrc"}


def test_a_record_that_was_raised_and_taken_out_is_withheld_at_earlier_versions(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish = load(settings, tmp_path)
    first, *others = events(6)
    version = publish(first, *others)
    publish(replace(first, marking="TLP:RED"), *others)
    load_places(settings, tmp_path, [("Ajo yard", -112.8, 32.3, "TLP:CLEAR")])
    with open_transaction(settings) as transaction:
        withdraw_events(transaction, "xsrc")
        transaction.commit("gone")
    publish(*others)
    assert len(markings(settings, RED, version=version)) == 6
    assert len(markings(settings, GREEN, version=version)) == 5


def test_a_row_without_an_id_that_is_loaded_again_raises_its_record(
    settings: StoreSettings,
) -> None:
    rows = make_frame(3)
    raised = rows.assign(marking=["TLP:AMBER//REL TO DPS", "TLP:CLEAR", "TLP:CLEAR"])
    publish_events(settings, rows)
    version = version_of(settings)
    again = publish_events(settings, raised)
    assert (again.accepted, again.duplicate, again.superseded) == (0, 2, 1)
    expected = ["TLP:AMBER//REL TO DPS", "TLP:CLEAR", "TLP:CLEAR"]
    assert markings(settings) == expected
    for seen in (None, version):
        assert markings(settings, GREEN, version=seen) == ["TLP:CLEAR"] * 2
    lower = publish_events(settings, rows)
    assert (lower.accepted, lower.duplicate, lower.superseded) == (0, 3, 0)
    publish_events(settings, rows.assign(marking="TLP:GREEN//REL TO DPS, JTF"))
    assert markings(settings) == ["TLP:AMBER//REL TO DPS", *["TLP:GREEN//REL TO DPS, JTF"] * 2]


@pytest.mark.parametrize("named", [True, False], ids=["with an id", "by content"])
def test_what_was_raised_and_taken_out_is_no_lower_when_it_comes_back(
    settings: StoreSettings, tmp_path: Path, named: bool
) -> None:
    publish = load(settings, tmp_path)
    first, *others = events(6, marking="TLP:CLEAR")
    publish(*others, marking="TLP:CLEAR")
    version = publish(first, *others, marking="TLP:CLEAR")
    change_marking(settings, "xsrc", "TLP:RED", record=first.source_id, by="op")
    undo_load(settings, "xsrc", by="op")
    back = replace(first, count=9, lon=-103.2) if named else first
    publish(back, *others, marking="TLP:CLEAR")
    assert Counter(markings(settings)) == Counter({"TLP:CLEAR": 5, "TLP:RED": 1})
    for at in (version, None):
        assert len(markings(settings, GREEN, version=at)) == 5
        assert len(markings(settings, RED, version=at)) == 6


def test_a_source_that_was_raised_and_taken_out_is_no_lower_when_it_comes_back(
    settings: StoreSettings, tmp_path: Path
) -> None:
    publish = load(settings, tmp_path)
    version = raise_source(settings, publish)
    undo_load(settings, "ysrc", by="op")
    publish(*events(6, "ysrc", count=5))
    assert sources_of(settings) == {"xsrc": "TLP:GREEN", "ysrc": "TLP:RED"}
    for at in (version, None):
        assert len(markings(settings, GREEN, version=at)) == 3
    change_marking(settings, "ysrc", "TLP:GREEN", by="op", reason="agreed")
    publish(*events(6, "ysrc", count=5))
    assert len(markings(settings, GREEN)) == 9, "who decides to lower it does"


def test_sensors_that_were_raised_and_taken_out_are_no_lower_when_they_come_back(
    settings: StoreSettings, tmp_path: Path
) -> None:
    other = ("T-2", -109.9, 31.4, "TLP:CLEAR")
    load_sensors(settings, tmp_path, [other])
    load_sensors(settings, tmp_path, [TOWER, other])
    change_marking(settings, "towers", "TLP:RED", record="T-1", by="op")
    undo_load(settings, "towers", by="op")
    load_sensors(settings, tmp_path, [(TOWER[0], -112.7, 31.8, "TLP:CLEAR"), other])
    with seen_by(settings, GREEN) as service:
        assert service.snapshot.sensor_ids == {"T-2"}
    with seen_by(settings, RED) as service:
        assert service.snapshot.sensor_ids == {"T-1", "T-2"}


def test_a_what_if_lowers_no_source(settings: StoreSettings, tmp_path: Path) -> None:
    load_sensors(settings, tmp_path, [TOWER])

    def publish(lon: float, name: str) -> None:
        changes = (f"move:T-1@{lon},31.9", f"add:{name}@-112.6,31.9,20,5000")
        trials = [SensorTrial.from_text(text) for text in changes]
        publish_trials(settings, trials, synthetic=False, by="Ana")

    publish(-112.75, "New-1")
    for source in ("placed_sensors", "placed_status"):
        change_marking(settings, source, "TLP:RED", by="op")
    publish(-112.7, "New-2")
    raised = dict.fromkeys(("placed_sensors", "placed_status"), "TLP:RED")
    assert sources_of(settings) == {"towers": "TLP:CLEAR"} | raised
    with seen_by(settings, GREEN) as service:
        assert service.snapshot.sensor_ids == {"T-1"}
