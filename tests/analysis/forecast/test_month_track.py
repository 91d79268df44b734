"""Tests of the record of monthly forecasts on series that grow by the same each month."""

import numpy as np
import pandas as pd
import pytest

from cop.analysis.forecast.month_track import RIVALS, build_month_table, build_month_track

pytestmark = pytest.mark.forecast


MONTHS, FIRST = 84, 72
STEP = {"TCA": 12.0, "RGV": 6.0}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Forecasts for one month ahead of January 2026 on, from series that began in 2020."""
    index = pd.period_range("2020-01", periods=MONTHS, freq="M").astype(str)
    counts = {name: 100.0 + step * np.arange(MONTHS) for name, step in STEP.items()}
    return build_month_table(pd.DataFrame(counts, index=index), horizons=[1], first=FIRST)


def test_each_origin_place_and_model_has_its_row(table: pd.DataFrame) -> None:
    assert len(table) == (MONTHS - FIRST) * 2 * (1 + len(RIVALS))
    last = table[(table["model"] == "last_value") & (table["place"] == "TCA")]
    assert list(last["origin"])[:2] == ["2026-01", "2026-02"]
    assert list(last["month"])[:2] == ["2026-02", "2026-03"]
    assert last["expected"].iloc[0] == pytest.approx(100.0 + 12.0 * FIRST)
    assert last["truth"].iloc[0] == 100.0 + 12.0 * (FIRST + 1)


def test_a_month_that_is_yet_to_come_has_no_truth(table: pd.DataFrame) -> None:
    newest = table[table["origin"] == "2026-12"]
    assert set(newest["month"]) == {"2027-01"}
    assert newest[["truth", "error", "inside", "scaled", "crps", "chance"]].isna().all().all()
    assert newest["expected"].notna().all()


def test_errors_are_in_units_of_the_seasonal_naive(table: pd.DataFrame) -> None:
    held_out = table[table["truth"].notna()].groupby("model")["scaled"]
    assert held_out.mean()["last_value"] == pytest.approx(1 / 12)
    assert held_out.mean()["seasonal_naive"] == pytest.approx(1.0)


def test_a_series_that_never_changed_has_no_unit() -> None:
    index = pd.period_range("2020-01", periods=MONTHS, freq="M").astype(str)
    flat = pd.DataFrame({"TCA": np.full(MONTHS, 9.0)}, index=index)
    table = build_month_table(flat, horizons=[3], first=FIRST)
    assert table["scaled"].isna().all()
    assert table["expected"].to_numpy() == pytest.approx(9.0)


def test_scores_are_means_over_what_has_come(table: pd.DataFrame) -> None:
    one = build_month_track(table)["horizons"]["1"]
    assert one["origins"] == MONTHS - FIRST - 1
    assert one["last_value"]["mase"] == pytest.approx(1 / 12)
    truth = sum(100.0 * 11 + step * np.arange(FIRST + 1, MONTHS).sum() for step in STEP.values())
    assert one["last_value"]["wape"] == pytest.approx(11 * sum(STEP.values()) / truth)
    assert [row["name"] for row in one["by_year"]] == ["2026"]
    assert [row["name"] for row in one["by_place"]] == ["RGV", "TCA"]
    assert one["by_place"][0]["last_value_mase"] == pytest.approx(1 / 12)
    assert one["crps_gain"] == pytest.approx(1 - one["model"]["crps"] / one["last_value"]["crps"])
    assert [row["forecast"] for row in one["reliability"]] == pytest.approx(
        [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]
    )
    scaled = [row["scaled"] for row in one["worst"]]
    assert scaled == sorted(scaled, reverse=True)
