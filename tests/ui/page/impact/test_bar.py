"""Segments of each sector by level: bars on one scale, unknown never as low."""

from types import SimpleNamespace
from typing import Any

import pytest

from cop.model.impact import Impact
from cop.ui.page.impact import bar
from tests.support.impact import NOW, make_proposal

pytestmark = pytest.mark.forecast


@pytest.fixture(autouse=True)
def _in_the_dark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bar, "page_theme", lambda: "dark")


def bars(**levels: list[str]) -> str:
    groups = {
        sector: [
            Impact(proposal=make_proposal(f"{sector}-{i:04}", level), decision=None, now=NOW)
            for i, level in enumerate(of_sector)
        ]
        for sector, of_sector in levels.items()
    }
    impacts: Any = SimpleNamespace(by_sector=groups)
    return bar.build_sector_bars(impacts)


def test_the_highest_levels_are_in_words_and_widths_share_one_scale() -> None:
    html = bars(TCA=["critical", "high", "low", "low"], YUM=["low", "low"])
    assert "1 temporarily critical, 1 high" in html
    assert "none high" in html
    assert "width:100.0%" in html
    assert "width:50.0%" in html


def test_a_sector_that_nobody_observed_is_unknown() -> None:
    html = bars(BBT=["unknown", "unknown"], YUM=["unknown", "low"])
    assert ">unknown</span><span" in html
    assert "none high" in html
