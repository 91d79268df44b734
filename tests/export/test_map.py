import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cop.errors import FilterError
from cop.export.map import find_camera, list_shown, render_map
from cop.layerkind.service.layer_list import read_layers
from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.query.figure import read_figures
from cop.query.service import QueryService
from cop.tiles.basemap import Basemap
from layers.background import LAND, WATER
from tests.support.basemap import write_raster, write_vector

pytestmark = pytest.mark.table
SYNTHETIC = Filter(records="synthetic")
GROUND = (ShownLayer(id="background"),)
NOGALES = Viewpoint(lat=31.34, lon=-110.94, zoom=8.0)


def draw(
    service: QueryService, picture: Picture, theme: str = "dark", scale: float = 1.0
) -> npt.NDArray[np.uint8]:
    png = render_map(
        service,
        service.view(picture.filter),
        picture,
        width_px=640,
        height_px=400,
        theme=theme,
        scale=scale,
    )  # type: ignore[arg-type]
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def rgb(color: str) -> list[int]:
    return list(bytes.fromhex(color.removeprefix("#")))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_land_and_water_have_their_paint(service: QueryService, theme: str) -> None:
    gulf = Viewpoint(lat=30.0, lon=-114.0, zoom=6.0)
    picture = Picture(filter=SYNTHETIC, viewpoint=gulf, shown=GROUND)
    drawn = draw(service, picture, theme)
    camera = find_camera(
        service, service.view(picture.filter), picture, width_px=640, height_px=400
    )
    for place, paint in (((-112.0, 29.5), LAND), ((-113.6, 30.2), WATER)):
        x, y = camera.project(*place)
        assert drawn[round(y), round(x)].tolist() == rgb(getattr(paint, theme))


def test_the_line_is_where_the_camera_says_in_the_colour_of_its_figure(
    service: QueryService,
) -> None:
    figures = read_figures(service, service.view(SYNTHETIC))
    assert figures is not None
    picture = Picture(
        filter=SYNTHETIC, viewpoint=NOGALES, shown=(*GROUND, ShownLayer(id="segments"))
    )
    bare, drawn = draw(service, replace(picture, shown=GROUND)), draw(service, picture)
    changed = np.argwhere((bare != drawn).any(axis=2))
    camera = find_camera(
        service, service.view(picture.filter), picture, width_px=640, height_px=400
    )
    # West of Nogales the line runs straight to the north-west, east of it along 31.33 degrees.
    x, y = camera.project(-110.4, 31.334)
    near = changed[np.abs(changed[:, 1] - round(x)) < 3]
    assert len(near) and np.abs(near[:, 0] - y).max() <= 4


def test_without_a_viewpoint_the_whole_line_is_on_the_sheet(service: QueryService) -> None:
    picture = Picture(filter=SYNTHETIC)
    camera = find_camera(
        service, service.view(picture.filter), picture, width_px=640, height_px=400
    )
    bounds = service.warehouse.snapshot.line_bounds
    assert bounds is not None
    left, top = camera.project(bounds[0], bounds[3])
    right, bottom = camera.project(bounds[2], bounds[1])
    assert 0 < left < right < 640 and 0 < top < bottom < 400
    assert left == pytest.approx(640 - right)


def test_scale_gives_a_finer_sheet_of_the_same_view(service: QueryService) -> None:
    picture = Picture(filter=SYNTHETIC, viewpoint=NOGALES)
    usual, fine = draw(service, picture), draw(service, picture, scale=2.0)
    assert fine.shape == (800, 1280, 3)
    shrunk = np.asarray(Image.fromarray(fine).resize((640, 400), Image.Resampling.BOX))
    assert np.abs(shrunk.astype(int) - usual).mean() < 4


def test_shown_layers_order_opacity_and_measure_follow_the_picture(
    service: QueryService,
) -> None:
    picture = Picture(
        shown=(ShownLayer(id="segments", opacity=0.4), ShownLayer(id="nothing such"), *GROUND),
        measures=("coverage",),
    )
    shown = list_shown(service, service.view(picture.filter), picture)
    assert [(layer.id, opacity) for layer, opacity in shown] == [
        ("segments", 0.4),
        ("background", 1.0),
    ]
    assert (
        shown[0][0].style.line == read_layers(service, service.view())["segments"].measures[3].color
    )
    declared = [layer.id for layer, _ in list_shown(service, service.view(), Picture())]
    assert declared == [
        layer.id for layer in read_layers(service, service.view()).values() if layer.visible
    ]


def test_synthetic_and_real_records_make_different_maps(service: QueryService) -> None:
    picture = Picture(filter=SYNTHETIC, viewpoint=NOGALES)
    real = replace(picture, filter=Filter(records="real"))
    assert (draw(service, picture) != draw(service, real)).any()


def test_an_unknown_sector_is_refused_as_by_the_tiles(service: QueryService) -> None:
    with pytest.raises(FilterError, match="XYZ"):
        draw(service, Picture(filter=Filter(sectors=("XYZ",))))


def test_a_basemap_of_vectors_has_land_beneath_and_water_over_it(
    service: QueryService, tmp_path: Path
) -> None:
    basemap = Basemap(write_vector(tmp_path / "v.pmtiles"))
    held = QueryService(service.warehouse, tile_cache_mb=8, basemap=basemap)
    drawn = draw(held, Picture(shown=(ShownLayer(id="basemap"),), viewpoint=NOGALES))
    colors = {tuple(color) for color in drawn.reshape(-1, 3).tolist()}
    basemap.close()
    assert tuple(rgb(LAND.dark)) in colors or tuple(rgb(WATER.dark)) in colors


def test_a_basemap_of_images_is_laid_on_the_sheet(service: QueryService, tmp_path: Path) -> None:
    basemap = Basemap(write_raster(tmp_path / "r.pmtiles"))
    held = QueryService(service.warehouse, tile_cache_mb=8, basemap=basemap)
    drawn = draw(held, Picture(shown=(ShownLayer(id="basemap"),), viewpoint=NOGALES))
    basemap.close()
    assert np.abs(drawn.astype(int) - [40, 120, 80]).max() <= 1
