"""The Pictures page: every saved Picture with its small map, and what can be done with it."""

from html import escape

import streamlit as st

from cop.model.marking import highest_marking
from cop.model.moment import format_age, format_dtg
from cop.model.saved import MOST_DESCRIPTION, MOST_NAME, Revision, SavedPicture
from cop.ui.component.context import use_context
from cop.ui.component.frame import build_chips, render_saved_strip
from cop.ui.component.opened import OpenedPicture, opened_picture, saved_link
from cop.ui.component.permit import may
from cop.ui.component.press import take_press, take_submit
from cop.ui.component.record import note_saved, recording
from cop.ui.page.fault import acting
from cop.ui.page.save import ask_author, describe_saved, update_saved
from cop.ui.page.send import render_on_walls, send_to_walls

COLUMNS = 4
MOST_SHOWN = 60
CSS = """
<style>
.cop-saved { font-size: 0.82rem; line-height: 1.35; overflow-wrap: anywhere; }
.cop-saved b { font-size: 0.95rem; font-weight: 650; }
.cop-saved p { margin: 0.15rem 0; font-size: inherit; opacity: 0.85; white-space: pre-line;
  max-height: 4em; overflow: auto; }
.cop-saved .cop-chip { font-size: 0.68rem; }
.cop-saved a { font-weight: 650; color: inherit; }
</style>
"""


def render_pictures() -> None:
    """Draw the page."""
    saved = use_context().room.pictures
    archived = st.session_state.get("pictures-archived", False)
    pictures = saved.list(archived=archived)
    marking = highest_marking([picture.newest.marking for picture in pictures])
    synthetic = any(picture.newest.synthetic for picture in pictures)
    render_saved_strip(
        use_context().service.snapshot,
        marking,
        synthetic=synthetic,
        scope="saved Pictures, each with a scope of its own",
    )
    st.html(CSS)
    words, look, switch = st.columns([3, 2, 1], vertical_alignment="center")
    words.markdown("## Saved Pictures")
    query = look.text_input(
        "Find", key="pictures-find", placeholder="Find by name", label_visibility="collapsed"
    )
    switch.toggle("Archived", key="pictures-archived")
    if pictures and not archived:
        render_on_walls(pictures)
    found = [picture for picture in pictures if query.casefold() in picture.name.casefold()]
    if not found:
        st.info(_describe_none(archived=archived, query=query))
    for first in range(0, min(len(found), MOST_SHOWN), COLUMNS):
        row = found[first : first + COLUMNS]
        for column, picture in zip(st.columns(COLUMNS), row, strict=False):
            with column.container(border=True):
                _render_card(picture)
    if len(found) > MOST_SHOWN:
        st.caption(f"{len(found) - MOST_SHOWN} more. Type part of a name to find them.")


def build_about(picture: SavedPicture) -> str:
    """Return as HTML a saved Picture's name, marking, age, author and what it is for."""
    revision = picture.newest
    chips = build_chips(revision.marking, synthetic=revision.synthetic)
    return (
        f'<div class="cop-saved"><b>{escape(picture.name)}</b><br>{chips} '
        f"{build_origin(revision)}<p>{escape(picture.description)}</p>"
        f'<a href="{saved_link(picture.id)}" target="_self">Open</a></div>'
    )


def build_origin(revision: Revision) -> str:
    """Return as HTML a revision's number, author, time, age, and data version."""
    age = format_age(use_context().now() - revision.saved_at)
    return (
        f"<span>revision {revision.number} by {escape(revision.author)}, "
        f"{format_dtg(revision.saved_at)}, {age} old, data version {revision.version}</span>"
    )


def _describe_none(*, archived: bool, query: str) -> str:
    if query:
        return "No saved Picture matches that name."
    if archived:
        return "No archived Pictures."
    return "No saved Pictures. Open the Picture page and choose Save Picture."


def _describe_withheld() -> str:
    """Say that figures and small map count what these viewers may not read."""
    release = use_context().service.release
    who = "you" if release is None else release.agency
    return f"Figures and map as saved are not released to {who}. Open it to see your own."


def _render_card(picture: SavedPicture) -> None:
    note_saved(picture.newest)
    thumbnail = use_context().room.pictures.thumbnail(picture.id, picture.newest.number)
    if thumbnail:
        st.image(thumbnail, width="stretch", alt=f"Map of {picture.name}")
    else:
        st.caption(_describe_withheld())
    st.html(build_about(picture))
    send, more = st.columns([3, 2])
    if take_press(
        "More",
        key=f"more-{picture.id}",
        at=more,
        icon=":material/more_horiz:",
        width="stretch",
    ):
        _render_more(picture.id)
    if may("present") and take_press(
        "To the walls",
        key=f"send-{picture.id}",
        action="present",
        at=send,
        icon=":material/tv:",
        width="stretch",
    ):
        send_to_walls((picture.id,))


@st.dialog("Picture", width="large")
def _render_more(picture_id: str) -> None:
    """Everything of one Picture: its words, its revisions, an update, the archive."""
    saved = use_context().room.pictures
    picture = saved.get(picture_id)
    st.html(CSS + build_about(picture))
    _edit_words(picture)
    st.markdown("### Update from the current Picture")
    st.caption("Saves what the Picture page last showed as a new revision.")
    author = ask_author()
    opened = opened_picture()
    base = opened.number if opened and opened.id == picture_id else picture.newest.number
    if take_press(
        f"Save as revision {base + 1}", key="more-update", action="save", icon=":material/update:"
    ):
        updated = update_saved(OpenedPicture(id=picture_id, name=picture.name, number=base), author)
        if updated is not None:
            st.success(describe_saved(updated))
    st.markdown("### Revisions")
    st.html("".join(_build_line(revision) for revision in saved.history(picture_id)))
    if picture.archived_at is None:
        if take_press("Archive", key="more-archive", action="save", icon=":material/archive:"):
            with acting():
                with recording("archive", f"picture {picture_id}"):
                    saved.archive(picture_id)
                st.rerun()
    elif take_press("Restore", key="more-back", action="save", icon=":material/unarchive:"):
        with acting():
            with recording("unarchive", f"picture {picture_id}"):
                saved.restore(picture_id)
            st.rerun()


def _build_line(revision: Revision) -> str:
    link = saved_link(revision.picture_id, revision.number)
    chips = build_chips(revision.marking, synthetic=revision.synthetic)
    figures = "; ".join(f"{f.title.lower()} {f.value}" for f in revision.figures)
    if revision.withholds_figures:
        figures = _describe_withheld()
    return (
        f'<div class="cop-saved">{chips} {build_origin(revision)} '
        f'<a href="{link}" target="_self">Open</a><p>{escape(figures)}</p></div>'
    )


def _edit_words(picture: SavedPicture) -> None:
    saved = use_context().room.pictures
    with st.form("more-words"):
        name = st.text_input("Name", value=picture.name, max_chars=MOST_NAME)
        text = st.text_area("Purpose", value=picture.description, max_chars=MOST_DESCRIPTION)
        if not take_submit("Save changes", key="more-save", action="save"):
            return
    with acting():
        with recording("rename", f"picture {picture.id}"):
            saved.rename(picture.id, name)
            saved.describe(picture.id, text)
        st.rerun()
