"""A page with the timeline and its states, for the browser tests of the component."""

import datetime as dt
import random
from dataclasses import replace

import streamlit as st

from cop.model.window import TimeWindow
from cop.ui.timeline import Bar, TimelineSpec, read_brush, render_timeline

NOW = dt.datetime(2026, 11, 25, 6, 30)
DAY = dt.timedelta(days=1)
query = st.query_params
UNIT = query.get("unit", "people")


def build_bars(start: dt.datetime, step: dt.timedelta, bins: int, level: int) -> tuple[Bar, ...]:
    chance = random.Random(7)  # noqa: S311 - made-up figures, not secrets
    bars = []
    for i in range(bins):
        at = start + i * step
        n = int(level * (1 + 0.4 * (at.weekday() < 5)) * chance.uniform(0.4, 1.6)) if level else 0
        n = n if at <= NOW else 0
        bars.append(Bar(start=at, end=at + step, n=n, counts={UNIT: n * 3}))
    return tuple(bars)


def quiet_after(newest: dt.datetime, bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    return tuple(b if b.start <= newest else replace(b, n=0, counts={}) for b in bars)


def build_years() -> tuple[Bar, ...]:
    chance = random.Random(9)  # noqa: S311 - made-up figures, not secrets
    edges = [dt.datetime(2014 + m // 12, m % 12 + 1, 1) for m in range(12 * 13)]
    counts = [chance.randint(15, 70) if edge.year < 2023 else 0 for edge in edges]
    spans = zip(edges, edges[1:], counts, strict=False)
    return tuple(Bar(start=a, end=b, n=n, counts={UNIT: n + n // 3}) for a, b, n in spans)


def build_spec(case: str) -> TimelineSpec:
    midnight = NOW.replace(hour=0, minute=0)
    week = TimeWindow(start=midnight - 6 * DAY, end=midnight + DAY)
    days = build_bars(midnight - 59 * DAY, DAY, 60, 1200)
    newest: dt.datetime | None = NOW - dt.timedelta(minutes=20)
    incomplete: dt.datetime | None = midnight - 2 * DAY
    if case == "hours":
        days = quiet_after(
            NOW - dt.timedelta(hours=9),
            build_bars(midnight - 2 * DAY, dt.timedelta(hours=1), 60, 30),
        )
        week = TimeWindow(start=NOW - DAY, end=NOW)
        newest, incomplete = NOW - dt.timedelta(hours=9), NOW - dt.timedelta(hours=15)
    elif case == "years":
        days, incomplete = build_years(), None
        week = TimeWindow(start=dt.datetime(2021, 1, 1), end=dt.datetime(2022, 1, 1))
        newest = dt.datetime(2022, 12, 31)
    elif case == "long":
        days = build_bars(midnight - 1826 * DAY, DAY, 1827, 90_000)
        week = TimeWindow(start=midnight - 89 * DAY, end=None)
    elif case == "empty":
        days = build_bars(midnight - 59 * DAY, DAY, 60, 0)
        newest = incomplete = None
    elif case == "none":
        days, newest, incomplete = (), None, None
    elif case == "stale":
        newest, incomplete = midnight - 11 * DAY, midnight - 15 * DAY
        days = quiet_after(newest, days)
    elif case == "few":
        days = build_bars(midnight - 29 * DAY, DAY, 30, 1)
    extent = (days[0].start, days[-1].end) if days else (midnight - 59 * DAY, midnight + DAY)
    window = st.session_state.get("window", week)
    return TimelineSpec(
        bars=days,
        window=window,
        previous=window.previous(),
        extent=extent,
        now=NOW,
        newest=newest,
        incomplete_after=incomplete,
        units=(UNIT,),
        theme="light" if query.get("theme") == "light" else "dark",
        synthetic=query.get("synthetic") == "1",
        wall=query.get("wall") == "1",
    )


st.set_page_config(layout="wide")
st.session_state.setdefault("told", [])
st.session_state.setdefault("runs", 0)
read = query.get("read")
first = read_brush("timeline") if read else None
if st.button("72 h"):
    st.session_state.window = TimeWindow.of_preset("72 h", end=NOW)
st.button("again")
if first is not None:
    st.session_state.window = first
    st.session_state.told.append(first)


def draw() -> None:
    for case in query.get("case", "days").split(" "):
        key = "timeline" if case == query.get("case", "days") else case
        brushed = render_timeline(build_spec(case), key=key, height=int(query.get("height", "96")))
        if brushed is None:
            continue
        if read == "fragment":
            st.rerun()
        st.session_state.told.append(brushed)
        if query.get("ignore") != "1":
            st.session_state.window = brushed
            st.rerun()


(st.fragment(draw) if read == "fragment" else draw)()
st.session_state.runs += 1
st.write("RUNS", str(st.session_state.runs))
st.write("TOLD", str(len(st.session_state.told)))
for window in st.session_state.told[-1:]:
    st.write("LAST", f"{window.start} to {window.end}")
