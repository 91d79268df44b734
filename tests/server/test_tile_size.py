"""Test of what 50,000 events weigh on the line, as points and as cells, beside pydeck's JSON."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck
import pytest

from cop.ingest.demo.publish import publish_demo
from cop.layerkind.events import MOST_POINTS
from cop.model.tile import MAX_ZOOM, Tile, mercator_integers
from cop.settings import StoreSettings
from tests.support.command import serving
from tests.support.http import Caller
from tests.support.published import published_files
from tests.support.tile import features_of

pytestmark = [pytest.mark.full, pytest.mark.scale]

EVENTS = 50_000
ALL = "records=synthetic&from=2000-01-01T00:00:00Z&to=2060-01-01T00:00:00Z"


@pytest.fixture
def warehouse(own_warehouse: Path) -> Path:
    publish_demo(
        StoreSettings(data=own_warehouse),
        events=EVENTS,
        days=30,
        seed=1,
        end=datetime(2026, 1, 1),
        progress=lambda _step, _rows: None,
    )
    return own_warehouse


def count_by_tile(events: pd.DataFrame, zoom: int) -> dict[Tile, int]:
    mx, my = mercator_integers(events["lon"].to_numpy(), events["lat"].to_numpy())
    shift = np.uint32(32 - zoom)
    tiles, counts = np.unique(np.column_stack([mx, my]) >> shift, axis=0, return_counts=True)
    return {Tile(zoom, int(x), int(y)): int(n) for (x, y), n in zip(tiles, counts, strict=True)}


def tiles_of_points(events: pd.DataFrame) -> dict[Tile, int]:
    """The first tile, coming nearer, that shows an event as a point, and how many it shows."""
    found: dict[Tile, int] = {}
    crowded = {Tile(0, 0, 0)}
    for zoom in range(1, MAX_ZOOM + 1):
        counts = count_by_tile(events, zoom)
        near = {t: n for t, n in counts.items() if Tile(zoom - 1, t.x >> 1, t.y >> 1) in crowded}
        crowded = {tile for tile, n in near.items() if n > MOST_POINTS}
        found |= {tile: n for tile, n in near.items() if n <= MOST_POINTS}
    assert sum(found.values()) == EVENTS
    return found


def tiles_of_cells(events: pd.DataFrame, zoom: int) -> dict[Tile, int]:
    """Those of a zoom that have too many events for points."""
    return {tile: n for tile, n in count_by_tile(events, zoom).items() if n > MOST_POINTS}


def fetch(caller: Caller, tiles: dict[Tile, int]) -> tuple[int, list[dict[str, Any]]]:
    """The bytes of tiles as a browser is sent them, and what they have: so many events each."""
    size, features = 0, []
    for tile, n in tiles.items():
        path = f"/tiles/events/{tile.z}/{tile.x}/{tile.y}.mvt?{ALL}"
        answer = caller.ask(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status == 200, path
        own = [one["properties"] for one in features_of(answer.body, "events")]
        assert sum(one["n"] for one in own) == n, path
        size += len(answer.body)
        features += own
    return size, features


def weigh_pydeck(points: list[dict[str, Any]], events: pd.DataFrame) -> int:
    """The bytes of a pydeck layer of the same points, with what each of ours says."""
    table = pd.DataFrame(points).merge(events, on="event_id", validate="one_to_one")
    assert len(table) == EVENTS
    layer = pydeck.Layer("ScatterplotLayer", table, get_position=["lon", "lat"], pickable=True)
    return len(pydeck.Deck(layers=[layer]).to_json().encode())


def test_shown_50000_events_weigh_an_eighth_as_points_and_a_fiftieth_as_cells(
    warehouse: Path, tmp_path: Path
) -> None:
    stored = pd.concat(map(gpd.read_parquet, published_files(warehouse, "events")))
    events = pd.DataFrame(stored[["event_id", "lon", "lat"]])
    assert len(events) == EVENTS
    with (
        serving(warehouse, tmp_path / "log.txt") as base,
        closing(Caller(base)) as caller,
    ):
        point_bytes, points = fetch(caller, tiles_of_points(events))
        crowded = [tiles_of_cells(events, zoom) for zoom in range(MAX_ZOOM + 1)]
        fetched = [(sum(tiles.values()), *fetch(caller, tiles)) for tiles in crowded if tiles]
    assert {one["cell"] for one in points} == {0}
    due = weigh_pydeck(points, events)
    assert point_bytes * 8 <= due
    assert len(fetched) > 5
    for n, cell_bytes, cells in fetched:
        assert {one["cell"] for one in cells} == {1}
        assert cell_bytes * 50 <= due * n / EVENTS
