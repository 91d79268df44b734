"""Tests of what a record of monthly forecasts says: scores beside rivals, breaks, the outlook."""

import pandas as pd
import pytest

from cop.analysis.forecast.month_card import (
    EVERYWHERE,
    build_breaks,
    build_cards,
    build_outlook,
    judge_gain,
)
from cop.analysis.forecast.month_track import RIVALS, build_month_table, build_month_track
from tests.support.month import LATE, SECTORS, build_history

pytestmark = pytest.mark.forecast

FIRST = 130


def table_of(history: pd.DataFrame, *horizons: int) -> pd.DataFrame:
    named = history.set_axis(history.index.astype(str))
    return build_month_table(named, horizons=horizons, first=FIRST)


@pytest.fixture(scope="module")
def steady() -> pd.DataFrame:
    return build_history("2026-10")


@pytest.fixture(scope="module")
def broken() -> pd.DataFrame:
    return build_history("2026-10", break_at="2026-02")


def test_a_foreseeable_series_beats_every_rival_everywhere(steady: pd.DataFrame) -> None:
    table = table_of(steady, 1, 3)
    cards = build_cards(table)
    assert len(cards) == 2 * (len(SECTORS) + 1)
    assert set(cards.loc[cards["horizon"] == 1, "verdict"]) == {"better"}
    # Of 47 origins, fewer than four blocks of twelve.
    assert set(cards.loc[cards["horizon"] == 3, "verdict"]) == {"unsure"}
    for name in RIVALS:
        assert (cards["mase"] < cards[f"{name}_mase"]).all()
    held = build_month_track(table)["horizons"]["3"]
    whole = cards[(cards["horizon"] == 3) & (cards["place"] == EVERYWHERE)].iloc[0]
    assert whole["gain"] == pytest.approx(held["crps_gain"])
    assert whole["low"] == pytest.approx(held["crps_gain_low"])
    for name in ("model", *RIVALS):
        assert set(held[name]) == {"mase", "wape", "crps", "cover80"}
    assert whole["cover80"] == pytest.approx(held["model"]["cover80"])


def test_a_sudden_drop_is_a_failure_for_as_long_as_it_was_not_known(broken: pd.DataFrame) -> None:
    breaks = build_breaks(table_of(broken, 1, 3))
    one, three = (breaks[breaks["horizon"] == horizon] for horizon in (1, 3))
    assert list(one["month"]) == ["2026-02"]
    assert list(three["month"]) == ["2026-02", "2026-03", "2026-04"]
    assert set(breaks["side"]) == {"below"}
    first = one.iloc[0]
    assert len(first["where"]) == first["places"] == len(SECTORS)
    assert first["truth"] == broken.loc["2026-02"].sum()
    assert first["expected"] > 3 * first["truth"]


def test_the_months_after_a_break_weigh_in_the_newest_two_years(broken: pd.DataFrame) -> None:
    cards = build_cards(table_of(broken, 3)).set_index("place").loc[EVERYWHERE]
    assert cards["recent_cover80"] < cards["cover80"]
    assert cards["recent_gain"] < cards["gain"]


def test_no_break_without_one(steady: pd.DataFrame) -> None:
    assert build_breaks(table_of(steady, 1)).empty


def test_a_region_of_one_or_two_places_can_fail_too(broken: pd.DataFrame) -> None:
    for places in (["TCA"], ["TCA", "RGV"]):
        breaks = build_breaks(table_of(broken[places], 1))
        assert list(breaks["month"]) == ["2026-02"]
        assert breaks["places"].tolist() == [len(places)]


def test_the_outlook_says_where_more_is_expected(steady: pd.DataFrame) -> None:
    rows = build_outlook(table_of(steady, 1, 6), steady)
    one = rows[rows["horizon"] == 1].set_index("place")
    assert set(one["month"]) == {"2026-11"}
    assert set(one.index[one["sense"] == "more"]) == set(LATE)
    assert one.loc["TCA", "usual"] == pytest.approx(steady["TCA"].tail(12).mean())
    assert one.loc["TCA", "before"] == steady.loc["2025-11", "TCA"]
    six = rows[rows["horizon"] == 6].set_index("place")
    assert set(six["month"]) == {"2027-04"}
    assert six.loc["RGV", "before"] == steady.loc["2026-04", "RGV"]
    assert six.loc["RGV", "sense"] == "more"
    assert ((rows["lower"] <= rows["expected"]) & (rows["expected"] <= rows["upper"])).all()


@pytest.mark.parametrize(
    ("gain", "low", "verdict"),
    [(0.1, 0.02, "better"), (0.1, -0.02, "unsure"), (-0.1, -0.2, "none"), (None, None, "none")],
)
def test_only_a_sure_gain_is_called_better(
    gain: float | None, low: float | None, verdict: str
) -> None:
    assert judge_gain(gain, low, blocks=4) == verdict
    assert judge_gain(gain, low, blocks=47 / 12) == ("unsure" if verdict == "better" else verdict)
