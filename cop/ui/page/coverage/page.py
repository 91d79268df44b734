"""The Coverage page: what was seen and what was not, where the gaps are, and why."""

from html import escape

import streamlit as st

from cop.query.absence import describe_absence
from cop.query.coverage.gap import Gaps, read_gaps
from cop.query.coverage.health import SensorHealth, read_health
from cop.query.coverage.silence import read_silence
from cop.query.coverage.timeline import Timeline, read_timeline
from cop.query.marking import page_marking
from cop.query.service import QueryService
from cop.query.text import describe_silence
from cop.query.view import View
from cop.ui.component.chart import render_chart
from cop.ui.component.context import use_context
from cop.ui.component.csv_head import build_csv_head
from cop.ui.component.download import offer_download
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import page_theme, render_strip
from cop.ui.component.known import open_picture, render_known
from cop.ui.page.coverage.chart import MOST_ROWS, build_outage_chart, build_timeline_chart
from cop.ui.page.coverage.publish import render_published
from cop.ui.page.coverage.table import (
    GAP_COLUMNS,
    GAPS_SHOWN,
    HEALTH_COLUMNS,
    build_gap_table,
    build_health_table,
)
from cop.ui.page.coverage.trial import render_trials
from cop.ui.page.coverage.word import (
    describe_gaps,
    describe_health,
    describe_method,
    describe_timeline,
)

_TABLE_PX = 390


def render_coverage() -> None:
    """Draw the page for the Picture in the address."""
    service, view, picture = open_picture()
    render_strip(view, marking=page_marking(view))
    render_filters(service, view, picture)
    render_known(view.snapshot)
    render_published()
    timeline, health = read_timeline(service, view), read_health(service, view)
    gaps = read_gaps(service, view)
    if timeline is None or health is None or gaps is None:
        st.info(
            f"{describe_absence(view.snapshot, 'sensors for these records')}. Coverage is unknown, "
            "not zero. Load a list of sensors with `cop ingest sensors`, or on the page Upload."
        )
        return
    render_trials(service, view, health, gaps)
    _render_timeline(service, view, timeline, health)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _render_gaps(service, view, gaps)
    with right:
        _render_outages(view, health)
    _render_health(service, view, health)


def _render_timeline(
    service: QueryService, view: View, timeline: Timeline, health: SensorHealth
) -> None:
    silence = describe_silence(read_silence(service, view))
    st.html(
        f'<div class="cop-lead"><b>{describe_timeline(timeline)}</b> in the window. '
        f"{escape(silence)}</div>"
    )
    chart = build_timeline_chart(timeline, [*view.snapshot.sectors], page_theme())
    render_chart(chart, key="coverage-timeline")
    st.caption(describe_method(health))


def _render_gaps(service: QueryService, view: View, gaps: Gaps) -> None:
    table = build_gap_table(gaps)
    _render_head("Biggest gaps", view)
    st.caption(describe_gaps(gaps))
    st.dataframe(
        table.head(GAPS_SHOWN),
        hide_index=True,
        placeholder="unknown",
        column_config=GAP_COLUMNS,
        height=_TABLE_PX,
    )
    _offer_csv(service, view, "gaps", table.to_csv(index=False), describe_gaps(gaps))


def _render_outages(view: View, health: SensorHealth) -> None:
    _render_head("Outages", view)
    down = health.outages["sensor_id"].nunique()
    if not down:
        st.info("No outage of these sensors in the window.")
        return
    st.caption(
        f"{down:,} of {len(health.table):,} sensors were not up at some time"
        + (f"; the {MOST_ROWS} longest." if down > MOST_ROWS else ".")
    )
    render_chart(build_outage_chart(health, page_theme()), key="coverage-outages")


def _render_health(service: QueryService, view: View, health: SensorHealth) -> None:
    table = build_health_table(health)
    _render_head("Sensors", view)
    st.caption(describe_health(health))
    st.dataframe(
        table,
        hide_index=True,
        placeholder="unknown",
        column_config=HEALTH_COLUMNS,
        height=_TABLE_PX,
    )
    _offer_csv(service, view, "sensors", table.to_csv(index=False), describe_health(health))


def _offer_csv(service: QueryService, view: View, name: str, text: str, note: str) -> None:
    synthetic = "SYNTHETIC-" if view.records == "synthetic" else ""
    head = build_csv_head(service, view, marking=page_marking(view), notes=(note,))
    offer_download(
        "Download CSV",
        data=(head + text).encode(),
        file_name=f"{synthetic}{name}-{use_context().now():%Y%m%dT%H%MZ}.csv",
        subject=f"coverage {name}",
        marking=page_marking(view),
        view=view,
        mime="text/csv",
        key=f"coverage-{name}",
    )


def _render_head(title: str, view: View) -> None:
    made = " \N{MIDDLE DOT} SYNTHETIC" if view.records == "synthetic" else ""
    st.html(f'<div class="cop-lead"><b>{title}</b>{made}</div>')
