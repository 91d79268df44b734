"""Rasters of uploaded layers: tiles by the ramp, values, figures by sector; versions."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_bounds

from cop.errors import InputFileError, LayerError
from cop.ingest.layer.draft import LayerDraft, read_draft
from cop.ingest.layer.lifecycle import publish_layer, restyle_layer, retire_layer, undo_layer
from cop.ingest.layer.step import Step
from cop.ingest.layer.style import read_style
from cop.layerkind.rasters import count_places, measure_raster, probe_raster
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.model.moment import utc_now
from cop.model.tile import Tile
from cop.model.uploaded import Declaration
from cop.query.service import QueryService
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup import retention
from cop.store.backup.retention import retain
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.layers

NODATA = -9999.0
BOUNDS = (450_000.0, 3_470_000.0, 550_000.0, 3_530_000.0)
"""UTM zone 12, about 31.4 to 31.9 north and 111.5 to 110.5 west."""
HERE = Tile(7, 24, 52)


def write_raster(folder: Path, values: np.ndarray[Any, Any], **profile: Any) -> LayerDraft:
    """A LayerDraft of a raster in UTM, its western half ``values`` of 10, its eastern of 90."""
    folder.mkdir(exist_ok=True)
    rows, columns = values.shape
    said = {"crs": "EPSG:32612", "transform": from_bounds(*BOUNDS, columns, rows)} | profile
    with rasterio.open(
        folder / "raster.tif",
        "w",
        driver="GTiff",
        height=rows,
        width=columns,
        count=1,
        dtype="float32",
        nodata=NODATA,
        **said,
    ) as file:
        file.write(values.astype("float32"), 1)
    return read_draft(folder)


def halves() -> np.ndarray[Any, Any]:
    values = np.full((60, 100), 10.0)
    values[:, 50:] = 90
    values[:10] = NODATA
    return values


@pytest.fixture
def store(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse)


@pytest.fixture
def step(store: StoreSettings, tmp_path: Path) -> Step:
    style = read_style("fill: {property: value, breaks: [50], unit: mm}", name="s")
    draft = write_raster(tmp_path / "draft", halves())
    return publish_layer(store, draft, Declaration(title="Rain", style=style), by="Ana")


@pytest.fixture
def service(store: StoreSettings, step: Step) -> Iterator[QueryService]:
    warehouse = Warehouse(store)
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def test_tiles_are_warped_and_coloured_by_the_ramp(service: QueryService, step: Step) -> None:
    layer = read_layers(service, service.view())[step.layer.name]
    assert (layer.tile, layer.tile_format, layer.title) == ("rasters", "png", "Rain")
    answer = read_tile(service, service.view(), layer, HERE)
    image = np.asarray(Image.open(io.BytesIO(answer.mvt)).convert("RGBA"))
    shown = {tuple(pixel) for pixel in image.reshape(-1, 4) if pixel[3]}
    paints = {paint.rgba("dark") for paint in layer.style.fill.paints}  # type: ignore[union-attr]
    assert shown == paints
    assert (image[..., 3] == 0).any()
    assert read_tile(service, service.view(), layer, Tile(7, 0, 0)).mvt == b""
    (block,) = kind_of(layer).build_legend(layer, "light")
    assert (block["unit"], block["breaks"]) == ("mm", ["50"])
    assert {step["color"] for step in block["steps"]} == {
        paint.dark
        for paint in layer.style.fill.paints  # type: ignore[union-attr]
    }
    note = read_status(service, service.view(), layer).status_note
    assert note.startswith("values from 10 to 90")


def test_a_place_and_the_sectors_have_values(service: QueryService, step: Step) -> None:
    layer, asked = (
        read_layers(service, service.view())[step.layer.name],
        (service.warehouse, service.warehouse.snapshot),
    )
    assert probe_raster(*asked, layer, lon=-111.3, lat=31.5).value == 10
    assert probe_raster(*asked, layer, lon=-110.7, lat=31.5).value == 90
    assert probe_raster(*asked, layer, lon=-110.7, lat=31.87).value is None
    assert probe_raster(*asked, layer, lon=0, lat=0).value is None
    sectors = measure_raster(*asked, layer, by="sector")
    assert sectors["sector"].tolist() == ["TCA"]
    assert (sectors["min"][0], sectors["max"][0]) == (10, 90)
    assert 0 < sectors["n"][0] <= 5_000
    segments = measure_raster(*asked, layer, by="segment")
    assert segments["segment"].str.startswith("TCA-").all()
    with pytest.raises(LayerError, match="use sector or segment"):
        measure_raster(*asked, layer, by="county")


def test_a_value_that_the_style_calls_no_data_is_none_beside_the_files_own(
    store: StoreSettings, step: Step, service: QueryService
) -> None:
    style = read_style("fill: {property: value, breaks: [50]}\nnodata: 10", name="s")
    restyle_layer(store, step.layer.id, style, by="Ana")
    service.warehouse.refresh()
    layer, asked = (
        read_layers(service, service.view())[step.layer.name],
        (service.warehouse, service.warehouse.snapshot),
    )
    for lon, lat in ((-111.3, 31.5), (-110.7, 31.87)):
        assert probe_raster(*asked, layer, lon=lon, lat=lat).state == "nodata"
    assert probe_raster(*asked, layer, lon=-110.7, lat=31.5).value == 90
    image = np.asarray(Image.open(io.BytesIO(read_tile(service, service.view(), layer, HERE).mvt)))
    above = layer.style.fill.paints[-1]  # type: ignore[union-attr]
    assert {tuple(p) for p in image.reshape(-1, 4) if p[3]} == {above.rgba("dark")}
    sectors = measure_raster(*asked, layer, by="sector")
    assert (sectors["min"][0], sectors["max"][0]) == (90, 90)
    assert count_places(service.warehouse.snapshot, by="sector") == 9


def test_a_raster_lives_as_features_do(
    store: StoreSettings, step: Step, service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    raster = store.data / str(step.layer.content.raster)
    made = restyle_layer(store, step.layer.id, None, by="Ana")
    assert made.layer.style != step.layer.style
    monkeypatch.setattr(retention, "utc_now", lambda: utc_now() + timedelta(days=1))
    assert retain(store, RetentionSettings(keep_versions=1)).removed
    assert raster.is_file()
    retire_layer(store, step.layer.id, by="Ana")
    undo_layer(store, step.layer.id, by="Ana")
    service.warehouse.refresh()
    assert read_tile(
        service, service.view(), read_layers(service, service.view())[step.layer.name], HERE
    ).mvt


def test_what_is_no_raster_on_earth_is_said(store: StoreSettings, tmp_path: Path) -> None:
    nowhere = write_raster(tmp_path / "a", halves(), crs=None)
    empty = write_raster(tmp_path / "b", np.full((4, 4), NODATA))
    text = write_raster(tmp_path / "c", halves())
    (tmp_path / "c" / "raster.tif").write_text("<VRTDataset/>")
    for draft, said in (
        (nowhere, "no coordinate system"),
        (empty, "every pixel is nodata"),
        (text, "is not a readable GeoTIFF"),
    ):
        with pytest.raises(InputFileError, match=said):
            publish_layer(store, draft, Declaration(title="x"), by="Ana")
