"""Tests of the study area of the risk surface."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from cop.analysis.forecast.grid import build_equal_area
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.query.forecast.study import Study, read_study, watch_cells
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.forecast


@pytest.fixture(scope="module")
def study(service: QueryService) -> Study:
    study = read_study(service.warehouse.snapshot)
    assert study is not None
    return study


def test_the_study_area_is_along_the_line_alone(study: Study) -> None:
    assert (study.side_km, study.within_km) == (10.0, 50.0)
    assert 2_400 < study.cells < 2_700
    assert study.locate(np.array([-110.94, -110.94, 0.0]), np.array([31.33, 35.0, 0.0])).tolist()[
        1:
    ] == [-1, -1]
    assert {"TCA", "RGV", "SDC"} <= set(study.sectors)
    assert study.pixels(Tile(6, 40, 20), 512) is None
    far = np.array([179.9, -179.9, 60.0]), np.array([-80.0, 80.0, -30.0])
    assert study.locate(*far).tolist() == [-1, -1, -1]
    assert build_equal_area(-107.0, 30.0).is_projected


def test_the_middle_of_each_cell_is_in_it(study: Study) -> None:
    assert np.array_equal(study.locate(*study.middles), np.arange(study.cells))
    west, south, east, north = study.bounds
    lon, lat = study.middles
    assert west < lon.min() < lon.max() < east
    assert south < lat.min() < lat.max() < north


def test_the_places_of_a_cell_lie_in_it(study: Study) -> None:
    places, cell = study.points()
    assert len(places) == 16 * study.cells
    assert np.array_equal(study.locate(places[:, 0], places[:, 1]), cell)


def test_a_filter_leaves_out_what_lies_elsewhere(study: Study) -> None:
    assert not study.outside(Filter()).any()
    tucson = study.outside(Filter(sectors=("TCA",)))
    assert set(study.sectors[~tucson]) == {"TCA"}
    lon, lat = (float(v[7]) for v in study.middles)
    around = [(lon - 0.02, lat - 0.02), (lon + 0.02, lat - 0.02), (lon, lat + 0.02)]
    assert np.flatnonzero(~study.outside(Filter(area=Area.of(around)))).tolist() == [7]


def test_a_pixel_is_of_the_cell_of_its_place(study: Study) -> None:
    tile = Tile(6, 12, 25)
    cells = study.pixels(tile, 64)
    assert cells is not None
    assert cells.shape == (64, 64)
    west, _, east, _ = tile.degree_bounds()
    row, column = np.argwhere(cells >= 0)[0]
    lon = west + (column + 0.5) / 64 * (east - west)
    assert abs(lon - study.middles[0][cells[row, column]]) < 0.2


def test_cells_are_watched_by_sensors_of_the_same_records(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    study = read_study(view.snapshot)
    assert study is not None
    now = view.snapshot.now
    edges = [now - timedelta(days=14), now - timedelta(days=7), now]
    new = replace(study, steps={})
    share = watch_cells(service.warehouse, view.snapshot, new, view.filter, edges)
    assert share is not None
    assert share.shape == (study.cells, 2)
    assert 0.0 <= share.min() < share.max() <= 1.0
    real = service.view(Filter(records="real"))
    assert watch_cells(service.warehouse, real.snapshot, study, real.filter, edges) is None


def test_without_a_region_there_is_none(small: OpenService) -> None:
    assert read_study(small(make_frame(1)).warehouse.snapshot) is None
