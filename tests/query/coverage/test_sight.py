"""What is seen from a place, and along a line, over terrain whose answer is known."""

from pathlib import Path

import numpy as np
import pytest

from cop.errors import FilterError
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.query.coverage.sight import look_along, look_around
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.terrain import write_heights

pytestmark = pytest.mark.coverage

RIDGE_LON = -110.9


@pytest.fixture
def ridged(own_warehouse: Path, tmp_path: Path) -> QueryService:
    """A plain at 1,000 m with a ridge of 1,400 m along a meridian."""

    def height(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
        return np.where(np.abs(lon - RIDGE_LON) < 0.004, 1_400.0, 1_000.0)

    path = write_heights(tmp_path / "ridge.tif", (-111.2, 31.3, -110.6, 31.6), 0.001, height)
    settings = StoreSettings(data=own_warehouse)
    ingest_file(settings, path, read_profile("dted_geotiff"), reader=DirectReader())
    return QueryService(Warehouse(settings), tile_cache_mb=1)


def test_a_ridge_blocks_the_line_and_a_mast_looks_over_it(ridged: QueryService) -> None:
    view = ridged.view()
    ends = ((-111.0, 31.45), (-110.8, 31.45))
    low = look_along(ridged, view, ends, from_m=10, to_m=2)
    high = look_along(ridged, view, ends, from_m=500, to_m=500)
    short = look_along(ridged, view, ((-111.0, 31.45), (-110.95, 31.45)), from_m=10, to_m=2)
    ridged.warehouse.close()
    assert low is not None
    assert high is not None
    assert short is not None
    assert low.line.blocked_m == pytest.approx(9_100, abs=250)
    assert low.chance == 0.0
    assert (high.line.blocked_m, high.line.is_known) == (None, True)
    assert high.chance == 1.0
    assert short.line.blocked_m is None
    assert low.heights_m.max() == pytest.approx(1_400)
    assert low.heights_m[[0, -1]].tolist() == pytest.approx([1_000, 1_000])
    assert low.bearing_deg == pytest.approx(90, abs=0.2)


def test_what_is_seen_from_a_place_ends_at_the_ridge(ridged: QueryService) -> None:
    found = look_around(ridged, ridged.view(), lon=-111.0, lat=31.45, height_m=200, range_m=15_000)
    ridged.warehouse.close()
    bands = {band: area for band, _, area in found.areas}
    assert found.terrain == "full"
    # West of the ridge lie 600 km2; the error of the heights hides some of the far ground.
    assert 250 < bands["seen"] < 620
    (seen,) = [geometry for band, geometry, _ in found.areas if band == "seen"]
    eastmost = max(point[0] for ring in seen["coordinates"] for point in ring[0])
    assert eastmost < RIDGE_LON + 0.01


def test_without_heights_nothing_is_claimed_along_a_line(service: QueryService) -> None:
    view = service.view()
    assert look_along(service, view, ((-111, 31.4), (-110.9, 31.4)), from_m=2, to_m=2) is None
    around = look_around(service, view, lon=-111, lat=31.4, height_m=2, range_m=5_000)
    assert around.terrain == "none"
    assert around.areas[0][2] == pytest.approx(np.pi * 25, rel=0.01)


def test_ends_too_close_or_too_far_are_refused(service: QueryService) -> None:
    for to in ((-111.0, 31.4), (-100.0, 31.4)):
        with pytest.raises(FilterError, match="km apart: use up to 150"):
            look_along(service, service.view(), ((-111.0, 31.4), to), from_m=2, to_m=2)
