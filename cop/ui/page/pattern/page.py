"""The Patterns page: where it grows, and at what hour, weekday, season and moon it happens."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.marking import picture_marking
from cop.model.picture import Picture, ShownLayer
from cop.query.hotspot import read_hotspots
from cop.query.hour import read_hour_of_week
from cop.query.pattern import Patterns, read_patterns
from cop.query.service import QueryService
from cop.query.view import View
from cop.query.wider import widen_window
from cop.ui.component.address import read_picture, write_picture
from cop.ui.component.chart import render_chart
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import lacks_records, page_theme, render_strip
from cop.ui.component.known import open_picture, open_view, render_known
from cop.ui.component.overlay import build_map, seen_picture
from cop.ui.map import render_map
from cop.ui.page.pattern.chart import (
    build_hour_chart,
    build_moon_chart,
    build_season_chart,
    build_weekday_chart,
)
from cop.ui.page.pattern.trend import build_cell_table, build_class_list
from cop.ui.page.pattern.word import (
    describe_found,
    describe_hotspots,
    describe_hours,
    describe_moon,
    describe_season,
    describe_sources,
    describe_weekdays,
    describe_wider,
)

MAP_KEY = "pattern-map"
HOTSPOTS = "hotspots"
_MAP_PX = 430
_TABLE_PX = 248


def render_patterns() -> None:
    """Draw the page for the Picture in the address."""
    service, view, picture = open_picture()
    snapshot = view.snapshot
    asked = view, picture
    own, wider = view.filter.window, widen_window(service, view)
    if wider is not None:
        view, picture = view.within(wider), replace(picture, filter=picture.filter.within(wider))
    marking = picture_marking(service, view, shown_with_hotspots(service, view, picture))
    render_strip(view, marking=marking)
    render_filters(service, *asked)
    render_known(snapshot)
    if wider is not None:
        st.info(describe_wider(own, wider), icon=":material/date_range:")
    if lacks_records(snapshot, picture.filter):
        return
    _render_trends(service, view, picture, marking)
    patterns = read_patterns(service, view)
    hours, weekdays = st.columns(2, gap="medium")
    with hours:
        _render_hours(service, view)
    season, moon = st.columns(2, gap="medium")
    _render_profiles(patterns, weekdays, season, moon)


def shown_with_hotspots(service: QueryService, view: View, picture: Picture) -> Picture:
    """Return the Picture with the hot-spot trends over the background and no other layer."""
    layers = read_layers(service, view)
    ground = [
        ShownLayer(id=layer.id, opacity=layer.opacity)
        for layer in layers.values()
        if layer.group == "background" and layer.visible
    ]
    own = ShownLayer(id=HOTSPOTS, opacity=layers[HOTSPOTS].opacity)
    return replace(picture, shown=(*ground, own), measures=())


def _render_trends(service: QueryService, view: View, picture: Picture, marking: str) -> None:
    figures = read_hotspots(service, view)
    st.markdown("## Hot-spot trends")
    if figures.reason is None:
        st.markdown(describe_found(figures))
    st.caption(describe_hotspots(figures))
    for caution in describe_sources(view.snapshot, picture.filter, figures):
        st.caption(f":material/warning: {caution}")
    if figures.reason is not None:
        st.info(f"No trends: {figures.reason}.", icon=":material/info:")
    _render_map(service, picture, marking)
    if figures.reason is not None:
        return
    st.html(build_class_list(figures, page_theme()))
    cells = build_cell_table(figures)
    if not cells.empty:
        synthetic = " · SYNTHETIC" if picture.filter.records == "synthetic" else ""
        st.caption(f"Cells with a trend, strongest in the last step first{synthetic}")
        st.dataframe(
            cells,
            hide_index=True,
            height=min(_TABLE_PX, 36 * (len(cells) + 1)),
            column_config={
                "z": st.column_config.NumberColumn("Gi* z, last step", format="%.1f"),
                "trend": st.column_config.NumberColumn("Trend of z (tau)", format="%+.2f"),
            },
        )


@st.fragment
def _render_map(service: QueryService, picture: Picture, marking: str) -> None:
    """Draw the map; its reports rerun this part alone, and only its camera is stored."""
    view, picture = open_view(service, picture)
    spec = build_map(service, view, shown_with_hotspots(service, view, picture), page_theme())
    if spec.marking != marking:
        st.rerun()
    state = render_map(spec, key=MAP_KEY, height=_MAP_PX)
    if state.camera is not None:
        seen = seen_picture(service, view, picture, state)
        write_picture(replace(read_picture(), viewpoint=seen.viewpoint))


def _render_hours(service: QueryService, view: View) -> None:
    hours = read_hour_of_week(service, view)
    st.markdown("## Hour of the week")
    st.caption(describe_hours(hours))
    if not hours.table.empty:
        render_chart(build_hour_chart(hours, page_theme()), key="pattern-hours")


def _render_profiles(
    patterns: Patterns,
    weekdays: DeltaGenerator,
    season: DeltaGenerator,
    moon: DeltaGenerator,
) -> None:
    theme = page_theme()
    with weekdays:
        st.markdown("## Day of the week")
        st.caption(describe_weekdays(patterns))
        if patterns.weekdays.n:
            render_chart(build_weekday_chart(patterns.weekdays, theme), key="pattern-weekdays")
    with season:
        st.markdown("## Season")
        st.caption(describe_season(patterns))
        if patterns.season.n:
            render_chart(build_season_chart(patterns.season, theme), key="pattern-season")
    with moon:
        st.markdown("## Moon")
        st.caption(describe_moon(patterns))
        if patterns.moon.n:
            render_chart(build_moon_chart(patterns.moon, theme), key="pattern-moon")
