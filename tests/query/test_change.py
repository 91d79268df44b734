"""What changed since a brief, against a constructed history and a plain Python comparison."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.errors import FilterError, VersionError
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.change import Changes, read_changes
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.integrity.repair import repair
from cop.store.warehouse import Warehouse
from layers.change import LAYER
from tests.support.brief import BRIEF, EXPECTED, FIRST, NOW, build_history
from tests.support.damage import flip_bit
from tests.support.record import make_frame
from tests.support.store import date_versions, publish_events, read_newest
from tests.support.tile import features_of
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.table

REAL = Filter(records="real")


@pytest.fixture(scope="module")
def folder(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = copy_warehouse(bare_warehouse, tmp_path_factory.mktemp("brief") / "warehouse")
    build_history(path)
    return path


@pytest.fixture
def service(folder: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=folder))
    yield QueryService(warehouse, tile_cache_mb=4)
    warehouse.close()


def source_ids(folder: Path) -> dict[str, str]:
    files = (folder / "datasets").rglob("events/**/*.parquet")
    events = pd.concat([gpd.read_parquet(path) for path in files], ignore_index=True)
    return dict(zip(events["event_id"], events["source_id"], strict=True))


def named(changes: Changes, ids: dict[str, str]) -> set[tuple[str, str, str]]:
    rows = changes.table[["change", "event_id", "sector"]].itertuples(index=False)
    return {(change, ids[event_id], sector) for change, event_id, sector in rows}


def test_every_record_is_listed_once_and_exactly(service: QueryService, folder: Path) -> None:
    changes = read_changes(service, service.view(REAL, known_at=NOW, since=BRIEF))
    assert named(changes, source_ids(folder)) == EXPECTED
    assert changes.total == len(changes.table) == len(EXPECTED)
    totals = {(s, c): n for s, c, n in changes.totals.itertuples(index=False)}
    assert totals["TCA", "new"] == 2
    assert totals["DRT", "withdrawn"] == 1
    row = changes.table[changes.table["change"] == "corrected"].set_index("sector")
    assert (row.loc["TCA", "count_before"], row.loc["TCA", "count"]) == (2, 9)
    assert (row.loc["RGV", "sector_before"], row.loc["RGV", "kind_before"]) == ("DRT", "crossing")


def test_sources_gone_stale_since_are_named_with_their_sectors(service: QueryService) -> None:
    (stale,) = read_changes(service, service.view(REAL, known_at=NOW, since=BRIEF)).stale
    assert (stale.id, stale.sectors) == ("slow", ("DRT",))
    assert (
        read_changes(
            service, service.view(REAL, known_at=FIRST + timedelta(days=1), since=BRIEF)
        ).stale
        == ()
    )


def test_the_filter_counts_what_a_record_was_or_is(service: QueryService, folder: Path) -> None:
    held, ids = partial(service.view, known_at=NOW, since=BRIEF), source_ids(folder)
    window = TimeWindow(start=datetime(2020, 1, 1), end=datetime(2020, 1, 2))
    for wanted, kept in (
        (Filter(records="real", sectors=("RGV",)), {"n2", "c2"}),
        (Filter(records="real", sectors=("DRT",)), {"old-day", "c2", "w2"}),
        (Filter(records="real", kinds=("rescue",)), {"c2"}),
        (Filter(records="real", sources=("steady",)), {i for _, i, _ in EXPECTED} - {"w1", "w2"}),
        (REAL.within(window), {i for _, i, _ in EXPECTED}),
        (Filter(records="synthetic"), set()),
    ):
        assert {name for _, name, _ in named(read_changes(service, held(wanted)), ids)} == kept


def test_nothing_changes_between_a_version_and_itself(service: QueryService) -> None:
    held = read_changes(
        service, service.view(REAL, known_at=FIRST + timedelta(hours=2), since=BRIEF)
    )
    assert (held.older, held.total, held.stale) == (held.newer, 0, ())


def test_changes_count_from_a_version_of_this_second(bare_warehouse: Path, tmp_path: Path) -> None:
    """The present is to the second, so that what was published within it is later."""
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))
    publish_events(settings, make_frame(2))
    publish_events(settings, make_frame(3))
    version = read_newest(settings).version
    published = utc_now() + timedelta(hours=1)
    date_versions(
        settings.data,
        {version - 1: published, version: published + timedelta(seconds=1)},
    )
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        changes = read_changes(service, service.view(REAL, since=published))
        assert (changes.older, changes.newer, changes.total) == (version - 1, version, 1)


def test_what_cannot_be_compared_is_told(service: QueryService) -> None:
    with pytest.raises(VersionError, match="no version that old is stored"):
        read_changes(service, service.view(REAL, since=datetime(2001, 1, 1)))
    with pytest.raises(FilterError, match="not before what is known"):
        read_changes(service, service.view(REAL, known_at=BRIEF, since=NOW))
    with pytest.raises(FilterError, match="choose the start"):
        read_changes(service, service.view(REAL))


def test_tiles_conserve_the_changes(service: QueryService) -> None:
    held = partial(service.view, known_at=NOW, since=BRIEF)
    sums: dict[str, int] = {}
    for feature in features_of(read_tile(service, held(REAL), LAYER, Tile(0, 0, 0)).mvt, LAYER.id):
        name = feature["properties"]["change"]
        sums[name] = sums.get(name, 0) + feature["properties"]["n"]
    assert sums == {"new": 3, "late": 2, "corrected": 2, "withdrawn": 2}
    assert read_tile(service, service.view(REAL), LAYER, Tile(0, 0, 0)).mvt == b""
    shapes = read_features(service, held(REAL), LAYER, zoom=5, most=100_000)
    assert shapes.groupby("change").size().to_dict() == sums
    assert shapes.geometry.y.round(4).tolist() == [31.4] * len(EXPECTED)
    assert read_features(service, service.view(REAL), LAYER, zoom=5, most=100_000).empty


def test_records_in_quarantine_make_it_unknown(tmp_path: Path) -> None:
    build_history(tmp_path / "w")
    files = (tmp_path / "w/datasets/main/events").rglob("*.parquet")
    flip_bit(max(files, key=lambda path: path.stat().st_mtime_ns))
    repair(StoreSettings(data=tmp_path / "w"))
    warehouse = Warehouse(StoreSettings(data=tmp_path / "w"))
    service = QueryService(warehouse, tile_cache_mb=1)
    changes = read_changes(service, service.view(REAL, since=BRIEF))
    assert changes.caveats
    assert changes.total == 0
    assert changes.table.empty
    warehouse.close()
