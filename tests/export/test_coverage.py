"""Coverage as files: each cell has as many sensors as see it, areas are those that are stored."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from cop.errors import FilterError
from cop.export.coverage import AREAS, NUMBERS, export_coverage
from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.coverage import GEOD
from tests.support.published import published_files

pytestmark = pytest.mark.coverage


@pytest.fixture
def service(warehouse_dir: Path) -> QueryService:
    return QueryService(Warehouse(StoreSettings(data=warehouse_dir)), tile_cache_mb=1)


def test_the_numbers_are_those_of_the_sensors_around(
    service: QueryService, warehouse_dir: Path, tmp_path: Path
) -> None:
    """Without heights a cell is seen by the working all-round sensors that have it in range."""
    view = service.view(Filter(records="synthetic"))
    written = export_coverage(service, view, tmp_path / "out", cell_m=1_000)
    now = view.snapshot.now
    service.warehouse.close()
    assert (written.areas.name, written.numbers.name) == (AREAS, NUMBERS)
    sensors = gpd.pd.read_parquet(published_files(warehouse_dir, "sensors")[0])
    outages = gpd.pd.read_parquet(published_files(warehouse_dir, "outages")[0])
    down = outages[(outages["down_at"] <= now) & ~(outages["up_at"] <= now)]["sensor_id"]
    works = sensors[
        (sensors["installed_at"] <= now)
        & ~(sensors["removed_at"] <= now)
        & ~sensors["sensor_id"].isin(down)
    ]
    with rasterio.open(written.numbers) as raster:
        assert raster.profile["nodata"] == 255
        assert (raster.width, raster.height) == (written.width, written.height)
        numbers = raster.read(1)
        random = np.random.default_rng(1)
        rows, columns = np.nonzero(numbers)
        chosen = random.choice(len(rows), 200, replace=False)
        x, y = rasterio.transform.xy(raster.transform, rows[chosen], columns[chosen])
    lon, lat = Transformer.from_crs(3857, 4326, always_xy=True).transform(x, y)
    same = 0
    for one_lon, one_lat, row, column in zip(lon, lat, rows[chosen], columns[chosen], strict=True):
        azimuth, _, distance = GEOD.inv(
            works["lon"], works["lat"], np.full(len(works), one_lon), np.full(len(works), one_lat)
        )
        turn = np.abs((azimuth - works["azimuth_deg"] + 180) % 360 - 180)
        faces = works["fov_deg"].isna() | (turn <= works["fov_deg"] / 2)
        seen = int(((distance <= works["range_m"]) & faces).sum())
        same += seen == numbers[row, column]
    assert same >= 185, "all but cells at an edge"
    areas = gpd.read_parquet(written.areas)
    assert areas.crs == "EPSG:4326"
    assert set(areas["sensor_id"]) == set(sensors[sensors["synthetic"]]["sensor_id"])
    assert set(areas["band"]) == {"seen"}


def test_what_cannot_be_written_is_said(service: QueryService, tmp_path: Path) -> None:
    view = service.view(Filter(records="synthetic"))
    with pytest.raises(FilterError, match="use larger cells"):
        export_coverage(service, view, tmp_path, cell_m=10)
    with pytest.raises(FilterError, match="no sensors are loaded for these records"):
        export_coverage(service, service.view(Filter(records="real")), tmp_path, cell_m=1_000)
    service.warehouse.close()
    assert not [*tmp_path.iterdir()]
