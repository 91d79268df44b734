"""Tests of what can be drawn: shapes with their places, limits, and GeoJSON."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.annotation import Annotation, Drawing, valid_until
from tests.support.drawing import AREA, drawing

pytestmark = pytest.mark.table

NOW = datetime(2026, 11, 25, 17, 30)


def annotation(**changes: Any) -> Annotation:
    drawn = drawing(**changes)
    return Annotation(
        id="abcdefghij",
        revision=1,
        drawing=drawn,
        author="Avery",
        drawn_at=NOW,
        valid_until=valid_until(drawn, NOW),
    )


def test_an_area_is_a_feature_that_says_all() -> None:
    feature = annotation(lasts_h=6, marking="TLP:AMBER").to_feature()
    assert feature["id"] == "abcdefghij"
    assert feature["geometry"]["type"] == "Polygon"
    assert [list(place) for place in feature["geometry"]["coordinates"][0]][:4] == AREA
    assert feature["properties"] == {
        "revision": 1,
        "shape": "area",
        "purpose": "interest",
        "title": "Falcon",
        "author": "Avery",
        "drawn_at": "2026-11-25T17:30:00Z",
        "valid_until": "2026-11-25T23:30:00Z",
        "marking": "TLP:AMBER",
        "size": "10,534 km²",
    }


def test_lengths_come_with_miles_and_points_without() -> None:
    line = annotation(shape="line", coordinates=[[-111, 31], [-110, 31]])
    assert line.size == "95.5 km (59.3 mi)"
    assert annotation(shape="point", coordinates=[[-111, 31]]).size == ""
    assert annotation(lasts_h=None).to_feature()["properties"]["valid_until"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "  "},
        {"title": "x" * 81},
        {"title": "two\nlines"},
        {"shape": "circle"},
        {"purpose": "fun"},
        {"marking": "SECRET"},
        {"lasts_h": 0},
        {"lasts_h": 100_000},
        {"replaces": "../../etc"},
        {"coordinates": []},
        {"coordinates": [[0, 0], [1, 1]]},
        {"coordinates": [[0, 0], [1, 1], [1, 0], [0, 1]]},
        {"coordinates": [[0, 0], [200, 1], [1, 0]]},
        {"coordinates": [[0, 0], [float("nan"), 1], [1, 0]]},
        {"coordinates": [[0, 0, 0], [1, 1, 0], [1, 0, 0]]},
        {"shape": "line", "coordinates": [[0, 0]]},
        {"shape": "point", "coordinates": [[0, 0], [1, 1]]},
        {"shape": "line", "coordinates": [[i / 100, 0] for i in range(501)]},
        {"shape": "line", "coordinates": [[-170, 0], [-10, 0], [170, 0]]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        drawing(**changes)


def test_titles_keep_their_text() -> None:
    title = "<b>@@=x</b> \N{GREEK SMALL LETTER ALPHA}"
    assert Drawing.model_validate_json(drawing(title=title).model_dump_json()).title == title
