"""Tests of the small map of a place: its middle is marked, or not."""

import io
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from cop.export.camera import StillCamera
from cop.export.place_map import render_place_map
from cop.model.picture import Viewpoint
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.exchange


def test_the_middle_is_marked(bare_warehouse: Path) -> None:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    service = QueryService(warehouse, tile_cache_mb=8)
    viewpoint = Viewpoint(lat=31.35, lon=-110.94, zoom=11)
    drawn = {}
    for is_marked in (False, True):
        png = render_place_map(
            service, viewpoint, size=(100, 60), theme="light", is_marked=is_marked, scale=1
        )
        drawn[is_marked] = np.asarray(Image.open(io.BytesIO(png))).astype(int)
    warehouse.close()
    assert drawn[True].shape == (60, 100, 3)
    changed = np.argwhere((drawn[True] != drawn[False]).any(axis=2))
    assert np.abs(changed.mean(axis=0) - (29.5, 49.5)).max() < 1
    assert tuple(drawn[True][30, 50]) == (0xD5, 0x5E, 0x00)


def draw(data: Path, zoom: float) -> "np.ndarray[Any, Any]":
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        viewpoint = Viewpoint(lat=31.34, lon=-110.94, zoom=zoom)
        png = render_place_map(service, viewpoint, size=(200, 120), theme="light", scale=1)
    return np.asarray(Image.open(io.BytesIO(png))).astype(int)


def test_the_border_line_is_drawn_where_it_runs(bare_warehouse: Path) -> None:
    lon, column = -110.94, 100
    viewpoint = Viewpoint(lat=31.34, lon=lon, zoom=11)
    camera = StillCamera(viewpoint=viewpoint, width_px=200, height_px=120)
    with closing(Warehouse(StoreSettings(data=bare_warehouse))) as warehouse:
        files = warehouse.snapshot.catalogue.files_of("segments")
    line = shapely.union_all(gpd.read_parquet(files[0]).geometry.to_numpy())
    crossed = line.intersection(shapely.LineString([(lon, 31.0), (lon, 32.0)]))
    _, y = camera.project(lon, crossed.y)
    drawn = draw(bare_warehouse, 11)
    on_line = np.argwhere((drawn == (0x5B, 0x6B, 0x7C)).all(axis=2))
    middle = on_line[on_line[:, 1] == column][:, 0]
    assert np.abs(middle.mean() + 0.5 - y) < 1


def test_it_tells_nothing_of_records(bare_warehouse: Path, own_warehouse: Path) -> None:
    publish_events(
        StoreSettings(data=own_warehouse), make_frame(60, lon=[-110.94] * 60, lat=[31.34] * 60)
    )
    assert (draw(own_warehouse, 9) == draw(bare_warehouse, 9)).all()
