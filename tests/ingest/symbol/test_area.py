"""Tests of the shapes of an SVG as areas."""

import pytest
import shapely

from cop.ingest.symbol.area import read_areas

pytestmark = pytest.mark.layers


def test_strokes_dashes_turns_and_words_become_areas() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g transform="translate(100,0)">'
        '<path d="M0,0 h10" stroke="black" stroke-width="2" fill="none"/>'
        '<path d="M0,0 h10" stroke="red" stroke-width="2" stroke-dasharray="2,3" fill="none"/>'
        '<g transform="rotate(90,0,0)"><g transform="scale(2)">'
        '<path d="M0,0 10,0 10,5 0,5 Z"/></g></g>'
        '<path d="M0,0 9,0 9,9 0,9 Z M3,3 6,3 6,6 3,6 Z" fill="white"/>'
        '<path d="M0,0 9,0 9,9 0,9 Z M3,3 3,6 6,6 6,3 Z" fill="white"/>'
        '<circle cx="0" cy="0" r="10" fill="blue"/></g>'
        '<text x="50" y="50" text-anchor="middle" font-size="30" dominant-baseline="middle">'
        "IO</text>"
        "</svg>"
    )
    line, dashed, turned, whole, hollow, disc, words = read_areas(svg)
    assert (line[0], line[1].area, line[1].bounds) == ("black", 20, (100, -1, 110, 1))
    assert dashed[1].area == 8
    assert turned[1].bounds == pytest.approx((90, 0, 100, 20))
    assert (whole[1].area, hollow[1].area) == (81, 72)
    assert disc[1].area == pytest.approx(314, rel=0.01)
    left, top, right, bottom = words[1].bounds
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((50, 47), abs=1)
    assert len(shapely.get_parts(words[1])) == 2
    with pytest.raises(ValueError, match="image"):
        read_areas('<svg><image href="x"/></svg>')


def test_a_shape_of_a_group_has_its_color_until_it_has_its_own() -> None:
    path = 'path d="M0,0 2,0 2,2 Z"'
    svg = f'<svg><g fill="red"><{path}/><{path} fill="blue"/></g></svg>'
    assert [color for color, _ in read_areas(svg)] == ["red", "blue"]


def test_what_paints_nothing_is_left_out() -> None:
    svg = (
        '<svg><path d="M0,0 2,0 2,2 Z" fill="none"/><path d="M0,0 2,0" fill="red"/>'
        '<path d="M0,0 2,0 2,2 Z" fill-opacity="0"/><text>  </text></svg>'
    )
    assert read_areas(svg) == []


def test_a_curve_bends_and_round_ends_reach_over() -> None:
    svg = (
        '<svg><path d="M0,0 C0,4 4,4 4,0 Z"/>'
        '<path d="M0,0 h10" stroke="red" stroke-width="2" stroke-linecap="round" fill="none"/>'
        "</svg>"
    )
    curve, line = (area for _, area in read_areas(svg))
    assert curve.area == pytest.approx(9.6, rel=0.02)
    assert line.bounds == pytest.approx((-1, -1, 11, 1), abs=0.01)
