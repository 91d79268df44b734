"""Tests of event tiles: every event in one tile per zoom, totals conserved, points or cells."""

from dataclasses import replace
from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cop.layerkind.events import CELLS_PER_SIDE_BITS, MOST_POINTS
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile, mercator_integers
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.choice import random_filters
from tests.support.published import passing, people_of, tiles_of
from tests.support.record import make_frame
from tests.support.tile import features_of, held_by

pytestmark = pytest.mark.picture

EVENTS = find_layer("events")
SYNTHETIC = Filter(records="synthetic")


def sums(service: QueryService, wanted: Filter, tiles: set[tuple[int, int]], z: int):
    held = [
        held_by(read_tile(service, service.view(wanted), EVENTS, Tile(z, x, y)).mvt)
        for x, y in sorted(tiles)
    ]
    return sum(h.n for h in held), sum(h.people for h in held)


@pytest.mark.parametrize("z", [0, 5, 8, 11])
def test_every_event_lies_in_exactly_one_tile(
    service: QueryService, events: gpd.GeoDataFrame, z: int
) -> None:
    """Tile by tile: as many events as geopandas puts there, so none is missing or twice."""
    own = events[~events["synthetic"]]
    tiles = tiles_of(own, z)
    around = {(x + i, y + j) for x, y in tiles for i in (-1, 0, 1) for j in (-1, 0, 1)}
    around = {(x, y) for x, y in around if 0 <= x < 2**z and 0 <= y < 2**z}
    sparse = {8: 5, 11: 40}.get(z, 1)
    mx, my = mercator_integers(own["lon"].to_numpy(), own["lat"].to_numpy())
    for x, y in {*sorted(around)[::sparse], *sorted(tiles)[:: max(1, sparse // 2)]}:
        inside = (mx >> np.uint32(32 - z) == x) & (my >> np.uint32(32 - z) == y) if z else mx >= 0
        held = held_by(
            read_tile(service, service.view(Filter(records="real")), EVENTS, Tile(z, x, y)).mvt
        )
        assert held.n == int(inside.sum())
        assert held.people == people_of(own[inside])


@pytest.mark.full
@pytest.mark.parametrize("z", [0, 3, 6, 9, 12, 16])
def test_totals_are_conserved_at_every_zoom(
    service: QueryService, events: gpd.GeoDataFrame, z: int
) -> None:
    newest = events["occurred_at"].max().to_pydatetime()
    real = Filter(window=TimeWindow(start=newest - timedelta(days=120)), sectors=("TCA",))
    week = SYNTHETIC.within(TimeWindow(start=newest - timedelta(days=7)))
    for wanted, synthetic in ((week, True), (real, False)):
        expected = passing(events, wanted, synthetic=synthetic)
        if z > 9:
            expected = expected[expected["sector"].isin(["TCA"])]
            wanted = replace(wanted, sectors=("TCA",))  # noqa: PLW2901 narrower from here on
        assert len(expected) > 20
        found = sums(service, wanted, tiles_of(expected, z), z)
        assert found == (len(expected), people_of(expected))


@pytest.mark.parametrize("n", [MOST_POINTS - 1, MOST_POINTS, MOST_POINTS + 1])
def test_points_become_cells_above_the_border(small: OpenService, n: int) -> None:
    rng = np.random.default_rng(2)
    frame = make_frame(
        n,
        lon=rng.uniform(-110.9, -110.2, n),
        lat=rng.uniform(31.4, 31.9, n),
        count=rng.integers(0, 9, n),
        kind=rng.choice(["crossing", "rescue"], n, p=[0.9, 0.1]),
    ).assign(occurred_at=pd.Timestamp("2026-01-05").as_unit("us"))
    service = small(frame)
    held = held_by(read_tile(service, service.view(), EVENTS, Tile(0, 0, 0)).mvt)
    assert (held.n, held.people) == (n, int(frame["count"].sum()))
    assert {f["properties"]["cell"] for f in held.features} == {int(n > MOST_POINTS)}
    z8 = {(x, y) for x in range(48, 51) for y in range(102, 106)}
    assert sums(service, Filter(), z8, 8) == (n, int(frame["count"].sum()))


def test_a_cell_is_a_square_that_holds_its_points(small: OpenService) -> None:
    n = MOST_POINTS + 500
    rng = np.random.default_rng(4)
    frame = make_frame(n, lon=rng.uniform(-111, -110, n), lat=rng.uniform(31, 31.9, n)).assign(
        occurred_at=pd.Timestamp("2026-01-05").as_unit("us")
    )
    tile = Tile(6, 12, 26)
    x_low, y_low, _, _ = tile.integer_bounds()
    service = small(frame)
    features = features_of(read_tile(service, service.view(), EVENTS, tile).mvt, "events")
    side = 4096 >> CELLS_PER_SIDE_BITS
    cells = {}
    for feature in features:
        ring = np.array(feature["geometry"]["coordinates"][0])
        low, high = ring.min(axis=0), ring.max(axis=0)
        assert (high - low).tolist() == [side, side]
        assert (low % side == 0).all()
        cells[tuple((low // side).tolist())] = feature["properties"]["n"]
    shift = np.uint32(32 - 6 - CELLS_PER_SIDE_BITS)
    mine = ((frame["mx"] - x_low) // 2 ** int(shift), (frame["my"] - y_low) // 2 ** int(shift))
    expected = pd.Series(1, index=pd.MultiIndex.from_arrays(mine)).groupby(level=[0, 1]).sum()
    inside = {k: v for k, v in expected.to_dict().items() if 0 <= k[0] < 64 and 0 <= k[1] < 64}
    assert cells == inside


def test_the_most_frequent_kind_names_a_cell(small: OpenService) -> None:
    kinds = ["rescue"] * 1_500 + ["crossing"] * 1_600
    frame = make_frame(len(kinds), kind=kinds, lon=-110.0, lat=31.5)
    frame["occurred_at"] = pd.Timestamp("2026-01-05").as_unit("us")
    service = small(frame)
    answer = read_tile(service, service.view(), EVENTS, Tile(3, 1, 3))
    (cell,) = features_of(answer.mvt, "events")
    assert cell["properties"] == {"n": 3_100, "people": 6_200, "kind": "crossing", "cell": 1}


def test_huge_counts_do_not_overflow_a_cell(small: OpenService) -> None:
    n, most = MOST_POINTS + 1, 2**31 - 1
    frame = make_frame(n, count=most, lon=-110.0, lat=31.5)
    frame["occurred_at"] = pd.Timestamp("2026-01-05").as_unit("us")
    service = small(frame)
    held = held_by(read_tile(service, service.view(), EVENTS, Tile(3, 1, 3)).mvt)
    assert held.people == n * most


def test_a_point_carries_what_the_contract_says(small: OpenService) -> None:
    frame = make_frame(1, lon=-110.9, lat=31.4).assign(
        occurred_at=pd.Timestamp("2026-01-05 06:07:08").as_unit("us")
    )
    service = small(frame)
    (point,) = features_of(read_tile(service, service.view(), EVENTS, Tile(0, 0, 0)).mvt, "events")
    properties = point["properties"]
    assert len(properties.pop("event_id")) == 32
    assert properties == {
        "n": 1,
        "people": 2,
        "count": 2,
        "kind": "crossing",
        "occurred_at": "2026-01-05T06:07:08Z",
        "time_precision": "minute",
        "source": "test",
        "sector": "TCA",
        "segment_id": "TCA-0001",
        "confidence": "high",
        "marking": "TLP:CLEAR",
        "synthetic": 0,
        "cell": 0,
    }
    x, y = point["geometry"]["coordinates"]
    assert (x, y) == (int(frame["mx"].iloc[0]) >> 20, int(frame["my"].iloc[0]) >> 20)


def test_the_window_is_half_open(small: OpenService) -> None:
    service = small(make_frame(3))
    first, second = datetime(2026, 1, 30), datetime(2026, 1, 31)
    for window, n in (
        (TimeWindow(start=first, end=second), 1),
        (TimeWindow(start=first, end=datetime(2026, 1, 31, 0, 0, 1)), 2),
        (TimeWindow(start=datetime(2026, 1, 30, 0, 0, 1)), 2),
        (TimeWindow(end=first), 0),
    ):
        assert (
            held_by(
                read_tile(service, service.view(Filter(window=window)), EVENTS, Tile(0, 0, 0)).mvt
            ).n
            == n
        )


def test_the_humanitarian_layer_holds_its_kinds_alone(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    layer = find_layer("humanitarian")
    mine = events[events["synthetic"] & events["kind"].isin(["rescue", "death"])]
    mvt = read_tile(service, service.view(SYNTHETIC), layer, Tile(0, 0, 0)).mvt
    held = held_by(mvt, "humanitarian")
    assert (held.n, held.people) == (len(mine), people_of(mine))
    one = Filter(kinds=("death", "tunnel"), records="synthetic")
    deaths = held_by(
        read_tile(service, service.view(one), layer, Tile(0, 0, 0)).mvt, "humanitarian"
    )
    assert deaths.n == int((mine["kind"] == "death").sum())
    assert (
        read_tile(service, service.view(Filter(kinds=("tunnel",))), layer, Tile(0, 0, 0)).mvt == b""
    )


@pytest.mark.parametrize("seed", range(3))
def test_random_filters_agree_at_the_top(
    service: QueryService, events: gpd.GeoDataFrame, seed: int
) -> None:
    for wanted, synthetic in random_filters(events, 25, seed=seed):
        expected = passing(events, wanted, synthetic=synthetic)
        held = held_by(read_tile(service, service.view(wanted), EVENTS, Tile(0, 0, 0)).mvt)
        assert (held.n, held.people) == (len(expected), people_of(expected))
