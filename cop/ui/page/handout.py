"""The Handout page: which Pictures, as what file; it is created on request and then downloaded."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from cop.export.brief import HandoutScene
from cop.export.handout import (
    FORMATS,
    Handout,
    HandoutFormat,
    HandoutOptions,
    build_handout,
    open_current,
    open_scene,
)
from cop.model.alert import MOST_NAME
from cop.model.moment import format_dtg
from cop.model.paper import PAPERS, PaperName
from cop.model.picture import Picture
from cop.model.saved import SavedPicture
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.frame import render_strip
from cop.ui.component.known import open_picture, render_known
from cop.ui.component.name import own_name
from cop.ui.component.permit import may
from cop.ui.component.press import take_press
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.save import ask_author, build_current

CURRENT, SAVED = "Current Picture", "Saved Pictures"
_CREATED = "handout-created"
_NOT_SAVED = "Your role does not save Pictures: the hand-out carries no id."
_MEGABYTE = 1_000_000


def render_handout() -> None:
    """Draw the page."""
    service, view, picture = open_picture()
    render_strip(view)
    render_known(view.snapshot)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("## Content")
        chosen, author = _choose_scenes(service, view, picture)
    with right:
        st.markdown("## Format")
        form: str = st.radio(
            "Format",
            list(FORMATS),
            format_func=lambda name: FORMATS[name].title,
            key="handout-form",
            label_visibility="collapsed",
        )
        options = _ask_options(FORMATS[form])
    of_saved = st.session_state["handout-what"] == SAVED
    selection = name_selection(view, picture, chosen if of_saved else None, form, options)
    if take_press(
        "Create hand-out",
        key="handout-create",
        action="export",
        type="primary",
        icon=":material/file_export:",
    ):
        st.session_state.pop(_CREATED, None)
        with acting(), st.spinner("Creating hand-out"):
            with recording("export", "hand-out", by=author or None, format=form) as act:
                scenes = _open_scenes(chosen, author)
                act.detail.update(_name_scenes(scenes))
                now = use_context().now()
                created = build_handout(scenes, form, created_at=now, options=options)
            st.session_state[_CREATED] = (selection, created)
    _offer_download(selection)


def name_selection(
    view: View,
    picture: Picture,
    saved: list[SavedPicture] | None,
    form: str,
    options: HandoutOptions,
) -> str:
    """Return what a hand-out would be of, as text: another for all that would change it.

    ``saved`` is None for the current Picture.
    """
    content: object = (view.snapshot.content, picture.to_pairs())
    if saved is not None:
        content = [(one.id, one.newest.number) for one in saved]
    return repr((content, view.release, form, options))


def _ask_options(form: HandoutFormat) -> HandoutOptions:
    """Ask for theme, paper and who prepared it, each where the format has it."""
    dark = st.toggle("Dark theme", key="handout-dark", disabled=not form.themed)
    paper: PaperName = use_context().paper
    if form.printed:
        names: list[PaperName] = [*PAPERS]
        paper = st.radio(
            "Paper",
            names,
            index=names.index(paper),
            format_func=lambda name: PAPERS[name].title,
            key="handout-paper",
            horizontal=True,
        )
    prepared_by = ""
    if form.several:
        st.session_state.setdefault("handout-by", own_name())
        prepared_by = st.text_input("Prepared by", max_chars=MOST_NAME, key="handout-by")
    return HandoutOptions(
        theme="dark" if dark and form.themed else "light",
        paper=paper,
        prepared_by=" ".join(prepared_by.split()),
        base=own_base(),
    )


def own_base() -> str:
    """Return the server's address as this browser knows it; empty if unknown."""
    return read_base(st.context.url or "")


def read_base(address: str) -> str:
    """Return the beginning of a page's address, http://host:port; empty where it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and parts.netloc
    return f"{parts.scheme}://{parts.netloc}" if is_web else ""


def _choose_scenes(
    service: QueryService, view: View, picture: Picture
) -> tuple[list[SavedPicture] | None, str]:
    """Ask for saved Pictures, None being the current one, and for who saves that if they may."""
    pictures = use_context().room.pictures.list()
    what = st.radio(
        "Pictures", [CURRENT, SAVED], key="handout-what", horizontal=True, disabled=not pictures
    )
    if what == SAVED:
        names = {saved.id: saved for saved in pictures}
        ids = st.multiselect(
            "Order (one per page)",
            list(names),
            format_func=lambda found: _describe(names[found]),
            key="handout-ids",
            placeholder="Select one or more",
        )
        return [names[found] for found in ids], ""
    known = _find_saved(service, view, picture)
    if known is not None:
        st.caption("Already saved. The hand-out carries its id.")
        return [known], ""
    if not may("save"):
        st.caption(_NOT_SAVED)
        return None, ""
    st.caption("Saves the Picture under your name first; the hand-out carries its id.")
    return None, ask_author()


def _describe(saved: SavedPicture) -> str:
    newest = saved.newest
    synthetic = ", SYNTHETIC" if newest.synthetic else ""
    saved_at = format_dtg(newest.saved_at)
    return f"{saved.name} (revision {newest.number}, {saved_at}, {newest.marking}{synthetic})"


def _find_saved(service: QueryService, view: View, picture: Picture) -> SavedPicture | None:
    """Return the saved Picture whose newest revision equals the current one."""
    versions, pairs = service.warehouse.versions, picture.to_pairs()
    return next(
        (
            saved
            for saved in use_context().room.pictures.list()
            if saved.newest.version == view.snapshot.version
            and saved.newest.as_known(versions).to_pairs() == pairs
        ),
        None,
    )


def _open_scenes(chosen: list[SavedPicture] | None, author: str) -> list[HandoutScene]:
    """Open what is handed out; the current Picture is saved first by who may save."""
    saved = use_context().room.pictures
    if chosen is None:
        title = f"Hand-out {format_dtg(use_context().now())}"
        if not may("save"):
            return [open_current(*open_picture(), title=title)]
        chosen = [saved.save(build_current(author), name=title)]
    return [
        open_scene(use_context().service, saved, picture.id, picture.newest.number)
        for picture in chosen
    ]


def _name_scenes(scenes: list[HandoutScene]) -> dict[str, object]:
    """Return what the audit record has of Pictures: ids, or the address of one not saved."""
    if scenes and not scenes[0].picture_id:
        return {"picture": urlencode(scenes[0].picture.to_pairs())}
    return {"pictures": [f"{one.picture_id}:{one.revision}" for one in scenes]}


def _offer_download(selection: str) -> None:
    """Offer the hand-out that was created of this selection; of another it is none."""
    created_of: str
    created: Handout | None
    created_of, created = st.session_state.get(_CREATED) or ("", None)
    if created is None:
        return
    if created_of != selection:
        st.caption("The selection has changed since the last hand-out. Create it again.")
        return
    offer_download(
        f"Download {created.name} ({len(created.content) / _MEGABYTE:.1f} MB)",
        data=created.content,
        file_name=created.name,
        subject="hand-out",
        mime=created.media_type,
    )
    st.caption("Shows marking, sources and times. Follow the marking when you share it.")
