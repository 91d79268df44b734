"""A draft as GeoJSON: its features with what a tooltip needs, and never too much of it."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.layer import feature_text
from cop.ingest.layer.draft import LayerDraft, read_draft
from cop.ingest.layer.feature_text import render_features
from cop.model.uploaded import MOST_CARRIED
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.layers


def draft_of(folder: Path, **columns: list[object]) -> LayerDraft:
    return read_draft(write_draft(folder / "draft", make_features(**columns)))


def test_every_feature_has_its_shape_and_values_as_json_has_them(tmp_path: Path) -> None:
    draft = draft_of(
        tmp_path,
        kind=["a", "<b>", None, "x" * 999],
        share=[0.5, float("nan"), float("inf"), -1.0],
        seen=[datetime(2026, 3, 1, 5, 30)] * 4,
    )
    found = json.loads(render_features(draft).content)
    assert found["type"] == "FeatureCollection"
    rows = [one["properties"] for one in found["features"]]
    assert [row["kind"] for row in rows] == ["a", "<b>", None, "x" * 300]
    assert [row["share"] for row in rows] == [0.5, None, None, -1.0]
    assert rows[0]["seen"] == "2026-03-01T05:30:00Z"
    assert {one["geometry"]["type"] for one in found["features"]} <= {
        "Point", "MultiPoint", "LineString", "Polygon",
    }  # fmt: skip


def test_only_the_first_columns_are_carried(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, **{f"c{n}": [n] * 4 for n in range(MOST_CARRIED + 5)})
    found = render_features(draft)
    (row, *_) = json.loads(found.content)["features"]
    assert list(row["properties"]) == list(found.columns)
    assert len(found.columns) == MOST_CARRIED
    assert found.columns[-1] == "occurred_at"


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MOST_FEATURES", 3, "4 features; at most 3 are shown as a private draft: use Upload"),
        ("MOST_MB", 0, "MB; at most 0 MB are shown as a private draft: use Upload"),
        ("_MOST_UNPACKED_MB", 0, "MB; at most 0 MB are shown as a private draft: use Upload"),
    ],
)
def test_what_is_too_much_for_a_browser_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(feature_text, limit, value)
    with pytest.raises(InputFileError, match=words):
        render_features(draft_of(tmp_path, kind=["a", "b", "c", "d"]))


def test_a_raster_has_none(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"dem\.tif: a raster has no features"):
        render_features(LayerDraft(name="dem.tif", features=None, raster=tmp_path / "r.tif"))
