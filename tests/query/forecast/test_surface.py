"""Tests of the risk surface: its images have the classes of the model's cells, in both themes."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cop.export.map import find_camera, render_map
from cop.layerkind.registry import kind_of
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.layerkind.surface import probe_surface
from cop.model.ahead import Ahead
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.model.style import Ramp, Theme
from cop.model.tile import Tile, mercator_integers
from cop.query.forecast.study import Study
from cop.query.forecast.surface import Surface, has_surface, read_surface
from cop.query.forecast.track import title_by_effort
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame

pytestmark = pytest.mark.forecast

LAYER = find_layer("risk_surface")
WANTED = Filter(records="synthetic")
WORLD = Tile(0, 0, 0)


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def made(service: QueryService, wanted: Filter = WANTED) -> Surface:
    surface = read_surface(service, service.view(wanted))
    assert surface is not None
    assert surface.reason is None
    return surface


def ramp_of(layer: Layer) -> Ramp:
    assert isinstance(layer.style.fill, Ramp)
    return layer.style.fill


def image_of(
    service: QueryService, layer: Layer, tile: Tile, wanted: Filter
) -> npt.NDArray[np.uint8]:
    """The pixels of a tile; what is empty is clear."""
    answer = read_tile(service, service.view(wanted), layer, tile)
    if not answer.mvt:
        return np.zeros((layer.tile_px, layer.tile_px, 4), np.uint8)
    with Image.open(io.BytesIO(answer.mvt)) as image:
        assert (image.format, image.size) == ("PNG", (layer.tile_px, layer.tile_px))
        return np.asarray(image.convert("RGBA"))


def pixel_at(
    service: QueryService, layer: Layer, z: int, place: tuple[float, float], wanted: Filter
) -> tuple[int, ...]:
    """The pixel of a place at a zoom, by the slippy map's own formula."""
    mx, my = mercator_integers(*(np.array([degrees]) for degrees in place))
    side = 2.0 ** (32 - z)
    x, y = int(mx[0]) / side, int(my[0]) / side
    image = image_of(service, layer, Tile(z, int(x), int(y)), wanted)
    return tuple(image[int(y % 1 * layer.tile_px), int(x % 1 * layer.tile_px)].tolist())


def chosen(surface: Surface) -> list[int]:
    """Cells of every class, unobserved ones too."""
    expected, _, _ = surface.values(Ahead())
    classes = np.digitize(np.nan_to_num(expected, nan=-1.0), ramp_of(LAYER).breaks)
    unobserved = np.flatnonzero(np.isnan(expected))
    return [int(np.flatnonzero(classes == c)[-1]) for c in np.unique(classes)] + [
        int(unobserved[0]), int(unobserved[-1])
    ]  # fmt: skip


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_pixel_has_the_class_of_the_cell_that_holds_it(
    service: QueryService, theme: Theme
) -> None:
    surface, layer = made(service), kind_of(LAYER).in_theme(LAYER, theme)
    expected, _, _ = surface.values(Ahead())
    ramp = ramp_of(LAYER)
    cells = chosen(surface)
    assert len(cells) >= 7
    for cell in cells:
        lon, lat = (float(v[cell]) for v in surface.study.middles)
        paint = (
            ramp.unknown
            if np.isnan(expected[cell])
            else ramp.paints[int(np.digitize(expected[cell], ramp.breaks))]
        )
        for z in (6, 9):
            found = pixel_at(service, layer, z, (lon, lat), WANTED)
            assert found[3] == paint.rgba(theme)[3]
            assert found[3] == 0 or found == paint.rgba(theme)


def test_what_is_seen_of_a_tile_adds_up_to_the_cells(service: QueryService) -> None:
    """At zoom 8 a pixel is 0.3 km wide: each class covers as much ground as its cells do."""
    surface = made(service)
    study = surface.study
    covered = np.zeros(study.cells)
    west, south, east, north = study.bounds
    (x0, x1), (y1, y0) = mercator_integers(np.array([west, east]), np.array([south, north]))
    shift = 32 - 5
    for x in range(int(x0) >> shift, (int(x1) >> shift) + 1):
        for y in range(int(y0) >> shift, (int(y1) >> shift) + 1):
            tile = Tile(5, x, y)
            cells = study.pixels(tile, 512)
            if cells is None:
                continue
            low, high = tile.degree_bounds()[1::2]
            edges = np.linspace(tile.mercator_bounds()[3], tile.mercator_bounds()[1], 513)
            middle = (edges[:-1] + edges[1:]) / 2
            ground_km = (edges[0] - edges[1]) / 1_000 / np.cosh(middle / 6_378_137.0)
            assert low < high
            rows, columns = np.nonzero(cells >= 0)
            np.add.at(covered, cells[rows, columns], ground_km[rows] ** 2)
    assert covered.sum() == pytest.approx(study.cells * study.side_km**2, rel=0.01)
    assert covered.min() > 0.6 * study.side_km**2


