"""Saving the Picture of the address: under a new name, or as a further revision."""

import streamlit as st

from cop.errors import CopError
from cop.export.draft import build_draft
from cop.model.saved import (
    MOST_DESCRIPTION,
    MOST_NAME,
    PictureDraft,
    SavedPicture,
    check_author,
)
from cop.ui.component.address import visits
from cop.ui.component.context import use_context
from cop.ui.component.known import open_picture
from cop.ui.component.name import ask_name, own_name, typed_name
from cop.ui.component.opened import OpenedPicture, opened_picture, remember_saved
from cop.ui.component.press import take_press, take_submit
from cop.ui.component.record import recording
from cop.ui.component.viewer import known_viewer

_AUTHOR, _ASKED, _MESSAGE = "save-author", "save-asked", "save-message"
_SIGNED = "You are signed in under this name. It is recorded with what you do."
_CHANGE = "Recorded with what you do. Change it in the rail, under *Who are you?*"


def render_save() -> None:
    """Draw how to save what is on the screen, and what is open."""
    opened = opened_picture()
    message: str = st.session_state.pop(_MESSAGE, "")
    if message:
        st.toast(message, icon=":material/bookmark_added:")
    with st.popover("Save Picture", icon=":material/bookmark_add:"):
        author = ask_author()
        if opened is not None:
            _offer_update(opened, author)
        _offer_new(author)
    if opened is not None:
        st.caption(_describe(opened), width="content")


def ask_author(key: str = _AUTHOR) -> str:
    """Return the user's name; ask for it where nobody has given one in this browser.

    A field stays in its place until another page is opened: what is below it does not move away
    from under a click.
    """
    name = own_name()
    if name and st.session_state.get(_ASKED) != visits():
        viewer = known_viewer()
        signed = viewer is not None and viewer.verified
        st.caption(f"As **{as_text(name)}**", help=_SIGNED if signed else _CHANGE)
        return name
    st.session_state[_ASKED] = visits()
    return ask_name("Your name", key=key)


def typed_author(key: str = _AUTHOR) -> str:
    """Return the name that the user typed, also before the field is drawn in this run."""
    return typed_name(key)


def build_current(author: str) -> PictureDraft:
    """Draw and count the Picture of the address; PictureError without an author."""
    check_author(author)
    service, view, picture = open_picture()
    with st.spinner("Saving Picture"):
        return build_draft(service, view, picture, author=author)


def update_saved(opened: OpenedPicture, author: str) -> SavedPicture | None:
    """Save the Picture of the address as a further revision; a fault is shown and gives None."""
    try:
        draft = build_current(author)
        with recording("save", f"picture {opened.id}", by=author) as act:
            updated = use_context().room.pictures.update(opened.id, draft, based_on=opened.number)
            act.detail["revision"] = updated.newest.number
    except CopError as fault:
        st.error(as_text(str(fault)))
        return None
    remember_saved(updated.name, updated.newest)
    return updated


def describe_saved(picture: SavedPicture) -> str:
    """Describe what was saved, as Markdown."""
    return as_text(f"Saved {picture.name}, revision {picture.newest.number}")


def as_text(words: str) -> str:
    """Keep what a user typed from being read as Markdown."""
    return "".join(f"\\{c}" if c in _MARKDOWN else c for c in words)


_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:&")


def _offer_update(opened: OpenedPicture, author: str) -> None:
    if take_press(
        f"Save as revision {opened.number + 1}",
        key="save-update",
        action="save",
        icon=":material/update:",
        width="stretch",
        help=as_text(f"Adds a revision to {opened.name}. Earlier revisions stay unchanged."),
    ):
        updated = update_saved(opened, author)
        if updated is not None:
            _rerun_with(updated)


def _offer_new(author: str) -> None:
    with st.form("save-new", border=False, enter_to_submit=True):
        name = st.text_input("Name", max_chars=MOST_NAME, key="save-name")
        text = st.text_area(
            "Purpose", max_chars=MOST_DESCRIPTION, key="save-description", height=68
        )
        if not take_submit(
            "Save as new", key="save-new-submit", action="save", width="stretch", type="primary"
        ):
            return
    try:
        draft = build_current(author)
        with recording("save", "new picture", by=author) as act:
            saved = use_context().room.pictures.save(draft, name=name, description=text)
            act.subject = f"picture {saved.id}"
    except CopError as fault:
        st.error(as_text(str(fault)))
        return
    remember_saved(saved.name, saved.newest)
    _rerun_with(saved)


def _rerun_with(picture: SavedPicture) -> None:
    """Rerun the page, which then shows what was saved and what is open."""
    st.session_state[_MESSAGE] = describe_saved(picture)
    st.rerun()


def _describe(opened: OpenedPicture) -> str:
    words = as_text(f"{opened.name}, revision {opened.number}")
    if opened.lost:
        words += ": its data version was deleted. Showing what is known **now**."
    return words
