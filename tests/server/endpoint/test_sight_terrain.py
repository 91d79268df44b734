"""Line of sight over the real heights: mountains hide what lies behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape
from starlette.testclient import TestClient

from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.context import make_context
from tests.support.invoked import invoke
from tests.support.source import data_file
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.coverage

MOUNTAINS = {"Franklin": (-106.42, 31.90, -106.52), "Baboquivari": (-111.50, 31.75, -111.63)}
"""Where one looks from, east of a mountain, and the meridian behind its ridge."""
RANGE_KM = 25


@pytest.fixture(scope="module")
def over_terrain(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    file = data_file("dted_geotiff")
    data = copy_warehouse(bare_warehouse, tmp_path_factory.mktemp("terrain") / "warehouse")
    done = invoke("ingest", "terrain", file, "--profile", "dted_geotiff", "--data", data)
    assert done.exit_code == 0, done.stderr
    service = QueryService(Warehouse(StoreSettings(data=data)), tile_cache_mb=1)
    with TestClient(gated(build_routes(make_context(service))), base_url=BASE) as client:
        yield client
    service.warehouse.close()


@pytest.mark.parametrize("mountain", MOUNTAINS)
def test_shown_what_lies_behind_a_mountain_is_not_seen(
    over_terrain: TestClient, mountain: str
) -> None:
    lon, lat, ridge = MOUNTAINS[mountain]
    query = f"lon={lon}&lat={lat}&height=20"
    around = over_terrain.get(f"/api/sight?{query}&range={RANGE_KM}").json()
    assert around["terrain"] == "full"
    (seen,) = (one for one in around["features"] if one["properties"]["band"] == "seen")
    area = shape(seen["geometry"])
    behind, before = (
        area.intersection(shapely.box(west, 0, east, 90)).area
        * seen["properties"]["area_km2"]
        / area.area
        for west, east in ((-180, ridge), (lon, 0))
    )
    assert behind < 1.0
    assert before > 5.0
    for east, blocked in ((ridge - 0.05, True), (lon + 0.01, False)):
        along = over_terrain.get(f"/api/sight?{query}&to_lon={east}&to_lat={lat}&to_height=1.7")
        found = along.json()
        assert found["known"]
        assert (found["blocked_m"] is not None) == blocked
        assert found["chance"] == 0 if blocked else found["chance"] > 0.9