def test_the_filter_acts_on_it_as_on_the_segments(service: QueryService) -> None:
    surface = made(service)
    study: Study = surface.study
    cells = [c for c in chosen(surface) if surface.observed[c]]
    cell = max(cells, key=lambda c: surface.values(Ahead())[0][c])
    lon, lat = (float(v[cell]) for v in study.middles)
    sector = str(study.sectors[cell])
    other = "RGV" if sector != "RGV" else "TCA"
    seen = pixel_at(service, LAYER, 8, (lon, lat), replace(WANTED, sectors=(sector,)))
    assert seen == pixel_at(service, LAYER, 8, (lon, lat), WANTED)
    assert pixel_at(service, LAYER, 8, (lon, lat), replace(WANTED, sectors=(other,)))[3] == 0
    box = f"{lon + 1} {lat},{lon + 2} {lat},{lon + 2} {lat + 1},{lon + 1} {lat + 1}"
    away = replace(WANTED, area=Area.from_text(box))
    assert pixel_at(service, LAYER, 8, (lon, lat), away)[3] == 0
    assert probe_surface(surface, away, lon=lon, lat=lat)["state"] == "outside"
    # Places narrow what is shown; kinds and the period ahead are another forecast.
    assert read_surface(service, service.view(replace(WANTED, sectors=(other,)))) is surface
    rescues = made(service, replace(WANTED, kinds=("rescue",)))
    assert rescues.forecast.total[0] < surface.forecast.total[0] / 2
    held = probe_surface(surface, WANTED, lon=lon, lat=lat)
    later = probe_surface(surface, replace(WANTED, ahead=Ahead(number=3)), lon=lon, lat=lat)
    for found in (held, later):
        assert found["state"] == "value"
        assert found["low"] <= found["value"] <= found["high"]
    assert (held["value"], held["low"], held["high"]) == tuple(
        float(part[cell]) for part in surface.values(Ahead())
    )
    assert later["value"] == float(surface.values(Ahead(number=3))[0][cell])


def test_it_says_its_time_its_record_and_what_is_left_out(service: QueryService) -> None:
    alone = QueryService(service.warehouse, tile_cache_mb=1)
    quiet = read_status(alone, alone.view(WANTED), LAYER, shown=False)
    assert not has_surface(alone, alone.view(WANTED)), "nobody waits for what nobody looks at"
    assert "with its track record" in quiet.status_note
    standing = read_status(alone, alone.view(WANTED), LAYER)
    assert has_surface(alone, alone.view(WANTED))
    note = standing.status_note
    for words in (
        "cells of 10 km within 50 km of the line",
        "unobserved",
        "% of events in the top 5% of cells (PAI ",
        "the moving average",
        "80% intervals correct for",
    ):
        assert words in note
    assert standing.status == "ok"
    assert standing.synthetic
    assert standing.as_of == alone.warehouse.snapshot.newest("synthetic")
    assert standing.marking == "TLP:CLEAR"
    assert read_status(alone, alone.view(WANTED), LAYER, shown=False).status_note == note
    assert title_by_effort(LAYER, known=True).title == "Risk surface"
    assert title_by_effort(LAYER, known=False).title == "Expected detections, surface"
    assert not LAYER.visible


def test_its_legend_has_every_class_and_the_unobserved() -> None:
    for theme in ("dark", "light"):
        (block,) = kind_of(LAYER).build_legend(LAYER, theme)  # type: ignore[arg-type]
        assert block["type"] == "ramp"
        assert block["unit"] == "events expected per cell in the period"
        assert block["unknown"]["label"] == "unobserved"
        colours = [step["color"] for step in block["steps"]]
        assert len(set(colours)) == len(colours) == 7
        assert colours[0].endswith("00"), "about nothing is clear"
        assert all(int(color[-2:], 16) < 210 for color in colours), "names show through"


def test_a_hand_out_draws_it_in_its_theme(service: QueryService) -> None:
    surface = made(service)
    cell = int(np.nanargmax(surface.values(Ahead())[0]))
    lon, lat = (float(v[cell]) for v in surface.study.middles)
    view = Viewpoint(lat=lat, lon=lon, zoom=7.0)
    bare = Picture(filter=service.warehouse.snapshot.resolve(WANTED), viewpoint=view, shown=())
    picture = replace(bare, shown=(ShownLayer(id="risk_surface"),))
    drawn = []
    for theme in ("dark", "light"):
        without, with_it = (
            np.asarray(
                Image.open(
                    io.BytesIO(
                        render_map(
                            service,
                            service.view(p.filter),
                            p,
                            width_px=320,
                            height_px=200,
                            theme=theme,
                        )  # type: ignore[arg-type]
                    )
                ).convert("RGB")
            )
            for p in (bare, picture)
        )
        x, y = find_camera(
            service, service.view(picture.filter), picture, width_px=320, height_px=200
        ).project(lon, lat)
        ground, cover = (int(image[round(y), round(x)].sum()) for image in (without, with_it))
        drawn.append(cover - ground)
    assert drawn[0] > 150, "the many are bright on dark ground"
    assert drawn[1] < -150, "and dark on light ground"


def test_without_a_region_or_without_records_there_is_no_surface(
    bare_warehouse: Path, small: Callable[..., QueryService]
) -> None:
    warehouse = Warehouse(StoreSettings(data=bare_warehouse))
    service = QueryService(warehouse, tile_cache_mb=1)
    surface = read_surface(service, service.view())
    assert surface is not None
    assert surface.reason == "no whole week of records"
    assert read_tile(service, service.view(), LAYER, Tile(5, 6, 12)).mvt == b""
    standing = read_status(
        service, service.view(service.warehouse.snapshot.resolve(Filter())), LAYER
    )
    assert standing.status == "unknown"
    assert standing.status_note == "no forecast: no whole week of records"
    assert probe_surface(surface, Filter(), lon=-110.94, lat=31.33)["state"] == "nodata"
    warehouse.close()
    nowhere = small(make_frame())
    assert read_surface(nowhere, nowhere.view()) is None
    assert read_tile(nowhere, nowhere.view(), LAYER, WORLD).mvt == b""
