"""The preview of a draft: drawn over the background, its grid in words."""

import io
from pathlib import Path

import pytest

from cop.ingest.layer.history import suggest_style
from cop.model.upload import RasterSeen
from cop.model.uploaded import UploadedLayer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component import known, overlay
from cop.ui.page.upload import preview
from cop.ui.page.upload.preview import build_preview, describe_grid
from cop.ui.page.upload.work import Incoming
from tests.support.layer import make_features, publish_features

pytestmark = pytest.mark.layers


def test_a_draft_is_drawn_over_the_background_in_the_style_that_is_chosen(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ["tower", "camera", "tower", "camera"]
    step = publish_features(own_warehouse, make_features(kind=kinds), marking="TLP:RED")
    style = suggest_style(StoreSettings(data=own_warehouse), step.layer.id, on="kind")
    assert style.class_column == "kind"
    monkeypatch.setattr(preview, "page_theme", lambda: "dark")
    monkeypatch.setattr(overlay, "choices", lambda: 0)
    monkeypatch.setattr(known, "note_view", lambda _view: None)
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    layer: UploadedLayer = step.layer.model_copy(update={"style": style})
    incoming = Incoming(key="a", name="towers.csv", file=io.BytesIO(), size=1)
    spec = build_preview(incoming, layer, QueryService(warehouse, tile_cache_mb=1))
    warehouse.close()
    assert {view.layer.group for view in spec.layers[:-1]} == {"background"}
    assert spec.layers[-1].layer.id == layer.name
    assert spec.layers[-1].tile_url.startswith(f"/tiles/{layer.name}/")
    assert spec.marking == "TLP:RED"


def test_a_grid_is_described_by_its_size_and_values() -> None:
    grid = RasterSeen(width=1_200, height=80, bands=1, dtype="int16", nodata=None)
    assert describe_grid(grid) == "1,200 x 80 pixels, all without data"
    filled = grid.model_copy(update={"low": 0.5, "high": 20.0, "bands": 3})
    words = "1,200 x 80 pixels, values from 0.5 to 20; band 1 of 3 shown"
    assert describe_grid(filled) == words
