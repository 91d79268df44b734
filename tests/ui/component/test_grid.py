"""Rows of figures as HTML: every word from outside stays a word."""

import pytest

from cop.ui.component.grid import Cell, Row, build_grid

pytestmark = pytest.mark.sources

FOUL = "<img src=x onerror=alert(1)>\" onclick='x'"


def test_words_are_escaped_everywhere() -> None:
    cell = Cell(text=FOUL, note=FOUL, more=FOUL, link=f"./?a={FOUL}", hint=FOUL)
    built = build_grid([Row(label=FOUL, cells=(cell, Cell(text=FOUL, big=True)))])
    assert "<img" not in built
    assert '" onclick' not in built
    assert built.count("&lt;img") == 7


def test_a_share_is_a_bar_within_its_cell() -> None:
    row = Row(label="Share", cells=tuple(Cell(text="", share=s) for s in (-1, 0.257, 4)))
    built = build_grid([row])
    assert [f"width: {w}%" in built for w in ("0.0", "25.7", "100.0")] == [True] * 3
    assert "--n: 3" in built


def test_on_a_phone_each_line_has_its_name() -> None:
    row = Row(label="Share", cells=(Cell(text="1"), Cell(text="2")))
    built = build_grid([row], heads=("RGV", FOUL))
    assert built.count('class="cop-narrow"') == 3
    assert '<div class="cop-narrow">RGV</div><div class="cop-narrow">&lt;img' in built
    assert "--lines: 3" in built
    assert "cop-narrow" not in build_grid([row])
