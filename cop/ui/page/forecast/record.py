"""The track record of sector months in full: scorecard, worst misses, years, reliability."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from cop.analysis.forecast.month_card import EVERYWHERE
from cop.model.text import format_range
from cop.query.month import MonthOutlook, format_month
from cop.ui.component.chart import render_chart
from cop.ui.component.frame import page_theme
from cop.ui.page.forecast.card import RIVAL_TITLES
from cop.ui.page.forecast.chart import build_reliability
from cop.ui.page.forecast.word import breaks_of

NO_SKILL: Final = "not better"
_VERDICTS: Final = {"better": "better", "unsure": "not clearly better", "none": NO_SKILL}
_PERCENT: Final = st.column_config.NumberColumn(format="percent")
_ROW_PX, _MOST_PX = 36, 400


def render_record(outlook: MonthOutlook, horizon: int, names: Mapping[str, str], unit: str) -> None:
    """Draw the record of one horizon in tabs."""
    track = outlook.track["horizons"].get(str(horizon))
    if track is None:
        return
    synthetic = " \N{MIDDLE DOT} SYNTHETIC" if outlook.synthetic else ""
    ahead = f"{horizon} month{'s' if horizon > 1 else ''} ahead, {track['origins']} origins"
    st.markdown(f"## Track record, {ahead}{synthetic}")
    titles = ("Scorecard", "Worst misses and breaks", "By year", "Reliability")
    scorecard, misses, years, reliability = st.tabs(titles)
    with scorecard:
        st.caption(
            "Gain: lower error (CRPS) than repeating the last value, with its 90% interval. "
            "MASE: error of the forecast and of each baseline; below 1 is better than "
            "repeating last year."
        )
        _table(
            build_scorecard(outlook, horizon, names),
            dict.fromkeys(
                (
                    "Gain",
                    "90% from",
                    "90% to",
                    "Inside 80% interval",
                    "Gain, 24 months",
                    "Inside, 24 months",
                    "WAPE",
                ),
                _PERCENT,
            ),
        )
    with misses:
        _render_misses(outlook, track["worst"], horizon, unit)
    with years:
        st.caption("Breaks that history could not predict count as failures.")
        _table(build_year_table(track["by_year"]), {"Inside 80% interval": _PERCENT})
    with reliability:
        st.caption(
            "How often the observed value was at or below each forecast level. On the ideal line, "
            "the forecast is as certain as it claims."
        )
        chart = build_reliability(track["reliability"], page_theme())
        left, _ = st.columns([1, 1])
        with left:
            render_chart(chart, key="forecast-reliability")


def build_scorecard(outlook: MonthOutlook, horizon: int, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a row for all places together, and one for each of ``names`` that is forecast."""
    cards = outlook.cards[outlook.cards["horizon"] == horizon].set_index("place")
    order = [EVERYWHERE, *(place for place in names if place in cards.index)]
    rows = cards.loc[order]
    return pd.DataFrame(
        {
            "Place": ["All places", *(f"{p} {names[p]}".strip() for p in order[1:])],
            "Against the last value": [_VERDICTS[str(verdict)] for verdict in rows["verdict"]],
            "Gain": rows["gain"].to_numpy(float).round(3),
            "90% from": rows["low"].to_numpy(float).round(3),
            "90% to": rows["high"].to_numpy(float).round(3),
            "Inside 80% interval": rows["cover80"].to_numpy(float).round(3),
            "Gain, 24 months": rows["recent_gain"].to_numpy(float).round(3),
            "Inside, 24 months": rows["recent_cover80"].to_numpy(float).round(3),
            "WAPE": rows["wape"].to_numpy(float).round(3),
            **{
                f"MASE {title.lower()}": rows[name].to_numpy(float).round(3)
                for name, title in RIVAL_TITLES.items()
            },
        }
    )


def build_miss_table(worst: list[dict[str, Any]], unit: str) -> pd.DataFrame:
    """Return the worst misses: place, month, expected, interval, observed, the error in MASE."""
    return pd.DataFrame(
        {
            "Place": [row["place"] for row in worst],
            "Month": [format_month(row["month"]) for row in worst],
            f"Expected, {unit}": [round(row["expected"]) for row in worst],
            "80% interval": [format_range(row["lower"], row["upper"]) for row in worst],
            "Observed": [round(row["truth"]) for row in worst],
            "Times the usual error": [round(row["scaled"], 1) for row in worst],
        }
    )


def build_year_table(years: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the scores of each year beside last value's, the newest first."""
    rows = years[::-1]
    return pd.DataFrame(
        {
            "Year": [row["name"] for row in rows],
            "Against the last value": [
                "less error" if row["skill"] else "more error" for row in rows
            ],
            "MASE": [round(row["mase"], 3) for row in rows],
            "MASE of last value": [round(row["last_value_mase"], 3) for row in rows],
            "Inside 80% interval": [round(row["cover80"], 3) for row in rows],
        }
    )


def _render_misses(
    outlook: MonthOutlook, worst: list[dict[str, Any]], horizon: int, unit: str
) -> None:
    breaks = breaks_of(outlook, horizon)
    if not breaks.empty:
        st.caption("Breaks: months when two thirds of the places missed on the same side")
        _table(
            pd.DataFrame(
                {
                    "Month": [format_month(month) for month in breaks["month"]],
                    "Observed": [f"{side} the interval" for side in breaks["side"]],
                    "Places": [
                        f"{len(where)} of {places}"
                        for where, places in zip(breaks["where"], breaks["places"], strict=True)
                    ],
                    f"Expected total, {unit}": breaks["expected"].to_numpy(float).round(),
                    "Observed total": breaks["truth"].to_numpy(float).round(),
                }
            )[::-1],
            {},
        )
    st.caption("Worst misses of single places")
    _table(build_miss_table(worst, unit), {})


def _table(table: pd.DataFrame, columns: dict[str, Any]) -> None:
    st.dataframe(
        table,
        hide_index=True,
        height=min(_MOST_PX, _ROW_PX * (len(table) + 1)),
        column_config=columns,
        placeholder="unknown",
    )
