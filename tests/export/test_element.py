"""Tests of how words fit: lines break between words, what has no room is cut."""

import pytest

from cop.export.element import cut, line, measure, wrapped

pytestmark = pytest.mark.glance


def test_lines_break_between_words_and_long_words_within() -> None:
    text = "one two three four five six seven"
    lines = wrapped(text, 20, 7, bold=False)
    assert len(lines) > 1
    assert " ".join(lines) == text
    assert all(measure(part, 7) <= 20 for part in lines)
    broken = wrapped("w" * 60, 20, 7, bold=True)
    assert "".join(broken) == "w" * 60
    assert wrapped("", 20, 7, bold=False) == [""]


def test_a_text_without_room_is_cut_and_says_so() -> None:
    assert cut("short", 50, 7) == "short"
    found = cut("long " * 30, 20, 7)
    assert found.endswith("…")
    assert measure(found, 7) <= 20


def test_width_grows_with_size_and_weight() -> None:
    assert measure("Events", 14) == pytest.approx(2 * measure("Events", 7))
    assert measure("Events", 7, bold=True) > measure("Events", 7)
    assert line("Events", 1, 2, 30, 7).height == pytest.approx(7 * 0.352778 * 1.25)
