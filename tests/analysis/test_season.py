"""Daily counts over the year and the week."""

import numpy as np
import pandas as pd
import pytest

from cop.analysis.season import MONTHS, build_season, build_weekdays

pytestmark = pytest.mark.sources


def daily(years: int, rate: object = 2.0) -> "pd.Series[int]":
    days = pd.date_range("2019-01-01", f"{2018 + years}-12-31")
    return pd.Series(np.random.default_rng(1).poisson(np.broadcast_to(rate, len(days))), index=days)


def test_months_and_weekdays_are_those_of_the_calendar() -> None:
    counts = daily(4)
    season, week = build_season(counts), build_weekdays(counts)
    assert len(MONTHS) == len(season.table) == 12
    assert season.table["n"].tolist() == counts.groupby(counts.index.month).sum().tolist()
    assert week.table["n"].tolist() == counts.groupby(counts.index.day_of_week).sum().tolist()
    assert season.table["days"].tolist()[1] == 28 * 3 + 29
    assert season.cycles == 4


def test_a_summer_is_found_over_years_and_its_band_is_that_of_the_years() -> None:
    days = pd.date_range("2019-01-01", "2022-12-31")
    counts = daily(4, np.where(days.month == 7, 6.0, 2.0))
    season = build_season(counts)
    assert season.p is not None
    assert season.p < 0.05
    july = counts[counts.index.month == 7]
    per_year = july.groupby(july.index.year).mean()
    row = season.table.loc[6]
    assert (row["low"], row["high"]) == (per_year.min(), per_year.max())


def test_one_year_is_no_season() -> None:
    season = build_season(daily(1))
    assert season.p is None
    assert "whole years in the window: 1; needed: 3" in str(season.reason)
    assert season.table["low"].isna().all()


def test_no_days_are_no_fault() -> None:
    empty = pd.Series(dtype="int64")
    assert build_season(empty).n == build_weekdays(empty).n == 0
