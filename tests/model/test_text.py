"""Numbers as words."""

import pytest

from cop.model.text import (
    FigureText,
    format_count,
    format_error_bounds,
    format_interval,
    format_none_before,
    format_percent,
    format_share,
    format_skill,
    format_sources,
    format_times,
)

pytestmark = pytest.mark.house


def test_counts_intervals_and_changes() -> None:
    assert [format_count(n) for n in (None, 0, 1234.4)] == ["unknown", "0", "1,234"]
    assert format_interval(129.2, 1181) == "80% interval 129-1,181"
    assert [format_percent(*pair) for pair in ((15, 10), (5, 10), (10, 10))] == [
        *("+50%", "-50%"),
        "±0%",
    ]
    assert [format_none_before(n) for n in (3, 0)] == ["none before", "none in either period"]
    assert [format_sources(titles) for titles in (("A", "B; C"), (), None)] == [
        *("A; B; C", "no source"),
        "",
    ]
    assert [format_share(share) for share in (0.5, 0.07, 0.014)] == ["50%", "7%", "1.4%"]


def test_skill_is_said_as_an_error_beside_a_rival() -> None:
    words = format_skill("better", "repeating last week", gain=0.12, low=0.1, high=0.2)
    assert words == (
        "better than repeating last week: 12% lower error (90% interval 10% to 20% lower)"
    )
    assert format_error_bounds(-0.2, 0.11) == "20% higher to 11% lower"
    assert format_error_bounds(-0.2, -0.1) == "20% to 10% higher"
    assert [format_times(r) for r in (1, 2, 1.3)] == ["as many as", "twice", "1.3 times"]


def test_a_figure_in_one_line() -> None:
    assert FigureText(title="Events", value="3", change="+50% (2 before)").line == (
        "Events: 3, +50% (2 before)"
    )
    assert FigureText(title="24-h coverage", value="unknown").line == "24-h coverage: unknown"
