"""Next week by segment on the Forecast page: where, how many, and how the last weeks went."""

from dataclasses import replace
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from cop.analysis.forecast.segment_record import judge_segment_track
from cop.model.ahead import Ahead
from cop.model.moment import format_dtg
from cop.model.picture import Picture
from cop.model.style import Theme
from cop.model.text import format_interval, format_range
from cop.query.figure import read_figures
from cop.query.forecast.track import confidence_of, describe_segment_track, format_window
from cop.query.forecast.week import WeekOutlook, build_week_outlook
from cop.query.scope import read_scope
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.chart import build_fan, render_chart
from cop.ui.component.chart.theme import AnyChart
from cop.ui.component.frame import page_theme
from cop.ui.page.forecast.word import State, Verdict
from cop.ui.page.save import as_text

MOST_SHOWN = 12
_CHART_PX, _TABLE_PX = 230, 300
_SHOWN = {"when": "Week from", "expected": "Expected", "range": "80% interval"}
_TITLES = {
    "good": "FORECAST BEATS A SIMPLE GUESS",
    "unsure": "NOT CLEARLY BETTER THAN A SIMPLE GUESS",
    "none": "FORECAST DOES NOT BEAT A SIMPLE GUESS",
    "missing": "NO FORECAST: NO TRACK RECORD",
}


def render_weeks(service: QueryService, view: View, picture: Picture) -> None:
    """Draw the forecast of the segments for next week, with its track record."""
    resolved = replace(view.filter, ahead=Ahead(period="week", number=1))
    with st.spinner("Forecasting past weeks to measure accuracy"):
        figures = read_figures(service, view.narrowed(resolved))
    if figures is None:
        return
    outlook = build_week_outlook(figures, view.snapshot)
    past = figures.is_past(view.snapshot.now)
    places = read_scope(service, view).places
    synthetic = " \N{MIDDLE DOT} SYNTHETIC" if resolved.records == "synthetic" else ""
    what = "events" if outlook.with_effort else "detections"
    when = f"{format_window(figures.risk_window)}, now past" if past else "next week"
    st.markdown(f"## Expected {what} by segment, {when}{synthetic}")
    verdict = judge_weeks(outlook)
    if verdict.state == "missing":
        st.html(f'<div class="cop-lead"><p>{verdict.chip()} {escape(verdict.words)}</p></div>')
        st.info(
            "Load more history: `python -m cop ingest events FILE --profile "
            "NAME`, or change the filters.",
            icon=":material/upload_file:",
        )
        return
    lines = [
        *describe_weeks(outlook, places, past=past),
        f"<b>Confidence: {confidence_of(outlook.track)}.</b> {verdict.chip()}",
    ]
    st.html(f'<div class="cop-lead">{"".join(f"<p>{line}</p>" for line in lines)}</div>')
    st.caption(f"Track record, whole border: {as_text(verdict.words)}")
    chart, table = st.columns([1, 1], gap="medium")
    with chart:
        st.caption("Events per week, whole border: observed and forecast at the time")
        render_chart(build_week_fan(outlook, page_theme()), key="forecast-weeks")
    with table:
        st.caption(f"Top {MOST_SHOWN} segments by expected events. Forecast, not observed.")
        st.dataframe(
            build_segment_table(outlook),
            hide_index=True,
            height=_TABLE_PX,
            placeholder="unknown",
            column_config={"Expected": st.column_config.NumberColumn(format="%.1f")},
        )
    _render_misses(outlook)
    effort = (
        "Expected events assume average effort. "
        if outlook.with_effort
        else "Expected detections: effort is unknown, so these are events likely to be reported. "
    )
    address = urlencode(replace(picture, filter=resolved).to_pairs())
    st.caption(
        f"{effort}Earlier weeks use all history to decide which segments were ever observed."
    )
    st.markdown(f"[Show all segments on the map](./?{address})")


def judge_weeks(outlook: WeekOutlook) -> Verdict:
    """Judge the record of the last weeks beside repeating the last one."""
    track = outlook.track
    if outlook.reason is not None or not outlook.records:
        why = outlook.reason or "no week to compare"
        return Verdict(
            state="missing",
            title=_TITLES["missing"],
            words=f"{why}.",
        )
    words = f"{describe_segment_track(track).line}."
    judged = judge_segment_track(track)
    if judged is None:
        return Verdict(state="unsure", title="SKILL NOT KNOWN", words=words)
    state: State = "good" if judged == "better" else judged
    return Verdict(state=state, title=_TITLES[state], words=words)


