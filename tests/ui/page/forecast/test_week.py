"""Next week by segment: the total with its interval, against usual, and the record's verdict."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from cop.ui.page.forecast.week import (
    build_segment_table,
    build_week_fan,
    describe_weeks,
    judge_weeks,
)

pytestmark = pytest.mark.forecast


def outlook(**more: Any) -> Any:
    table = pd.DataFrame(
        {
            "segment_id": ["TCA-0001", "TCA-0002", "RGV-0001"],
            "sector": ["TCA", "TCA", "RGV"],
            "expected": [2.0, 5.0, float("nan")],
            "lower": [0, 2, float("nan")],
            "upper": [4, 9, float("nan")],
            "before": [1.04, 6.0, 1.0],
        }
    )
    records = [
        SimpleNamespace(period=period, expected=10.0, lower=8.0, upper=12.0, counted=counted)
        for period, counted in enumerate((9, 20))
    ]
    about: dict[str, Any] = {
        "table": table, "total": (1_200.0, 1_000.0, 1_400.0),
        "border": (9_000.0, 8_000.0, 9_900.0), "is_whole": False,
        "usual": 900.0, "with_effort": True,
        "start": datetime(2026, 11, 15), "records": records, "reason": None, "track": None,
        "week_of": lambda period: datetime(2026, 11, 1 + 7 * period),
    }  # fmt: skip
    return SimpleNamespace(**about | more)


@pytest.mark.parametrize(
    ("usual", "words"),
    [(900.0, "more than that"), (1_100.0, "about that"), (1_500.0, "less than that")],
)
def test_the_total_stands_against_usual_by_its_interval(usual: float, words: str) -> None:
    expected, compared = describe_weeks(outlook(usual=usual), "county <Webb>")
    assert expected.startswith("<b>Expected: 1,200 events in county &lt;Webb&gt;</b> in the week ")
    assert "(80% interval 1,000-1,400, at average effort)" in expected
    assert expected.endswith("most in TCA-0002, TCA-0001. Whole border: 9,000.")
    assert (
        compared == f"<b>Usual: {usual:,.0f} per week</b> over the last four; expected is {words}."
    )


def test_the_whole_border_is_called_so_and_a_past_forecast_past() -> None:
    (expected, _) = describe_weeks(outlook(is_whole=True), "", past=True)
    assert expected.startswith("<b>Past forecast: 1,200 events on the whole border</b>")
    assert "Whole border" not in expected
    (nothing,) = describe_weeks(outlook(total=None), "RGV")
    assert nothing.startswith("<b>Expected: unknown in RGV.</b>")


def test_segments_are_listed_by_what_is_expected_and_unknown_ones_are_not() -> None:
    table = build_segment_table(outlook())
    assert table["Segment"].tolist() == ["TCA-0002", "TCA-0001"]
    assert table["80% interval"].tolist() == ["2-9", "0-4"]
    assert table["Last week, at average effort"].tolist() == [6.0, 1.0]
    assert "Last week" in build_segment_table(outlook(with_effort=False))


def test_weeks_outside_their_interval_are_crosses() -> None:
    spec = build_week_fan(outlook(), "dark").to_dict()
    missed = [rows for rows in spec["datasets"].values() if rows[0].get("missed")]
    assert [row["truth"] for row in missed[0]] == [20]


def test_without_a_record_there_is_no_forecast() -> None:
    verdict = judge_weeks(outlook(reason="only 3 complete weeks of history, 12 are needed"))
    assert verdict.state == "missing"
    assert verdict.title == "NO FORECAST: NO TRACK RECORD"
    assert judge_weeks(outlook(records=[])).words == "no week to compare."
