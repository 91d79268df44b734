"""The charts of patterns: shares of events beside shares of days, ranges where years differ."""

import numpy as np
import pandas as pd
import pytest

from cop.analysis.cycle import Profile
from cop.ui.component.chart.heat import WEEKDAYS
from cop.ui.page.pattern.chart import build_profile_table, build_season_chart, build_weekday_chart

pytestmark = pytest.mark.sources


def profile(n: list[int], **more: list[float]) -> Profile:
    size = len(n)
    table = pd.DataFrame(
        {
            "position": range(size),
            "n": n,
            "days": [2] * size,
            "per_day": [count / 2 for count in n],
            "ratio": [1.0] * size,
            "low": np.nan,
            "high": np.nan,
        }
        | more
    )
    return Profile(table=table, n=sum(n), days=2 * size, cycles=3, p=0.5)


def test_shares_add_up_to_a_hundred_percent() -> None:
    table = build_profile_table(profile([1, 3]), ("Mon", "Tue"))
    assert table["name"].tolist() == ["Mon", "Tue"]
    assert table["share"].tolist() == [25.0, 75.0]
    assert table["share_of_days"].sum() == pytest.approx(100)
    assert build_profile_table(profile([0, 0]), ("a", "b"))["share"].tolist() == [0, 0]


def test_weekdays_are_named_and_the_axis_has_its_unit() -> None:
    spec = build_weekday_chart(profile([1] * 7), "dark").to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert [row["word"] for row in rows] == list(WEEKDAYS)
    assert spec["encoding"]["y"]["title"] == "events per day"


def test_only_seasons_of_several_years_have_whiskers() -> None:
    assert "layer" not in build_season_chart(profile([1] * 12), "dark").to_dict()
    ranged = profile([1] * 12, low=[0.1] * 12, high=[0.9] * 12)
    assert len(build_season_chart(ranged, "dark").to_dict()["layer"]) == 2
