"""The Compare page: two saved Pictures side by side under one camera, and their differences."""

from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.model.marking import highest_marking
from cop.model.saved import Revision, SavedPicture
from cop.query.difference import PictureDifference, Side, build_differences, describe_windows
from cop.query.scope import read_scope
from cop.ui.component.context import use_context
from cop.ui.component.frame import (
    build_chips,
    build_scope,
    page_theme,
    render_plain_strip,
    render_saved_strip,
)
from cop.ui.component.known import build_known_banner
from cop.ui.component.opened import read_number, saved_link
from cop.ui.component.overlay import build_map
from cop.ui.map import render_map
from cop.ui.page.pictures import CSS, build_origin

LEFT, RIGHT = "left", "right"
_LINK = "compare"
_LOST = '<span class="cop-chip cop-fault">DATA VERSION DELETED: AS KNOWN NOW</span> '
_MAP_HEIGHT = "calc(100vh - 360px)"


def render_compare() -> None:
    """Draw the two Pictures that the address names, ``left`` and ``right`` as ID or ID.REVISION."""
    pictures = use_context().room.pictures.list()
    if len(pictures) < 2:  # noqa: PLR2004 a comparison is of two
        render_plain_strip(use_context().service.warehouse.snapshot)
        st.info("Save at least two Pictures to compare them. Save them on the Picture page.")
        return
    strip = st.container()
    chosen = [
        _choose(column, part, pictures, other)
        for column, part, other in zip(st.columns(2), (LEFT, RIGHT), (1, 0), strict=True)
    ]
    sides = [_open(revision) for revision in chosen]
    marking = highest_marking([revision.marking for revision in chosen])
    synthetic = any(revision.synthetic for revision in chosen)
    with strip:
        render_saved_strip(
            use_context().service.warehouse.snapshot,
            marking,
            synthetic=synthetic,
            scope="two saved Pictures, each with its scope above its map",
        )
    st.html(CSS)
    _render_maps(sides, chosen)
    note = describe_windows(sides[0].picture, sides[1].picture)
    if note:
        st.warning(note, icon=":material/warning:")
    _render_table(build_differences(*sides), synthetic=synthetic)


def build_difference_table(rows: list[PictureDifference]) -> pd.DataFrame:
    """Return one row a figure: where it is from, left, right, and right minus left."""
    return pd.DataFrame(
        [(row.group, row.title, row.left, row.right, row.apart) for row in rows],
        columns=["group", "figure", "left", "right", "apart"],
    )


def _choose(
    column: DeltaGenerator, part: str, pictures: tuple[SavedPicture, ...], other: int
) -> Revision:
    """Draw the choice of one side, and give its revision: the one of the address, or the newest."""
    named, _, number = st.query_params.get(part, "").partition(".")
    saved = use_context().room.pictures
    known = {picture.id: picture for picture in pictures}
    if named and named not in known:
        known[named] = saved.get(named)
    key = f"compare-{part}"
    st.session_state[key] = named or pictures[other].id

    def change() -> None:
        st.query_params[part] = st.session_state[key]

    picture_id = column.selectbox(
        part.capitalize(),
        list(known),
        format_func=lambda picture_id: known[picture_id].name,
        key=key,
        on_change=change,
    )
    if not number:
        return known[picture_id].newest
    return saved.revision(picture_id, read_number(picture_id, number))


def _open(revision: Revision) -> Side:
    service = use_context().service
    picture = revision.as_known(service.warehouse.versions)
    return Side(service, service.view(picture.filter, known_at=picture.known_at), picture)


@st.fragment
def _render_maps(sides: list[Side], chosen: list[Revision]) -> None:
    """Draw both maps where the left one looks; in the browser they move together from there."""
    viewpoint = sides[0].picture.viewpoint
    marking = highest_marking([revision.marking for revision in chosen])
    parts = zip((LEFT, RIGHT), st.columns(2), sides, chosen, strict=True)
    for part, column, side, revision in parts:
        with column:
            st.html(_build_about(side, revision))
            seen = replace(side.picture, viewpoint=viewpoint)
            view = side.service.view(seen.filter, known_at=seen.known_at)
            spec = build_map(side.service, view, seen, page_theme())
            spec = replace(spec, link=_LINK, marking=marking)
            render_map(spec, key=f"compare-map-{part}", height=_MAP_HEIGHT)


def _build_about(side: Side, revision: Revision) -> str:
    scope = build_scope(read_scope(side.service, side.view))
    link = saved_link(revision.picture_id, revision.number)
    name = use_context().room.pictures.get(revision.picture_id).name
    chips = build_chips(revision.marking, synthetic=revision.synthetic)
    lost = revision.is_lost(side.service.warehouse.versions)
    return (
        f'<div class="cop-saved"><b>{escape(name)}</b> {chips} '
        f"{build_known_banner(side.view.snapshot)}<br>{build_origin(revision)} "
        f"{_LOST if lost else ''}"
        f'<a href="{link}" target="_self">Open</a></div>{scope}'
    )


def _render_table(rows: list[PictureDifference], *, synthetic: bool) -> None:
    st.markdown(f"##### Differences{' · SYNTHETIC' if synthetic else ''}")
    st.dataframe(
        build_difference_table(rows),
        hide_index=True,
        height="content",
        column_config={
            "group": "Group",
            "figure": "Figure",
            "left": st.column_config.TextColumn("Left", alignment="right"),
            "right": st.column_config.TextColumn("Right", alignment="right"),
            "apart": st.column_config.TextColumn("Right vs. left", alignment="right"),
        },
    )
