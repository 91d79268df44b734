"""Tests of the small map of a place: its middle is marked, or not."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cop.export.place_map import render_place_map
from cop.model.picture import Viewpoint
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

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
