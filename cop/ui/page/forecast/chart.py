"""The charts of the Forecast page: observed and forecast values, and the reliability."""

import pandas as pd

from cop.model.style import Theme
from cop.query.month import MonthOutlook, format_month
from cop.ui.component.chart import build_fan, build_lines
from cop.ui.component.chart.theme import AnyChart

SHOWN_YEARS = 6
FAN_PX, RELIABILITY_PX = 250, 230
_SHOWN = {
    "when": "Month",
    "made": "Forecast made after",
    "expected": "Expected",
    "range": "80% interval",
}


def build_month_fan(
    outlook: MonthOutlook,
    place: str,
    horizon: int,
    *,
    origin: str | None,
    failed: list[str],
    theme: Theme,
    unit: str,
) -> AnyChart:
    """Draw the last years of a place, what was forecast ``horizon`` months ahead, and the fan.

    The fan starts after the month ``origin``, the newest one by default.
    """
    figures = outlook.counts[place].dropna()
    from_month = outlook.counts.index[-1] - 12 * SHOWN_YEARS
    figures = figures[figures.index >= from_month]
    observed = pd.DataFrame({"moment": _moments(figures.index), "value": figures.to_numpy()})
    if outlook.table.empty or place in outlook.left_out:
        empty = pd.DataFrame({"moment": _moments([])})
        return build_fan(observed, empty, empty, theme=theme, unit=unit, shown={}, height=FAN_PX)
    own = outlook.table[(outlook.table["place"] == place) & (outlook.table["model"] == "model")]
    then = own[(own["horizon"] == horizon) & own["truth"].notna()]
    then = _rows(then[then["month"] >= str(from_month)])
    made = origin or str(own["origin"].max())
    fan = own[own["origin"] == made].sort_values("horizon")
    start = float(outlook.counts.loc[pd.Period(made, freq="M"), place])
    known = pd.DataFrame(
        [{"month": made, "origin": made, "expected": start, "lower": start, "upper": start}]
    )
    ahead = _rows(pd.concat([known, fan[list(known)]], ignore_index=True))
    return build_fan(
        observed,
        then,
        ahead,
        theme=theme,
        unit=unit,
        shown=_SHOWN,
        failed=[pd.Period(month, freq="M").to_timestamp().to_pydatetime() for month in failed
                if month >= str(from_month)],
        height=FAN_PX,
    )  # fmt: skip


def build_reliability(rows: list[dict[str, float]], theme: Theme) -> AnyChart:
    """Draw how often the truth lay at or below each level of the forecast, beside the ideal."""
    levels = [100 * float(row["forecast"]) for row in rows]
    observed = [100 * float(row["observed"]) for row in rows]
    frame = pd.DataFrame(
        {
            "level": levels * 2,
            "share": observed + levels,
            "line": ["Forecast"] * len(rows) + ["Ideal"] * len(rows),
        }
    )
    return build_lines(
        frame,
        theme=theme,
        x="level",
        y="share",
        unit="observed at or below it, %",
        series="line",
        x_title="forecast level, %",
        shown={"line": "Line", "level": "Level %", "share": "Observed below %"},
        height=RELIABILITY_PX,
    )


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.assign(
        moment=_moments(table["month"]).to_numpy(),
        when=[format_month(month) for month in table["month"]],
        made=[format_month(month) for month in table["origin"]],
        range=[
            f"{low:,.0f} to {high:,.0f}"
            for low, high in zip(table["lower"], table["upper"], strict=True)
        ],
    )
    columns = ["moment", "when", "made", "range", "expected", "lower", "upper"]
    if "inside" in table:
        rows["missed"] = table["inside"] == 0
        columns += ["truth", "missed"]
    return rows[columns].reset_index(drop=True)


def _moments(months: object) -> "pd.Series[pd.Timestamp]":
    index = pd.PeriodIndex(list(months), freq="M")  # type: ignore[call-overload]
    return pd.Series(index.to_timestamp().astype("datetime64[us]"))
