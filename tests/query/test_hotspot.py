"""Hot-spot trends of the warehouse: what is counted, where, and the tiles that show it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cop.analysis.cube import Steps
from cop.analysis.hotspot import CLASSES, NONE
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile, mercator_integers
from cop.model.window import TimeWindow
from cop.query.hotspot import (
    LEFT_OUT,
    covered_window,
    plan_hotspots,
    read_hotspots,
)
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.query.wider import WIDER_DAYS, widen_window
from tests.query.conftest import OpenService
from tests.support.choice import random_filters
from tests.support.published import passing
from tests.support.record import make_frame
from tests.support.tile import features_of

pytestmark = pytest.mark.sources

LAYER = find_layer("hotspots")


def window_of(events: gpd.GeoDataFrame, days: int) -> TimeWindow:
    newest = events.loc[events["synthetic"], "occurred_at"].max()
    end = newest.to_pydatetime().replace(hour=0, minute=0, second=0)
    return TimeWindow(start=end - timedelta(days=days), end=end)


def steps_of(service: QueryService, wanted: Filter) -> Steps:
    steps = read_hotspots(service, service.view(wanted)).steps
    assert steps is not None
    return steps


def test_no_record_is_lost(service: QueryService, events: gpd.GeoDataFrame) -> None:
    counted = 0
    for wanted, _ in random_filters(events, 20, seed=3):
        figures = read_hotspots(service, service.view(wanted))
        if figures.steps is None:
            continue
        total = read_summary(service, service.view(wanted), "kind").total
        assert figures.n + sum(figures.left_out.values()) == total
        assert set(figures.left_out) <= set(LEFT_OUT)
        if figures.reason is None:
            assert int(figures.table["n"].sum()) == figures.n
            counted += 1
    assert counted > 4


def test_cells_count_what_pandas_counts(service: QueryService, events: gpd.GeoDataFrame) -> None:
    wanted = Filter(window=window_of(events, 200), records="synthetic", kinds=("apprehension",))
    figures = read_hotspots(service, service.view(wanted))
    own = passing(events, wanted.within(steps_of(service, wanted).window), synthetic=True)
    own = own[own["uncertainty_m"].isna() | (own["uncertainty_m"] <= figures.cell_km * 1000)]
    cells = own[["mx", "my"]].astype("int64") // 2**figures.bits
    expected = cells.groupby(["mx", "my"]).size()
    table = figures.table.set_index(["cx", "cy"])["n"]
    held = table[table > 0]
    assert held.to_dict() == expected.reindex(held.index).to_dict()
    assert expected.sum() - held.sum() == figures.left_out.get("outside", 0)
    assert set(figures.table["class"]) <= {*CLASSES, NONE}


def test_the_line_and_every_place_with_a_record_count_as_zero(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    wanted = Filter(window=window_of(events, 150), records="synthetic", kinds=("rescue",))
    figures = read_hotspots(service, service.view(wanted))
    assert (figures.table["n"] == 0).any()
    area = {*map(tuple, figures.table[["cx", "cy"]].to_numpy())}
    segments = gpd.read_parquet(service.warehouse.snapshot.catalogue.files_of("segments")[0])
    ends = shapely.get_coordinates(segments.geometry.to_numpy())
    mx, my = mercator_integers(ends[:, 0], ends[:, 1])
    bits = figures.bits
    assert {(int(x) >> bits, int(y) >> bits) for x, y in zip(mx, my, strict=True)} <= area
    every = events[events["synthetic"] & (events["sector"] != "NONE")]
    fine = every[~(every["uncertainty_m"] > figures.cell_km * 1000)]
    near = fine[["mx", "my"]].astype("int64") // 2**bits
    assert {*map(tuple, near.to_numpy())} <= area


def test_a_sector_is_compared_with_itself(service: QueryService, events: gpd.GeoDataFrame) -> None:
    wanted = Filter(window=window_of(events, 200), records="synthetic")
    every = read_hotspots(service, service.view(wanted)).table
    own = read_hotspots(service, service.view(replace(wanted, sectors=("TCA",)))).table
    assert 10 < len(own) < len(every) / 3
    assert (own["sector"] == "TCA").mean() > 0.9


def test_a_short_window_says_what_to_choose(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    figures = read_hotspots(
        service, service.view(Filter(window=window_of(events, 7), records="synthetic"))
    )
    assert figures.table.empty
    assert "too few for a trend" in str(figures.reason)
    assert "30 d" in str(figures.reason)


def test_a_window_with_too_few_is_widened_to_the_shortest_that_has_enough(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    def widen(days: int, **more: Any) -> int | None:
        window = window_of(events, days)
        view = service.view(Filter(window=window, records="synthetic", **more))
        wider = widen_window(service, view)
        if wider is None:
            return None
        assert wider.end == window.end
        assert wider.length is not None
        enough = {
            length: read_hotspots(
                service, view.within(replace(window, start=wider.end - timedelta(days=length)))
            ).reason
            for length in WIDER_DAYS
            if length > days
        }
        assert next(n for n, reason in enough.items() if reason is None) == wider.length.days
        return wider.length.days

    assert widen(3) == 30
    assert widen(30) is None, "it has enough"
    assert widen(7, kinds=("tunnel",)) is None, "no window has enough"
    rarer = widen(30, kinds=("rescue",), sectors=("TCA",))
    assert rarer is None or rarer in {60, 90, 180, 365}
    view = service.view(Filter(window=TimeWindow(end=datetime(2000, 1, 1)), records="synthetic"))
    assert widen_window(service, view) is None, "an open side is not widened"


def test_few_records_say_so(service: QueryService, events: gpd.GeoDataFrame) -> None:
    wanted = Filter(window=window_of(events, 30), records="synthetic", kinds=("tunnel",))
    figures = read_hotspots(service, service.view(wanted))
    assert "60 are needed" in str(figures.reason)
    assert figures.found.empty


def test_days_outside_the_records_are_no_quiet_days(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    moments = events.loc[~events["synthetic"], "occurred_at"]
    wide = TimeWindow(start=datetime(1990, 1, 1), end=datetime(2090, 1, 1))
    window = covered_window(service.warehouse.snapshot, Filter(window=wide, records="real"))
    assert window is not None
    assert window.start == moments.min().normalize().to_pydatetime()
    assert window.end == moments.max().normalize().to_pydatetime() + timedelta(days=1)
    before = TimeWindow(start=datetime(1990, 1, 1), end=datetime(1990, 6, 1))
    reason = plan_hotspots(service.warehouse.snapshot, Filter(window=before, records="real"))[1]
    assert reason == "no records in this window"


def test_without_a_region_there_are_no_trends(small: OpenService) -> None:
    figures = read_hotspots(small(make_frame(200)), small(make_frame(200)).view())
    assert figures.reason == "no region is loaded"


def test_tiles_hold_every_cell_once_with_its_class(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    wanted = Filter(window=window_of(events, 300), records="synthetic")
    table = read_hotspots(service, service.view(wanted)).table
    figures = read_hotspots(service, service.view(wanted))
    z = 5
    tiles = {(int(x), int(y)) for x, y in table[["cx", "cy"]].to_numpy() >> (32 - z - figures.bits)}
    shown = [
        feature["properties"]
        for x, y in sorted(tiles)
        for feature in features_of(
            read_tile(service, service.view(wanted), LAYER, Tile(z, x, y)).mvt, LAYER.id
        )
    ]
    frame = pd.DataFrame(shown)
    # A cell on the seam of two tiles is in both.
    assert len(table) <= len(frame) < 1.3 * len(table)
    assert set(frame["class"]) == set(table["class"])
    for name in set(table["class"]) - {NONE}:
        assert {*frame.loc[frame["class"] == name, "segment_id"]} == {
            *table.loc[table["class"] == name, "segment_id"]
        }
    assert {"n", "z", "trend", "trend_p", "hot"} <= set(frame)


def test_a_tile_without_cells_is_empty(service: QueryService, events: gpd.GeoDataFrame) -> None:
    wanted = Filter(window=window_of(events, 300), records="synthetic")
    assert read_tile(service, service.view(wanted), LAYER, Tile(5, 20, 10)).mvt == b""
    short = wanted.within(window_of(events, 3))
    assert read_tile(service, service.view(short), LAYER, Tile(0, 0, 0)).mvt == b""


def test_records_coarser_than_a_step_are_left_out(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    """The cells' counts over all steps are those of the fine records."""
    wanted = Filter(window=window_of(events, 40), records="synthetic")
    figures = read_hotspots(service, service.view(wanted))
    own = passing(events, wanted, synthetic=True)
    coarse = own["time_precision"].isin(["week", "month", "year"]).sum()
    assert figures.left_out.get("time", 0) == coarse
    assert np.isfinite(figures.table["z"].astype(float)).all()
