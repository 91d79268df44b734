"""Tests of what a publish changes: tables, months of events, files beside them."""

from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cop.errors import DatasetMissingError
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.writer import file_sha256
from cop.store.dataset.event_merge import MOST_FILES
from tests.support.kind import each_kind
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events, publish_table, read_newest

pytestmark = pytest.mark.picture


class Abort(Exception):
    """What goes wrong in these tests."""


def test_each_month_is_one_file_in_hilbert_order(settings: StoreSettings) -> None:
    rng = np.random.default_rng(1)
    n = 4_000
    frame = make_frame(n, lon=rng.uniform(-118, -96, n), lat=rng.uniform(25, 33, n)).assign(
        occurred_at=pd.date_range("2026-01-01", periods=n, freq="20min").astype("datetime64[us]")
    )
    publish_events(settings, frame)
    files = published_files(settings, "events")
    assert [p.parent.name for p in files] == ["month=2026-01", "month=2026-02"]
    for path in files:
        events = gpd.read_parquet(path)
        assert events.crs.to_epsg() == 4326
        assert (events["occurred_at"].dt.strftime("%Y-%m") == path.parent.name[6:]).all()
        assert (events.geometry.x == events["lon"]).all()
        assert (events.geometry.y == events["lat"]).all()
        steps = np.hypot(events["lon"].diff(), events["lat"].diff())
        shuffled = events.sample(frac=1, random_state=1)
        far = np.hypot(shuffled["lon"].diff(), shuffled["lat"].diff())
        assert steps.mean() < far.mean() / 10


def test_only_the_months_it_touches_are_rewritten(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(60))
    before = {p.parent.name: p for p in published_files(settings, "events")}
    publish_events(settings, make_frame(1, kind="rescue"))
    after = {p.parent.name: p for p in published_files(settings, "events")}
    assert [m for m in before if before[m] != after[m]] == ["month=2026-01"]
    assert len(read_published(settings)) == 61


@each_kind
def test_tables_with_geometry_read_back(settings: StoreSettings) -> None:
    line = shapely.LineString([(-110, 31), (-109, 32)])
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[line], crs="EPSG:4326").to_crs(3857)
    with open_transaction(settings) as transaction:
        transaction.replace("thing", frame)
        transaction.commit("line")
    read = read_published(settings, "thing")
    assert read.crs.to_epsg() == 4326
    assert read.geometry.iloc[0].equals_exact(line, 1e-9)
    with open_transaction(settings) as transaction:
        assert isinstance(transaction.read("thing"), gpd.GeoDataFrame)
        with pytest.raises(DatasetMissingError, match="no dataset 'other'"):
            transaction.read("other")


@each_kind
def test_an_empty_table_is_no_dataset(settings: StoreSettings) -> None:
    publish_table(settings, 1)
    empty = pd.DataFrame({"a": pd.Series([], dtype="int64"), "at": pd.Series([], dtype="str")})
    with open_transaction(settings) as transaction:
        transaction.replace("thing", empty)
        transaction.commit("empty")
    assert "thing" not in read_newest(settings).catalogue.files
    with open_transaction(settings) as transaction:
        assert not transaction.has("thing")
    publish_table(settings, 2)
    assert "thing" in read_newest(settings).catalogue.files


@each_kind
def test_event_times_before_the_epoch_have_their_month(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1).assign(occurred_at=datetime(1901, 2, 3)))
    assert [p.parent.name for p in published_files(settings, "events")] == ["month=1901-02"]


@each_kind
def test_a_kept_file_goes_with_what_it_belongs_to(settings: StoreSettings) -> None:
    def write(path: Path) -> None:
        path.write_text("content")

    with open_transaction(settings) as transaction:
        kept = transaction.store_file("rejects/a", ".csv", write)
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.commit("thing")
    assert kept.read_text() == "content"
    with pytest.raises(Abort), open_transaction(settings) as transaction:
        assert transaction.store_file("rejects/a", ".csv", write) == kept
        other = transaction.store_file("rejects/b", ".csv", write)
        assert other.is_file()
        raise Abort
    assert kept.is_file()
    assert not other.exists()
    with open_transaction(settings) as transaction:
        transaction.store_file("rejects/b", ".csv", write)
        assert transaction.commit("nothing changed") == 1
    assert other.is_file()


@each_kind
def test_a_small_part_is_added_beside_and_a_correction_writes_its_file_anew(
    settings: StoreSettings,
) -> None:
    def in_february() -> list[Path]:
        files = published_files(settings, "events")
        return [path for path in files if path.parent.name == "month=2026-02"]

    def one(**values: object) -> pd.DataFrame:
        return make_frame(1, **values).assign(occurred_at=datetime(2026, 2, 3))

    publish_events(settings, make_frame(20))
    (first,) = in_february()
    publish_events(settings, one(source_id="more"))
    (second,) = set(in_february()) - {first}
    publish_events(settings, one(source_id="more", count=7))
    assert first in in_february()
    assert second not in in_february()
    assert len(in_february()) == 2
    events = read_published(settings)
    assert events.loc[events["source_id"] == "more", "count"].tolist() == [7]
    assert len(events) == 21


@pytest.mark.full
def test_many_small_parts_are_one_file_again(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(20))
    for i in range(MOST_FILES + 2):
        publish_events(settings, make_frame(1, source_id=f"id{i}"))
        months = [p.parent for p in published_files(settings, "events")]
        assert max(map(months.count, months)) <= MOST_FILES
    assert len(read_published(settings)) == 20 + MOST_FILES + 2


def test_a_file_is_named_by_its_content(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3))
    for path in files_below(settings.data):
        assert path.stem == file_sha256(path)
