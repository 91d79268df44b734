"""Tests of annotations as a layer of the HTML map and as rows."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.export.annotated import build_annotation_overlay, build_annotation_table
from cop.model.annotation import PURPOSES, Annotation
from tests.support.drawing import drawing

pytestmark = pytest.mark.table

NOW = datetime(2026, 11, 25, 17, 30)


def annotate(*, hours: int | None = None, **changes: Any) -> Annotation:
    return Annotation(
        id="abcdefghij",
        revision=2,
        drawing=drawing(**changes),
        author="Avery",
        drawn_at=NOW,
        valid_until=None if hours is None else NOW + timedelta(hours=hours),
    )


AREA = annotate(hours=6, marking="TLP:RED", purpose="hazard")
LINE = annotate(shape="line", coordinates=[[-111, 31], [-110, 32]], purpose="patrol")
POINT = annotate(shape="point", title="Water", coordinates=[[-110.2, 31.1]], purpose="help")


def test_each_annotation_is_a_feature_with_its_values() -> None:
    overlay = build_annotation_overlay((AREA, LINE, POINT), "light")
    assert overlay is not None
    assert [feature["g"]["type"] for feature in overlay.features] == [
        "Polygon",
        "LineString",
        "Point",
    ]
    assert [feature["s"] for feature in overlay.features] == [0, 1, 2]
    assert overlay.features[0]["p"][:6] == [
        "Falcon", "Hazard", "Avery", "251730Z NOV 26", "252330Z NOV 26", "TLP:RED",
    ]  # fmt: skip
    assert overlay.features[2]["p"][4:] == ["erased", "TLP:CLEAR", "a place"]
    assert all(len(feature["p"]) == len(overlay.fields) for feature in overlay.features)
    assert [label[2] for label in overlay.labels] == ["Falcon", "Falcon", "Water"]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_marks_have_the_color_of_their_purpose_in_the_theme(theme: Any) -> None:
    overlay = build_annotation_overlay((AREA, LINE, POINT), theme)
    assert overlay is not None
    area, line, point = overlay.inks
    assert area["color"] == PURPOSES["hazard"].paint.css(theme)
    assert (area["fill"], line["fill"], point["fill"]) == (True, False, True)
    assert 0.0 < area["fillOpacity"] < 1.0
    assert point["fillColor"] == PURPOSES["help"].paint.css(theme)
    assert point["radius"] > 2


def test_no_annotations_are_no_layer() -> None:
    assert build_annotation_overlay((), "dark") is None


def test_rows_state_until_when_and_how_large() -> None:
    table = build_annotation_table((AREA, POINT))
    assert table.crs == "EPSG:4326"
    assert table["valid_until"].iloc[0] == "2026-11-25T23:30:00Z"
    assert table["valid_until"].isna().tolist() == [False, True]
    assert list(table["drawn_at"]) == ["2026-11-25T17:30:00Z"] * 2
    assert list(table["shape"]) == ["area", "point"]
    assert (table["revision"] == 2).all()
    assert table["size"].iloc[0] != ""
    assert table["size"].iloc[1] == ""
    assert table.geometry.iloc[1].coords[0] == (-110.2, 31.1)
