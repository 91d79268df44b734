"""The forecast of a monthly statistic by place, with its track record, from the stored series."""

from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from cop.analysis.forecast.month import FIRST_ORIGIN
from cop.analysis.forecast.month_card import (
    BREAK_COLUMNS,
    CARD_COLUMNS,
    build_breaks,
    build_cards,
    build_outlook,
)
from cop.analysis.forecast.month_track import build_month_table, build_month_track
from cop.model.layer import Statistic
from cop.query.service import QueryService
from cop.query.statistic import choose_series
from cop.query.view import View
from cop.store.dataset.schema import STATISTICS

HORIZONS: Final = (1, 2, 3, 4, 5, 6)
LEAST_ORIGINS: Final = 24
LEAST_MONTHS: Final = FIRST_ORIGIN + LEAST_ORIGINS + 1
"""Shorter histories are not forecast: the method needs 72 months, and its record two years more."""
MOST_ORIGINS: Final = 120
_OUTLOOK_COLUMNS = (
    "horizon", "place", "month", "expected", "lower", "upper", "usual", "before", "sense"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MonthOutlook:
    """Figures by month and place, what is expected next, and how such forecasts have done.

    ``counts`` is (months, places), every month from the first to the newest, NaN where no figure
    is held. ``reason`` is why nothing is forecast, ``left_out`` why single places are not. The
    tables are those of ``cop.analysis.forecast``, empty where nothing is forecast.
    """

    counts: pd.DataFrame = field(repr=False)
    reason: str | None
    left_out: dict[str, str]
    synthetic: bool
    sources: tuple[str, ...]
    table: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    track: dict[str, Any] = field(repr=False, default_factory=dict)
    cards: pd.DataFrame = field(repr=False, default_factory=lambda: _empty(CARD_COLUMNS))
    breaks: pd.DataFrame = field(repr=False, default_factory=lambda: _empty(BREAK_COLUMNS))
    outlook: pd.DataFrame = field(repr=False, default_factory=lambda: _empty(_OUTLOOK_COLUMNS))

    @property
    def newest(self) -> pd.Period | None:
        """The newest month with a figure."""
        return None if self.counts.empty else self.counts.index[-1]


def read_month_outlook(service: QueryService, view: View, statistic: Statistic) -> MonthOutlook:
    """Return the outlook of a statistic for the records of a view, computed once for a content."""
    series, synthetic = choose_series(service, view, statistic)
    return service.answer(
        "month outlook",
        view.content(STATISTICS),
        lambda: build_month_outlook(series, synthetic=synthetic),
        about=(statistic, synthetic),
    )


def build_month_outlook(series: pd.DataFrame, *, synthetic: bool = False) -> MonthOutlook:
    """Forecast every place whose figures reach the newest month without a gap and far enough back.

    ``series`` is as ``read_series`` gives it; what is not by month does not count.
    """
    monthly = series[series["period"] == "month"]
    counts = _wide(monthly)
    left_out = {str(place): reason for place in counts if (reason := _lack(counts[place]))}
    usable = [place for place in counts if str(place) not in left_out]
    common: dict[str, Any] = {
        "counts": counts,
        "left_out": left_out,
        "synthetic": synthetic,
        "sources": tuple(sorted(set(monthly["source"]))),
    }
    if not usable:
        return MonthOutlook(**common, reason=_reason(counts))
    start = max(_first(counts[place]) for place in usable)
    used = counts.loc[start:, usable]
    named = used.set_axis(used.index.astype(str))
    first = max(FIRST_ORIGIN, len(used) - 1 - MOST_ORIGINS)
    table = build_month_table(named, horizons=HORIZONS, first=first)
    return MonthOutlook(
        **common,
        reason=None,
        table=table,
        track=build_month_track(table),
        cards=build_cards(table),
        breaks=build_breaks(table),
        outlook=build_outlook(table, named),
    )


def _wide(monthly: pd.DataFrame) -> pd.DataFrame:
    if monthly.empty:
        return pd.DataFrame(index=pd.PeriodIndex([], freq="M"))
    month = pd.PeriodIndex(monthly["period_start"], freq="M")
    wide = monthly.assign(month=month).pivot_table(
        index="month", columns="place", values="value", aggfunc="sum"
    )
    return wide.reindex(pd.period_range(month.min(), month.max(), freq="M"))


def _first(figures: "pd.Series[float]") -> pd.Period:
    """The month from which on no figure is missing."""
    lacking = figures.index[figures.isna()]
    return figures.index[0] if lacking.empty else lacking[-1] + 1


def _lack(figures: "pd.Series[float]") -> str | None:
    """Why a place is not forecast; None where it is."""
    if pd.isna(figures.iloc[-1]):
        newest = figures.last_valid_index()
        return f"its figures end {format_month(newest)}"
    months = int((figures.index >= _first(figures)).sum())
    if months >= LEAST_MONTHS:
        return None
    return f"{months} months without a gap, {LEAST_MONTHS} are needed"


def _reason(counts: pd.DataFrame) -> str:
    if counts.empty:
        return "no monthly figures are known"
    months = max(int((counts.index >= _first(counts[place])).sum()) for place in counts)
    return (
        f"the longest history has {months} months without a gap, {LEAST_MONTHS} are needed: "
        f"{FIRST_ORIGIN} to learn from and {LEAST_ORIGINS} to be judged by"
    )


def format_month(month: pd.Period | str | None) -> str:
    """Write a month as in a date-time group, ``OCT 22``."""
    return "" if month is None else pd.Period(month, freq="M").strftime("%b %y").upper()


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))
