"""Annotations in hand-outs: on the still map, in the HTML, the GeoPackage and the words."""

import io
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image

from cop.export.brief import HandoutScene, build_brief
from cop.export.camera import StillCamera
from cop.export.draft import build_draft
from cop.export.handout import build_handout, open_scene
from cop.export.map import render_map
from cop.model.annotation import PURPOSES, Annotation
from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.picture import Picture, Viewpoint
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.annotation import Annotations
from cop.store.room.picture import SavedPictures
from cop.store.warehouse import Warehouse
from tests.export.conftest import HOSTILE
from tests.support.drawing import drawing

pytestmark = pytest.mark.table

NOW = datetime(2026, 11, 25, 17, 30)
NEAR = Viewpoint(lat=31.5, lon=-110.5, zoom=8)
DRAWN = (
    drawing(title=HOSTILE, marking="TLP:RED"),
    drawing(shape="line", title="Route", purpose="patrol", coordinates=[[-111, 31], [-110, 32]]),
    drawing(shape="arrow", title="Drift", purpose="hazard", coordinates=[[-111, 32], [-110, 31]]),
    drawing(shape="point", title="Water Ωmega", purpose="help", coordinates=[[-110.2, 31.1]]),
    drawing(shape="text", title="Dust", coordinates=[[-109.8, 31.6]]),
)
ANNOTATIONS = tuple(
    Annotation(
        id=f"abcdefghi{letter}",
        revision=1,
        drawing=drawn,
        author="Avery",
        drawn_at=NOW,
        valid_until=None,
    )
    for letter, drawn in zip("abcde", DRAWN, strict=True)
)


def off(png: bytes, lon: float, lat: float, color: tuple[int, ...]) -> int:
    """How far the nearest of the pixels around a place is from a color, in one channel."""
    camera = StillCamera(viewpoint=NEAR, width_px=960, height_px=540)
    x, y = (int(edge) for edge in camera.project(lon, lat))
    around = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))[y - 1 : y + 2, x - 1 : x + 2]
    return int(np.abs(around.astype(int) - color).max(axis=2).min())


def test_each_shape_is_where_it_was_drawn_in_the_colour_of_its_purpose(
    service: QueryService,
) -> None:
    area = Area.of([(-111.4, 30.8), (-109.2, 30.8), (-109.2, 32.1), (-111.4, 32.1)])
    wanted = service.warehouse.snapshot.resolve(Filter(records="synthetic", area=area))
    picture = Picture(filter=wanted, viewpoint=NEAR, shown=())
    for theme in ("dark", "light"):
        png = render_map(
            service,
            service.view(picture.filter),
            picture,
            width_px=960,
            height_px=540,
            theme=theme,
            annotations=ANNOTATIONS,
        )
        for purpose, place in (
            ("interest", (-110.5, 32)),
            ("patrol", (-110.85, 31.1502)),
            ("hazard", (-110.8, 31.801)),
            ("help", (-110.2, 31.1)),
        ):
            assert off(png, *place, PURPOSES[purpose].paint.rgba(theme)[:3]) < 30, purpose
        assert off(png, -109.2, 31.4, (255,) * 3 if theme == "dark" else (0,) * 3) < 30


@pytest.mark.full
def test_a_hand_out_lists_marks_and_holds_them(
    scenes: tuple[HandoutScene, HandoutScene], tmp_path: Path
) -> None:
    scene = replace(scenes[1], annotations=ANNOTATIONS)
    brief = build_brief(scene, created_at=NOW)
    assert brief.marking == "TLP:RED"
    assert brief.annotation_lines[1] == (
        "Route (Patrol plan, line) · 146 km (90.7 mi) · Avery, 251730Z NOV 26 · until erased · "
        "TLP:CLEAR"
    )
    page = build_handout([scene], "html", created_at=NOW).content.decode()
    assert HOSTILE not in page
    assert page.count("Drift") >= 3
    file = tmp_path / "handout.gpkg"
    file.write_bytes(build_handout([scene], "gpkg", created_at=NOW).content)
    held = gpd.read_file(file, layer="annotations")
    assert held["title"].tolist() == [one.title for one in ANNOTATIONS]
    assert held.geom_type.tolist() == ["Polygon", "LineString", "LineString", "Point", "Point"]
    assert held.crs == "EPSG:4326"
    assert set(held["handout_marking"]) == {"TLP:RED · SYNTHETIC"}
    for form, start in (("pdf", b"%PDF"), ("pptx", b"PK")):
        assert build_handout([scene], form, created_at=NOW).content.startswith(start)


def test_a_saved_picture_keeps_what_was_drawn_then(own_demo: Path) -> None:
    settings = StoreSettings(data=own_demo)
    warehouse = Warehouse(settings)
    service = QueryService(warehouse, tile_cache_mb=8)
    picture = Picture(filter=service.warehouse.snapshot.resolve(Filter(records="synthetic")))
    with closing(SavedPictures(settings)) as saved, closing(Annotations(settings)) as annotations:
        drawn = annotations.draw(drawing(marking="TLP:AMBER"), author="Avery")
        kept = saved.save(
            build_draft(service, service.view(picture.filter), picture, author="Avery"),
            name="Morning",
        )
        annotations.erase(drawn.id, by="Blake")
        scene = open_scene(service, saved, kept.id)
    assert [one.title for one in scene.annotations] == ["Falcon"]
    assert kept.newest.marking == "TLP:AMBER"
    warehouse.close()