def describe_weeks(outlook: WeekOutlook, places: str, *, past: bool = False) -> list[str]:
    """Return as HTML two lines, expected and usual, of the filter's ``places``."""
    where = "on the whole border" if outlook.is_whole else f"in {escape(places)}"
    if outlook.total is None:
        return [f"<b>Expected: unknown {where}.</b> None of its segments was ever observed."]
    total, low, high = outlook.total
    sense = "more than" if low > outlook.usual else "less than" if high < outlook.usual else "about"
    effort = ", at average effort" if outlook.with_effort else ""
    names = ", ".join(build_segment_table(outlook)["Segment"].head(3))
    head = "Past forecast" if past else "Expected"
    whole = "" if outlook.is_whole else f" Whole border: {outlook.border[0]:,.0f}."
    return [
        f"<b>{head}: {total:,.0f} events {where}</b> in the week from {format_dtg(outlook.start)} "
        f"({format_interval(low, high)}{effort}); most in {escape(names)}.{whole}",
        f"<b>Usual: {outlook.usual:,.0f} per week</b> over the last four; expected is {sense} "
        "that.",
    ]


def build_segment_table(outlook: WeekOutlook) -> pd.DataFrame:
    """Return the segments with the most expected: interval, and the week before."""
    rows = outlook.table.dropna(subset="expected")
    rows = rows.sort_values(["expected", "segment_id"], ascending=[False, True]).head(MOST_SHOWN)
    return pd.DataFrame(
        {
            "Segment": rows["segment_id"].astype(str),
            "Sector": rows["sector"].astype(str),
            "Expected": rows["expected"].astype(float),
            "80% interval": _ranges(rows),
            _before_title(outlook): rows["before"].astype(float).round(1),
        }
    )


def _before_title(outlook: WeekOutlook) -> str:
    return "Last week, at average effort" if outlook.with_effort else "Last week"


def build_week_fan(outlook: WeekOutlook, theme: Theme) -> AnyChart:
    """Draw the events of the whole border by week beside what was forecast, and the next week."""
    then = pd.DataFrame(
        {
            "moment": [outlook.week_of(record.period) for record in outlook.records],
            "expected": [record.expected for record in outlook.records],
            "lower": [record.lower for record in outlook.records],
            "upper": [record.upper for record in outlook.records],
            "truth": [record.counted for record in outlook.records],
        }
    )
    then["missed"] = (then["truth"] < then["lower"]) | (then["truth"] > then["upper"])
    observed = _add_labels(then)[["moment", "truth"]].rename(columns={"truth": "value"})
    last = outlook.records[-1].counted
    expected, lower, upper = ([last, value] for value in outlook.border)
    ahead = pd.DataFrame(
        {
            "moment": [then["moment"].iloc[-1], outlook.start],
            "expected": expected,
            "lower": lower,
            "upper": upper,
        }
    )
    return build_fan(
        observed,
        _add_labels(then),
        _add_labels(ahead),
        theme=theme,
        unit="events per week",
        shown=_SHOWN,
        height=_CHART_PX,
    )


def _add_labels(frame: pd.DataFrame) -> pd.DataFrame:
    moments = frame["moment"].astype("datetime64[us]")
    when = [f"{moment:%d %b %y}".upper() for moment in moments]
    return frame.assign(moment=moments, when=when, range=_ranges(frame))


def _ranges(rows: pd.DataFrame) -> list[str]:
    return [format_range(*ends) for ends in zip(rows["lower"], rows["upper"], strict=True)]


def _render_misses(outlook: WeekOutlook) -> None:
    track = outlook.track
    with st.expander(f"Worst misses and baselines, last {track.weeks} weeks"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Segment": [str(outlook.rows.iloc[miss.segment]) for miss in track.worst],
                    "Week from": [
                        f"{outlook.week_of(miss.period):%d %b %y}".upper() for miss in track.worst
                    ],
                    "Expected": [round(miss.expected, 1) for miss in track.worst],
                    "80% interval": [format_range(miss.lower, miss.upper) for miss in track.worst],
                    "Observed": [int(miss.counted) for miss in track.worst],
                }
            ),
            hide_index=True,
        )
        st.dataframe(
            pd.DataFrame(
                {
                    "Model": [name.replace("_", " ") for name in track.models],
                    "Events in its top 5%": [s.hit for s in track.models.values()],
                    "Mean error per segment and week": [s.mae for s in track.models.values()],
                    "CRPS": [score.crps for score in track.models.values()],
                }
            ),
            hide_index=True,
            placeholder="unknown",
            column_config={"Events in its top 5%": st.column_config.NumberColumn(format="percent")},
        )
