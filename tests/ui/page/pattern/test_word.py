"""Sentences of patterns: numbers first, chance named, what was left out counted."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from cop.ui.page.pattern.word import (
    describe_found,
    describe_hotspots,
    describe_weekdays,
    format_p,
)
from tests.ui.page.pattern.test_chart import profile

pytestmark = pytest.mark.sources


@pytest.mark.parametrize(("p", "text"), [(0.0005, "≤ 0.001"), (0.004, "0.004"), (0.25, "0.25")])
def test_a_p_has_the_digits_that_matter(p: float, text: str) -> None:
    assert format_p(p) == text


def hotspots(classes: list[str], **more: Any) -> Any:
    found = pd.DataFrame({"class": classes, "sector": ["TCA"] * len(classes)})
    return SimpleNamespace(**{"found": found, "table": pd.DataFrame({"x": range(9)}), **more})


def test_trends_are_counted_with_where_they_are() -> None:
    assert describe_found(hotspots([])) == (
        "**No hot-spot trend in any of the 9 cells in this window.**"
    )
    assert describe_found(hotspots(["new"])) == (
        "**1 of 9 cells is a hot spot**: 1 new; most in TCA (1)."
    )
    assert "2 of 9 cells are hot spots" in describe_found(hotspots(["new", "new"]))


def test_without_steps_the_caption_says_what_trends_are() -> None:
    assert "whether clusters grow" in describe_hotspots(hotspots([], steps=None))


def weekdays(p: float | None, left_out: dict[str, int] | None = None) -> str:
    of = profile([1, 3, 2, 2, 2, 2, 2])
    of = type(of)(**{**vars(of), "p": p, "reason": None if p is not None else "too few days"})
    patterns: Any = SimpleNamespace(weekdays=of, left_out=left_out or {})
    return describe_weekdays(patterns)


def test_a_difference_beyond_chance_is_told_from_none() -> None:
    assert "**The weekdays differ beyond chance** (p = 0.003): most on Tue" in weekdays(0.003)
    assert "**No difference between weekdays beyond chance** (p = 0.40)" in weekdays(0.4)
    assert weekdays(None).endswith("**Not tested**: too few days.")


def test_what_was_left_out_is_counted() -> None:
    assert "Left out: 5 dated to a week or more." in weekdays(0.4, {"coarse": 5, "edge": 0})
