"""Tests of the map of what a partner would get: where its dots and its edge are."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image

from cop.export.given_map import render_given_map
from cop.query.given.preview import GivenPreview
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.exchange
SIZE = (400, 300)
NOTHING = GivenPreview(
    n=0, n_stored=0, n_synthetic=0, n_passed_on=0, oldest=None, newest=None, by_kind={},
    by_source={}, by_marking={}, places=np.zeros((0, 3)), area=shapely.box(-111, 31, -109, 32.5),
)  # fmt: skip


def draw(warehouse: Path, preview: GivenPreview) -> "np.ndarray":
    opened = Warehouse(StoreSettings(data=warehouse))
    service = QueryService(opened, tile_cache_mb=8)
    width, height = SIZE
    png = render_given_map(
        service, service.view(), preview, width_px=width, height_px=height, theme="light", scale=1
    )
    opened.close()
    return np.asarray(Image.open(io.BytesIO(png))).astype(int)


def test_each_place_has_a_dot_and_the_area_an_edge(bare_warehouse: Path) -> None:
    empty = draw(bare_warehouse, NOTHING)
    places = np.array([[-110.0, 31.75, 1.0], [-110.9, 32.4, 9.0]])
    dotted = draw(bare_warehouse, replace(NOTHING, n=10, places=places))
    changed = np.argwhere((empty != dotted).any(axis=2))
    assert dotted.shape == (SIZE[1], SIZE[0], 3)
    # The first place is the middle of the area, and so of the map; the second lies to its left.
    near = np.abs(changed - (150, 200)).max(axis=1) < 6
    assert near.any()
    others = changed[~near]
    assert (others[:, 1] < 150).all()
    assert len(others) > near.sum()
    edge = draw(bare_warehouse, replace(NOTHING, area=None))
    assert (edge != empty).any()
