"""The charts of the Forecast page."""

import pytest

from cop.query.month import MonthOutlook
from cop.ui.page.forecast.card import build_race
from cop.ui.page.forecast.chart import build_month_fan, build_reliability
from cop.ui.page.forecast.word import breaks_of, find_card

pytestmark = pytest.mark.forecast


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_charts_hold_the_history_the_fan_and_the_failures(bad: MonthOutlook, theme: str) -> None:
    failed = breaks_of(bad, 1, "TCA")["month"].tolist()
    built = build_month_fan(
        bad, "TCA", 1, origin=None, failed=failed, theme=theme, unit="people"
    ).to_dict()
    held = [rows for rows in built["datasets"].values() if rows]
    ahead = next(rows for rows in held if rows[0].get("line", "").startswith("Forecast now"))
    assert len(ahead) == 7
    assert [row["when"] for row in ahead][:2] == ["OCT 26", "NOV 26"]
    missed = next(rows for rows in held if rows[0].get("line") == "Outside the interval"
                  and "truth" in rows[0])  # fmt: skip
    assert "JUN 26" in {row["when"] for row in missed}
    rows = bad.track["horizons"]["1"]["reliability"]
    assert build_reliability(rows, theme).to_dict()["datasets"]
    assert "Last value" in build_race(find_card(bad, 1, "TCA"))
