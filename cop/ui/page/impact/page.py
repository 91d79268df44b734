"""The Impact page: the level of every segment, why, what to do, and deciding it."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from html import escape
from math import isinf, isnan
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.marking import unsourced
from cop.model.impact import RANKS, Impact, name_level
from cop.model.impact_rule import UNKNOWN
from cop.model.moment import format_dtg
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.query.forecast.track import describe_track
from cop.query.impact import Impacts, read_impacts
from cop.query.marking import page_marking
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import render_strip
from cop.ui.component.known import open_picture, render_known
from cop.ui.page.impact.bar import LAYER_ID, build_sector_bars
from cop.ui.page.impact.decision import render_decision
from cop.ui.page.sector.card import percent

_USUAL: Final = "High and above"
_SHOWN: Final = {
    _USUAL: ("critical", "high"),
    "Medium and above": ("critical", "high", "medium"),
    "Decided": (),
    "All": tuple(RANKS),
}
_NEAR_ZOOM: Final = 10.0
_UP = "\N{BLACK UP-POINTING TRIANGLE}"
_SIGNS: Final = {
    "critical": 3 * _UP,
    "high": 2 * _UP,
    "medium": _UP,
    "low": "\N{EN DASH}",
    UNKNOWN: "?",
}
_COLUMNS: Final[dict[str, Any]] = {
    "segment": st.column_config.TextColumn("Segment", width=85),
    "level": st.column_config.TextColumn("Level", width=180),
    "expected": st.column_config.TextColumn("Expected, 7 d", width=110),
    "change": st.column_config.TextColumn("Change", width=75),
    "coverage": st.column_config.TextColumn("Coverage", width=85),
    "status": st.column_config.TextColumn("Status", width=230),
    "why": st.column_config.TextColumn("Why", width="large"),
}


def render_impacts() -> None:
    """Draw the page for the records and places of the Picture in the address."""
    service, view, picture = open_picture()
    snapshot = view.snapshot
    impacts = read_impacts(service, view)
    if impacts is None:
        render_strip(view, marking=page_marking(unsourced(view)))
        st.info("No region loaded, so no segments. Run `python -m cop demo`.")
        return
    render_strip(impacts.scope_of(view), marking=page_marking(unsourced(view)))
    render_filters(service, view, picture, places_only=True)
    render_known(snapshot)
    impacts = impacts.within(view)
    if not impacts.levels:
        st.info("No segment lies in this filter. Choose another sector, county, or area.")
        return
    st.html(f'<div class="cop-lead">{describe_impacts(impacts)}</div>')
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(build_sector_bars(impacts))
        choice = st.segmented_control(
            "Shown",
            tuple(_SHOWN),
            default=_USUAL,
            key="impact-shown",
            label_visibility="collapsed",
        )
        chosen = _render_table(impacts, choose_shown(impacts, choice or _USUAL))
        st.caption(describe_basis(impacts))
    with right:
        render_decision(service, view, impacts, chosen)
        if chosen:
            segment_id = chosen[0].proposal.segment_id
            link = escape(build_map_link(service, view, picture, segment_id))
            st.html(f'<a href="{link}" target="_self">Show {escape(segment_id)} on the map</a>')


def describe_impacts(impacts: Impacts) -> str:
    """Return as HTML what stands out: the highest levels, what was decided, what has ended."""
    words = [
        f"<b>{n:,} {escape(name_level(level))}</b>"
        for level, n in impacts.counts.items()
        if level in ("critical", "high")
    ] or [_describe_none_high(impacts)]
    rest = [
        f"{n:,} {escape(name_level(level))}"
        for level, n in impacts.counts.items()
        if level not in ("critical", "high")
    ]
    text = ", ".join(words) + (f"; {', '.join(rest)}." if rest else ".")
    text += f" {impacts.decided:,} agreed or changed by people; the rest are proposals."
    if impacts.basis.stale:
        text += " <b>Data are STALE: no level is proposed from them.</b>"
    elif UNKNOWN in impacts.counts:
        text += " Unknown is not low: these were not observed."
    if impacts.ended:
        text += f" {len(impacts.ended):,} agreements have expired: the proposals apply again."
    return text


def _describe_none_high(impacts: Impacts) -> str:
    known = UNKNOWN not in impacts.counts
    return f"<b>No segment is {'rated' if known else 'known to be'} high or critical</b>"


def describe_basis(impacts: Impacts) -> str:
    """Describe what the levels rest on: the window, the newest record, the track record."""
    basis = impacts.basis
    window = basis.filter.window
    start, end = (format_dtg(min(m, basis.now)) if m else "" for m in (window.start, window.end))
    newest = format_dtg(basis.known_to) if basis.known_to else "none"
    return (
        f"Levels at {format_dtg(basis.now)}; events and coverage {start} to {end}, "
        f"newest record {newest}. Expected events: {describe_track(impacts.figures)}."
    )


def build_map_link(service: QueryService, view: View, picture: Picture, segment_id: str) -> str:
    """Return the address of the Picture close to a segment, with the impact levels shown."""
    segments = read_segments(view.snapshot).set_index("segment_id")
    middle = segments.geometry.loc[segment_id].interpolate(0.5, normalized=True)
    current = picture.shown or tuple(
        ShownLayer(id=layer.id, opacity=layer.opacity)
        for layer in read_layers(service, view).values()
        if layer.visible or layer.id == LAYER_ID
    )
    lacks = all(layer.id != LAYER_ID for layer in current)
    shown = (*current, ShownLayer(id=LAYER_ID)) if lacks else current
    near = Viewpoint(lat=round(middle.y, 4), lon=round(middle.x, 4), zoom=_NEAR_ZOOM)
    return f"./?{urlencode(replace(picture, viewpoint=near, shown=shown).to_pairs())}"


def choose_shown(impacts: Impacts, choice: str) -> list[Impact]:
    """Return the levels to be listed, grouped by sector, the highest first."""
    return [
        impact
        for group in impacts.by_sector.values()
        for impact in group
        if (
            impact.decision is not None
            if choice == "Decided"
            else impact.level in _SHOWN[choice] or impact.valid_decision is not None
        )
    ]


def build_table(shown: Sequence[Impact]) -> pd.DataFrame:
    """Return one row a segment in words; an expectation never without its interval."""
    return pd.DataFrame(
        [
            {
                "segment": impact.proposal.segment_id,
                "level": f"{_SIGNS[impact.level]} {name_level(impact.level)}",
                "expected": _expected(impact),
                "change": _change(impact),
                "coverage": percent(impact.proposal.figures["coverage"]),
                "status": impact.status_text,
                "why": impact.why,
            }
            for impact in shown
        ],
        columns=list(_COLUMNS),
    )


def _expected(impact: Impact) -> str:
    figures = impact.proposal.figures
    value, low, high = (figures[n] for n in ("expected", "expected_low", "expected_high"))
    if isnan(value):
        return "unknown"
    return f"{value:.1f} ({low:.0f} to {high:.0f})"


def _change(impact: Impact) -> str:
    change = impact.proposal.figures["change"]
    if isinf(change):
        return "none before"
    return "unknown" if isnan(change) else f"{change:+,.0f}%"


def name_table(shown: Sequence[Impact]) -> str:
    """Return the table's key: marked rows are numbers, and would mean others in another order."""
    ids = "\n".join(impact.proposal.segment_id for impact in shown)
    return f"impact-table-{sha256(ids.encode()).hexdigest()[:16]}"


def _render_table(impacts: Impacts, shown: Sequence[Impact]) -> list[Impact]:
    """Draw the table and give the segments chosen in it, the first where none is."""
    if not shown:
        st.info("No segments at these levels. Choose All to see the rest.")
        return []
    name = "Segments" + (" \N{MIDDLE DOT} SYNTHETIC" if impacts.synthetic else "")
    st.caption(f"{name}: {len(shown):,}, by sector, highest first. Select rows to decide on them.")
    state: Any = st.dataframe(
        build_table(shown),
        hide_index=True,
        height=430,
        placeholder="unknown",
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="multi-row",
        key=name_table(shown),
    )
    rows = [shown[row] for row in state.selection.rows if row < len(shown)]
    return rows or [shown[0]]
