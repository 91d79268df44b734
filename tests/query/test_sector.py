"""Figures of sectors against pandas over the published files."""

from dataclasses import replace
from datetime import datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.sector import build_edges, read_sector_figures
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.choice import random_filters
from tests.support.published import passing
from tests.support.record import make_frame

pytestmark = pytest.mark.sources


@pytest.mark.full
def test_shown_shares_of_sectors_sum_to_one(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    for wanted, synthetic in random_filters(events, 12, seed=21):
        mine = passing(events, replace(wanted, sectors=()), synthetic=synthetic)
        figures = read_sector_figures(service, service.view(wanted))
        table = figures.table.set_index("sector")
        assert list(table.index) == [*service.warehouse.snapshot.sectors, "NONE"]
        sizes = mine.groupby("sector").size()
        people = mine[mine["unit"] == "people"].groupby("sector")["count"].sum()
        for sector, row in table.iterrows():
            assert row["n"] == sizes.get(sector, 0)
            assert row["people"] == people.get(sector, 0)
        assert figures.total == len(mine)
        if len(mine):
            assert table["share"].sum() == pytest.approx(1)
        else:
            assert table["share"].isna().all()


def test_bins_add_up_to_the_window(service: QueryService, events: gpd.GeoDataFrame) -> None:
    end = events["occurred_at"].max().to_pydatetime()
    for days in (1, 7, 30, 90, 300):
        window = TimeWindow(start=end - timedelta(days=days), end=end)
        wanted = Filter(window=window, records="synthetic")
        figures = read_sector_figures(service, service.view(wanted))
        own = passing(events, wanted, synthetic=True).groupby("sector").size()
        inside = figures.bins[~figures.bins["earlier"]].groupby("sector")["n"].sum()
        assert inside[inside > 0].to_dict() == own.to_dict()
        one = figures.bins[figures.bins["sector"] == "TCA"]
        assert (one["end"].iloc[:-1].to_numpy() == one["start"].iloc[1:].to_numpy()).all()
        assert one["end"].iloc[-1] == pd.Timestamp(end)
        whole = Filter(
            window=TimeWindow(start=one["start"].iloc[0].to_pydatetime(), end=end),
            records="synthetic",
        )
        everything = passing(events, whole, synthetic=True)
        assert figures.bins["n"].sum() == len(everything)
        assert len(one) <= 48
        assert one["earlier"].any() == (days < 21)


def test_change_and_last_incident(service: QueryService, events: gpd.GeoDataFrame) -> None:
    end = events["occurred_at"].max().to_pydatetime() - timedelta(days=3)
    window = TimeWindow(start=end - timedelta(days=10), end=end)
    wanted = Filter(window=window, records="synthetic")
    table = read_sector_figures(service, service.view(wanted)).table.set_index("sector")
    previous = window.previous()
    assert previous is not None
    before = passing(events, wanted.within(previous), synthetic=True).groupby("sector").size()
    upto = passing(events, wanted.within(TimeWindow(end=end)), synthetic=True)
    last = upto.groupby("sector")["occurred_at"].max()
    for sector in service.warehouse.snapshot.sectors:
        row = table.loc[sector]
        assert row["before"] == before.get(sector, 0)
        assert row["last_at"] == last[sector]
        same = upto[(upto["sector"] == sector) & (upto["occurred_at"] == last[sector])]
        assert row["last_kind"] in set(same["kind"])
        if row["before"]:
            assert row["change"] == pytest.approx(100 * (row["n"] / row["before"] - 1))


def test_coverage_is_that_of_the_segments(service: QueryService) -> None:
    synthetic = read_sector_figures(service, service.view(Filter(records="synthetic"))).table
    segments = gpd.read_parquet(service.warehouse.snapshot.catalogue.files_of("segments")[0])
    figures = read_figures(service, service.view(Filter(records="synthetic")))
    assert figures is not None
    joined = segments.merge(figures.table[["segment_id", "coverage"]], on="segment_id")
    for row in synthetic[synthetic["sector"] != "NONE"].itertuples():
        own = joined[joined["sector"] == row.sector]
        share = (own["coverage"] * own["length_km"]).sum() / own["length_km"].sum()
        assert row.coverage == pytest.approx(share)
        assert row.length_km == pytest.approx(own["length_km"].sum())
    real = read_sector_figures(service, service.view(Filter(records="real"))).table
    assert real["coverage"].isna().all()


def test_a_choice_of_sectors_does_not_narrow_the_figures(service: QueryService) -> None:
    wanted = Filter(records="synthetic")
    alone = read_sector_figures(service, service.view(replace(wanted, sectors=("TCA",))))
    pd.testing.assert_frame_equal(
        alone.table, read_sector_figures(service, service.view(wanted)).table
    )


def test_without_a_region_all_lies_outside(small: OpenService) -> None:
    service = small(make_frame(4, single_adults=[1, None, 2, None]))
    table = read_sector_figures(service, service.view()).table
    assert table["sector"].tolist() == ["NONE"]
    assert table["n"].tolist() == [4]
    assert table["share"].tolist() == [1.0]
    assert table["composed_n"].tolist() == [2]
    assert table["single_adults"].tolist() == [3.0]
    assert table["family_members"].isna().all()


@pytest.mark.parametrize(
    ("days", "step"),
    [(1, "day"), (45, "day"), (46, "week"), (315, "week"), (400, "month"), (3_000, "year")],
)
def test_bins_fit_the_window(days: int, step: str) -> None:
    end = datetime(2026, 11, 24, 3, 30)
    start = end - timedelta(days=days)
    edges, named = build_edges(start, start, end)
    assert named == step
    assert edges[0] == pd.Timestamp(start)
    assert edges[-1] == pd.Timestamp(end)
    assert edges.is_monotonic_increasing
    inner = edges[1:-1]
    assert (inner == inner.normalize()).all()
    if step == "week":
        assert (inner.day_of_week == 0).all()
    if step in ("month", "year"):
        assert (inner.day == 1).all()
