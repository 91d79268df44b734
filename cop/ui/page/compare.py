"""The Compare page: two Pictures side by side under one camera, and their differences.

A side is a saved Picture, this window of the Picture that was looked at last, or the one before.
"""

from dataclasses import dataclass, replace
from functools import partial
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.errors import FilterError
from cop.layerkind.service.marking import picture_marking
from cop.layerkind.service.opening import resolve_picture
from cop.model.marking import highest_marking
from cop.model.saved import Revision, SavedPicture
from cop.query.difference import PictureDifference, Side, build_differences, describe_windows
from cop.query.scope import read_scope
from cop.ui.component.address import stored_picture, write_part
from cop.ui.component.context import use_context
from cop.ui.component.field import apply_choice, renew_field
from cop.ui.component.frame import (
    build_chips,
    build_scope,
    page_theme,
    render_saved_strip,
)
from cop.ui.component.known import build_known_banner, open_view
from cop.ui.component.opened import read_number, saved_link
from cop.ui.component.overlay import build_map
from cop.ui.component.record import note_view
from cop.ui.map import render_map
from cop.ui.page.pictures import CSS, build_origin

LEFT, RIGHT = "left", "right"
THIS, BEFORE = "this", "before"
OWN = {THIS: "This window", BEFORE: "The one before"}
_LINK = "compare"
_LOST = '<span class="cop-chip cop-fault">DATA VERSION DELETED: AS KNOWN NOW</span> '
_MAP_HEIGHT = "calc(100vh - 360px)"


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """One side: its Picture, its name, and what is said of it as HTML."""

    side: Side
    name: str
    marking: str
    synthetic: bool
    link: str
    origin: str = ""


def render_compare() -> None:
    """Draw the two Pictures that the address names, ``left`` and ``right``.

    Each is ID or ID.REVISION of a saved one, or a key of OWN; without an address and with fewer
    than two saved Pictures, the window before and this one.
    """
    pictures = use_context().room.pictures.list()
    has_two = len(pictures) >= 2  # noqa: PLR2004 a comparison is of two
    others = (pictures[1].id, pictures[0].id) if has_two else (BEFORE, THIS)
    strip = st.container()
    chosen = [
        _choose(column, part, pictures, other)
        for column, part, other in zip(st.columns(2), (LEFT, RIGHT), others, strict=True)
    ]
    sides = [one.side for one in chosen]
    marking = highest_marking([one.marking for one in chosen])
    synthetic = any(one.synthetic for one in chosen)
    with strip:
        render_saved_strip(
            use_context().service.snapshot,
            marking,
            synthetic=synthetic,
            scope="two Pictures, each with its scope above its map",
        )
    st.html(CSS)
    _render_maps(chosen, marking)
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
    column: DeltaGenerator, part: str, pictures: tuple[SavedPicture, ...], other: str
) -> _Chosen:
    """Draw the choice of one side, and return the one of the address, else ``other``."""
    named, _, number = st.query_params.get(part, "").partition(".")
    saved = use_context().room.pictures
    names = OWN | {picture.id: picture.name for picture in pictures}
    if named and named not in names:
        names[named] = saved.get(named).name
    key, shown = f"compare-{part}", named or other
    field = renew_field(key, shown)
    picture_id = column.selectbox(
        part.capitalize(),
        list(names),
        index=list(names).index(shown),
        format_func=names.__getitem__,
        key=field,
        on_change=apply_choice,
        args=(key, field, partial(write_part, part)),
    )
    if picture_id in OWN:
        return _open_own(picture_id)
    revision = saved.revision(picture_id, read_number(picture_id, number) if number else None)
    return _open_saved(revision, names[picture_id])


def _open_own(key: str) -> _Chosen:
    """Return this window of the Picture that was looked at last, or the window before it."""
    service = use_context().service
    view, picture = open_view(service, stored_picture())
    if key == BEFORE:
        window = picture.filter.window.previous()
        if window is None:
            raise FilterError(
                "no window before: the window of this Picture has an open side; choose its first "
                "and last day on the page Picture"
            )
        view = view.within(window)
        picture = replace(picture, filter=view.filter, preset=None)
    return _Chosen(
        side=Side(service, view, picture),
        name=OWN[key],
        marking=picture_marking(service, view, picture),
        synthetic=view.records == "synthetic",
        link=f"/?{urlencode(picture.to_pairs())}",
        origin="not saved ",
    )


def _open_saved(revision: Revision, name: str) -> _Chosen:
    service = use_context().service
    versions = service.warehouse.versions
    picture = revision.as_known(versions)
    view, picture = resolve_picture(service, picture)
    note_view(view)
    return _Chosen(
        side=Side(service, view, picture),
        name=name,
        marking=revision.marking,
        synthetic=revision.synthetic,
        link=saved_link(revision.picture_id, revision.number),
        origin=f"{build_origin(revision)} {_LOST if revision.is_lost(versions) else ''}",
    )


@st.fragment
def _render_maps(chosen: list[_Chosen], marking: str) -> None:
    """Draw both maps where the left one looks; in the browser they move together from there."""
    viewpoint = chosen[0].side.picture.viewpoint
    for part, column, one in zip((LEFT, RIGHT), st.columns(2), chosen, strict=True):
        with column:
            st.html(_build_about(one))
            side = one.side
            seen = replace(side.picture, viewpoint=viewpoint)
            spec = build_map(side.service, side.view, seen, page_theme())
            spec = replace(spec, link=_LINK, name=f"{part} map", marking=marking)
            render_map(spec, key=f"compare-map-{part}", height=_MAP_HEIGHT)


def _build_about(one: _Chosen) -> str:
    scope = build_scope(read_scope(one.side.service, one.side.view))
    chips = build_chips(one.marking, synthetic=one.synthetic)
    return (
        f'<div class="cop-saved"><b>{escape(one.name)}</b> {chips} '
        f"{build_known_banner(one.side.view.snapshot)}<br>{one.origin}"
        f'<a href="{escape(one.link)}" target="_self">Open</a></div>{scope}'
    )


def _render_table(rows: list[PictureDifference], *, synthetic: bool) -> None:
    st.markdown(f"## Differences{' · SYNTHETIC' if synthetic else ''}")
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
