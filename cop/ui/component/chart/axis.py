"""Axes of charts: time as the dates of date-time groups, in UTC wherever the browser is."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd

_TWO_YEARS = timedelta(days=731)
_TWO_DAYS = timedelta(days=2)
_TICK_PX = 90


def stamps(moments: "pd.Series[Any]") -> "pd.Series[float]":
    """Return naive UTC moments as milliseconds since 1970: text would be read as local time."""
    return pd.to_datetime(moments).astype("datetime64[ms]").astype("int64").astype("float64")


def time_axis(
    first: datetime, last: datetime, *, title: str | None = None, hourly: bool = False
) -> alt.Axis:
    """Return an axis of dates, ``24 NOV 26``; of hours for two days, of months for two years.

    ``hourly`` data of a few days has dates and hours, as its ticks may be several a day.
    """
    span = last - first
    hours = "%d %b %H%MZ" if hourly else "%d %H%MZ"
    shape = hours if hourly or span <= _TWO_DAYS else "%d %b %y" if span <= _TWO_YEARS else "%b %y"
    return alt.Axis(
        title=title,
        labelExpr=f"upper(utcFormat(datum.value, '{shape}'))",
        labelOverlap="greedy",
        labelFlush=True,
        grid=False,
        tickCount=alt.ExprRef(f"ceil(width / {_TICK_PX})"),
    )


def time_scale() -> alt.Scale:
    """Return a UTC scale over exactly the span of the data."""
    return alt.Scale(type="utc", nice=False)


def named_ticks(labels: Mapping[float, str]) -> dict[str, Any]:
    """Return the parts of an axis that has these labels at these values and no others."""
    values: Sequence[float] = list(labels)
    words = json.dumps(list(labels.values()))
    places = ", ".join(f"abs(datum.value - {value!r}) < 1e-6" for value in values)
    return {"values": values, "labelExpr": f"{words}[indexof([{places}], true)]"}


def tooltips(titles: Mapping[str, str], frame: pd.DataFrame) -> list[alt.Tooltip]:
    """Return a tooltip of columns by their titles; numbers are written with thousands."""
    return [
        alt.Tooltip(field=name, title=title, type="quantitative", format=",.4~g")
        if pd.api.types.is_float_dtype(frame[name])
        else alt.Tooltip(field=name, title=title, type="quantitative", format=",d")
        if pd.api.types.is_integer_dtype(frame[name])
        else alt.Tooltip(field=name, title=title, type="nominal")
        for name, title in titles.items()
    ]
