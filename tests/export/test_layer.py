"""Hand-outs of an uploaded layer: drawn on the map, as features, as rows, with its legend."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from cop.export.brief import HandoutScene, build_brief
from cop.export.map import render_map
from cop.export.overlay import build_overlay
from cop.export.table import render_csv, render_gpkg
from cop.layerkind.service.layer_list import read_layers
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.layer import MIXED, make_features, publish_features

pytestmark = pytest.mark.layers

VIEW = Viewpoint(lat=31.6, lon=-111.0, zoom=7)


@pytest.fixture
def opened(own_warehouse: Path) -> Iterator[QueryService]:
    names = ["=1+1", "<b>b</b>", "c", "d"]
    own = {"fid": [7, 7, 8, 9], "geom": list("abcd")}
    features = make_features(kind=["tower", "road", "zone", "tower"], name=names, **own)
    publish_features(own_warehouse, features, title="<b>Mixed</b>", style={"fill": "#ff0000"})
    n = 16_000
    rng = np.random.default_rng(1)
    points = shapely.points(rng.uniform(-112, -110, n), rng.uniform(31, 32, n))
    publish_features(own_warehouse, make_features(points), title="Many")
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def test_an_uploaded_layer_is_handed_out_like_any_other(
    opened: QueryService, tmp_path: Path
) -> None:
    mixed, many = (
        next(la for la in read_layers(opened, opened.view()).values() if la.title == title)
        for title in ("<b>Mixed</b>", "Many")
    )
    picture = Picture(
        filter=Filter(), viewpoint=VIEW, shown=(ShownLayer(id=mixed.id), ShownLayer(id=many.id))
    )
    scene = HandoutScene(
        service=opened,
        view=opened.view(picture.filter),
        picture=picture,
        title="x",
        picture_id="a" * 10,
        revision=1,
    )
    brief = build_brief(scene, created_at=utc_now())
    assert brief.marking == "TLP:GREEN"
    first, second = brief.layers
    assert [block.unit for block in second.legend] == ["features per square"]
    overlay = build_overlay(scene, first, "light")
    assert overlay is not None
    assert len(overlay.features) == len(MIXED)
    assert overlay.fields == ["When", "kind", "name", "fid", "geom"]
    squares = build_overlay(scene, second, "light")
    assert squares is not None
    assert sum(int(f["p"][0].replace(",", "")) for f in squares.features) == 16_000

    (tmp_path / "h.gpkg").write_bytes(render_gpkg(scene, brief))
    table = pyogrio.read_dataframe(tmp_path / "h.gpkg", layer=mixed.id)
    assert sorted(table["feature_id"]) == ["f0", "f1", "f2", "f3"]
    assert sorted(table["fid"]) == [7, 7, 8, 9]
    assert table["layer_marking"].unique().tolist() == ["TLP:GREEN"]
    assert "'=1+1" in render_csv(scene, brief).decode()

    size = {"width_px": 320, "height_px": 240, "theme": "light"}
    drawn = {
        render_map(
            opened,
            opened.view(Picture(viewpoint=VIEW, shown=shown).filter),
            Picture(viewpoint=VIEW, shown=shown),
            **size,
        )  # type: ignore[arg-type]
        for shown in ((), (ShownLayer(id=mixed.id),), (ShownLayer(id=many.id),))
    }
    assert len(drawn) == 3
