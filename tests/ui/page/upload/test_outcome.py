"""The result of publishing several layers, as text."""

from types import SimpleNamespace
from typing import Any

import pytest

from cop.ingest.upload.part import SkippedLayer
from cop.model.picture import Picture
from cop.model.styling import StyleWords
from cop.ui.page.upload import shown
from cop.ui.page.upload.outcome import build_outcome
from cop.ui.page.upload.part import GroupOutcome, PublishedPart

pytestmark = pytest.mark.layers

EVIL = "<img src=x onerror=alert(1)>"


def published(title: str, *, raster: str | None = None, rejected: str | None = None) -> Any:
    content = SimpleNamespace(n=2, raster=raster)
    layer: Any = SimpleNamespace(
        name="layer_a", declared=SimpleNamespace(title=title), content=content,
        style=StyleWords(), is_timed=False,
    )  # fmt: skip
    return PublishedPart(
        layer=layer, bounds=(-111.0, 31.0, -110.0, 32.0), rejected=rejected, styles=("Kept.",)
    )


def test_each_layer_has_its_link_and_what_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "read_picture", Picture)
    skipped = SkippedLayer(name="Empty", reason="empty")
    both = (published(EVIL, rejected="1 of 3 rows left out"), published("B", raster="b.tif"))
    words = build_outcome(GroupOutcome(version=3, published=both, skipped=(skipped,), problems=b""))
    assert "<img" not in words
    assert "2 features. 1 of 3 rows left out. Kept." in words
    assert "raster. Kept." in words
    assert (words.count("Show on map"), words.count("Show all on map")) == (2, 1)
    alone = GroupOutcome(version=3, published=both[:1], skipped=(), problems=b"")
    assert "Show all on map" not in build_outcome(alone)
