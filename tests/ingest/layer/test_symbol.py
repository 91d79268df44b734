"""Symbols of an uploaded layer, from the words of a style to tiles, the map and every hand-out."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from pptx import Presentation

from cop.errors import LayerError
from cop.export.brief import HandoutScene, build_brief
from cop.export.deck import render_deck
from cop.export.html import render_html
from cop.export.map import render_map
from cop.export.pdf import render_pdf
from cop.ingest.layer.history import read_revisions, read_uploaded_layers
from cop.ingest.layer.lifecycle import restyle_layer, rollback_layer
from cop.ingest.layer.style import read_style
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.paper import PAPERS
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.model.symbol import OFFERED
from cop.model.tile import Tile
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.map.component import build_data
from cop.ui.map.spec import LayerView, MapSpec
from tests.support.layer import make_features, publish_features
from tests.support.tile import features_of

pytestmark = pytest.mark.layers

PATROL, HOSTILE = OFFERED["Border Patrol"], OFFERED["Hostile vehicle"]
POINTS = [shapely.Point(-111.0, 31.6), shapely.Point(-110.0, 31.6), shapely.Point(-112.0, 31.6)]
BY_KIND = f"""
fill:
  property: kind
  classes:
    - {{value: patrol, label: Patrol, symbol: {PATROL}}}
    - {{value: truck, paint: "#e69f00", symbol: "{HOSTILE}"}}
  other_label: Other
point_radius_px: 12
"""
VIEW = Viewpoint(lat=31.6, lon=-111.0, zoom=7)
BLUE, RED = (128, 224, 255), (255, 128, 128)


@pytest.fixture
def store(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse)


@pytest.fixture
def service(store: StoreSettings) -> Iterator[QueryService]:
    features = make_features(POINTS, kind=["patrol", "truck", "none"])
    publish_features(store.data, features, style=read_style(BY_KIND, name="x").model_dump())
    warehouse = Warehouse(store)
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def test_a_symbol_is_drawn_when_the_style_is_written_and_kept_with_it(
    store: StoreSettings, service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that shows a layer never draws: it has no need of the package."""
    (held,) = read_uploaded_layers(store).values()
    assert set(held.drawn) == {PATROL, HOSTILE}
    one = restyle_layer(store, held.id, read_style(f"symbol: {PATROL}", name="x"), by="Ana").layer
    assert one.drawn == {PATROL: held.drawn[PATROL]}
    with pytest.raises(LayerError, match="symbol 10031000009999990000 is not drawn"):
        bad = read_style("symbol: 10031000009999990000", name="x")
        restyle_layer(store, held.id, bad, by="Ana")
    assert restyle_layer(store, held.id, None, by="Ana").layer.symbols == ()
    back = rollback_layer(store, held.id, 1, by="Ana").layer
    assert (back.style, back.symbols) == (held.style, held.symbols)
    monkeypatch.setattr("cop.ingest.symbol.draw.draw_symbols", None)
    _, kept = read_revisions(store, held.id)
    assert [len(revision.layer.symbols) for revision in kept] == [2, 0, 1, 2]
    layer = next(la for la in read_layers(service, service.view()).values() if la.tile == "uploads")
    drawn = features_of(read_tile(service, service.view(), layer, Tile(0, 0, 0)).mvt, layer.id)
    assert {feature["properties"]["kind"] for feature in drawn} == {"patrol", "truck", "none"}


def test_map_legend_and_hand_outs_have_the_same_areas(service: QueryService) -> None:
    layer = next(la for la in read_layers(service, service.view()).values() if la.tile == "uploads")
    view = LayerView(layer=layer, tile_url="/tiles/x/{z}/{x}/{y}.mvt")
    data = build_data(MapSpec(layers=[view], home=(-112, 31, -110, 32)))
    text = str(data)
    legend = data["layers"][0]["legend"][0]["entries"]
    assert [entry["label"] for entry in legend] == ["Patrol", "truck", "Other"]
    paths = [part["path"] for entry in legend[:2] for part in entry["shape"]["parts"]]
    assert all(text.count(path) >= 2 for path in paths), "in the legend and on the map"

    picture = Picture(filter=Filter(), viewpoint=VIEW, shown=(ShownLayer(id=layer.id),))
    scene = HandoutScene(
        service=service,
        view=service.view(picture.filter),
        picture=picture,
        title="x",
        picture_id="a" * 10,
        revision=1,
    )
    brief = build_brief(scene, created_at=utc_now())
    page = render_html(scene, brief).decode()
    assert all(page.count(path) == 2 for path in paths), "in the legend and on the map"
    image = render_map(
        service, service.view(picture.filter), picture, width_px=800, height_px=160, theme="light"
    )
    pixels = np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))
    # The patrol is in the middle of the picture, the truck 182 px to its right.
    for color, middle in ((BLUE, 400), (RED, 582)):
        rows, columns = np.nonzero((pixels == color).all(axis=2))
        assert abs(columns.mean() - middle) < 4
        assert abs(rows.mean() - 80) < 4
        assert 20 < np.ptp(columns) < 90
    scenes = [(brief, image)]
    slides = Presentation(io.BytesIO(render_deck(scenes))).slides
    fills = [
        str(shape.fill.fore_color.rgb)
        for shape in slides[0].shapes
        if shape.shape_type is not None and "FREEFORM" in str(shape.shape_type)
    ]
    assert {"80E0FF", "FF8080"} <= set(fills)
    sheet = render_pdf(scenes, PAPERS["letter"])
    assert sheet.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", sheet)) == 1
