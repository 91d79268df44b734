"""Tests of what is drawn over the map and of the code that leads back to it."""

import pytest
import segno

from cop.export.element import MapPlace, SheetMark, Words
from cop.export.mark import build_code, build_north, build_scale_bar
from cop.model.picture import Viewpoint
from tests.support.still import make_brief

pytestmark = pytest.mark.glance

PLACE = MapPlace(x=8, y=24, width=192, height=108)


@pytest.mark.parametrize("zoom", [2.0, 4.33, 8.0, 13.7, 20.0])
def test_the_scale_bar_is_as_long_as_it_says(zoom: float) -> None:
    brief = make_brief(viewpoint=Viewpoint(lat=31.5, lon=-110.5, zoom=zoom))
    found = build_scale_bar(brief, PLACE, 7)
    (words,) = [e for e in found if isinstance(e, Words)]
    km = float(words.lines[0].split(" km")[0])
    bar = [e for e in found if isinstance(e, SheetMark)][1]
    length = bar.points[1][0] - bar.points[0][0]
    # 1,280 pixels across: 40,075 km * cos(31.5) / 512 / 2^zoom each, by a calculator.
    across_km = 1280 * 40_075.0167 * 0.852640 / 512 / 2**zoom
    assert length / PLACE.width * across_km == pytest.approx(km, rel=1e-4)
    assert 0.09 < length / PLACE.width <= 0.25
    assert f"{km / 1.609344:.3g} mi" in words.lines[0]


def test_north_is_up_and_inside_the_map() -> None:
    marks = [e for e in build_north(PLACE, 7) if isinstance(e, SheetMark)]
    arrow = marks[1].points
    assert min(arrow, key=lambda point: point[1]) == arrow[0]
    for x, y in (point for mark in marks for point in mark.points):
        assert PLACE.x < x < PLACE.x + PLACE.width
        assert PLACE.y < y < PLACE.y + PLACE.height


def test_the_code_has_every_dark_module_once() -> None:
    text = "http://192.0.2.7:8501/?picture=abcdefghij&revision=3"
    matrix = [list(row) for row in segno.make(text, error="m").matrix]
    side = float(len(matrix) + 4)
    code = build_code(text, 0.0, 0.0, side)
    dark = set()
    for left, right in ((ring[0], ring[2]) for ring in (code.points, *code.more)):
        columns = range(round(left[0]) - 2, round(right[0]) - 2)
        cells = {(round(left[1]) - 2, column) for column in columns}
        assert not cells & dark
        dark |= cells
    assert dark == {(i, j) for i, row in enumerate(matrix) for j, cell in enumerate(row) if cell}
