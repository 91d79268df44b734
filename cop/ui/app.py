"""The application: one entry for each file in pages/, in the groups of the rail."""

from collections.abc import Iterable
from contextlib import suppress
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cop.access.policy_file import Action
from cop.access.viewer import Rights, Viewer
from cop.context import AppContext
from cop.ui.component.address import carry_picture
from cop.ui.component.context import hold_context
from cop.ui.component.name import render_name
from cop.ui.component.viewer import find_viewer, render_view_as, render_viewer

HOME = "Picture"
GROUPS = {
    "Watch": (HOME, "Alerts", "Changes", "Wall"),
    "Assess": ("Sectors", "Coverage", "Impact", "Forecast", "Patterns"),
    "Brief": ("Brief", "Pictures", "Compare", "Handout"),
    "Share": ("Reports", "Requests", "Partners", "Sharing"),
    "Data": ("Upload", "Data", "Release", "Audit"),
}
"""The groups of the rail, from top to bottom."""
NEEDS: dict[str, Action] = {
    "Audit": "audit",
    "Release": "view_as",
    "Partners": "release",
    "Reports": "grade",
    "Sharing": "release",
}
"""What a viewer must be allowed to do to open a page; for others it is not there."""
FURTHER = "More"
"""The last group: pages that no other one names, in alphabetical order."""
TITLES = {"Handout": "Hand-out", "Data": "Sources"}
"""What the rail calls a page whose file has another name."""
BARE = ("Wall",)
"""Pages without the rail."""
MAPS = (HOME, "Changes", "Wall")
"""Pages that begin with a map."""
OWNER = "page-owner"
"""In a session: the rights that its page was drawn with first."""
_BEGUN = "app-begun"
_CHANGED = "Your rights changed. This page begins anew within seconds; if not, reload it."
ICON = Path(__file__).with_name("asset") / "icon.png"


def run(context: AppContext, paths: Iterable[Path]) -> None:
    """Show the page that the address names, one of those files; Picture.py is at /."""
    # Only a context with what the viewer may read: a run can be stopped anywhere, and parts of the
    # page be drawn after it.
    viewer = find_viewer(context.access)
    _stop_unless_owner(context, viewer)
    hold_context(context.answering(viewer))
    may = context.access.policy.may
    st.set_page_config(
        page_title="Common operating picture",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state="locked",
    )
    named = {path.stem: path for path in paths}
    files = {n: path for n, path in named.items() if n not in NEEDS or may(viewer, NEEDS[n])}
    pages = {
        name: st.Page(files[name], title=name_page(name), url_path=name, default=name == HOME)
        for names in group_pages(files).values()
        for name in names
    }
    groups = {group: [pages[name] for name in names] for group, names in group_pages(files).items()}
    page = st.navigation(groups, position="sidebar", expanded=True)
    name = next(name for name, one in pages.items() if one == page)
    if name == HOME and _begins_with_brief(context, viewer) and "Brief" in pages:
        st.switch_page(pages["Brief"])
    carry_picture(name)
    if name not in BARE:
        render_name()
        render_viewer(viewer)
    st.html(f'<h1 class="cop-page-title">{escape(page.title)}</h1>')
    render_view_as(viewer)
    page.run()


def _begins_with_brief(context: AppContext, viewer: Viewer) -> bool:
    """Return whether this is the first page of a session of an agency with counties of its own.

    An address that asks for something of the Picture is followed.
    """
    is_first = not st.session_state.get(_BEGUN, False)
    st.session_state[_BEGUN] = True
    rule = context.access.policy.agencies.get(viewer.agency)
    return is_first and not st.query_params and rule is not None and bool(rule.counties)


def _stop_unless_owner(context: AppContext, viewer: Viewer) -> None:
    """Go on for whom this session's page was drawn first; with other rights the run ends here.

    What the session has was made with the rights of then: it goes. Its socket ends within seconds
    (cop.server.session_socket), and the browser begins another session.
    """
    running = get_script_run_ctx()
    if running is None:
        return
    # Also in the session itself, as the owners of very many sessions are forgotten.
    first: Rights = st.session_state.setdefault(OWNER, viewer.rights)
    if first == viewer.rights and context.page_owners.take(running.session_id, viewer):
        return
    running.fragment_storage.clear()
    for key in [key for key in st.session_state if key != OWNER]:
        with suppress(KeyError):
            del st.session_state[key]
    st.error(_CHANGED)
    st.stop()


def group_pages(names: Iterable[str]) -> dict[str, list[str]]:
    """Return which of the pages each group of the rail has, in order; a group has at least one."""
    left = set(names)
    groups = {group: [name for name in own if name in left] for group, own in GROUPS.items()}
    left.difference_update(*groups.values())
    groups[FURTHER] = sorted(left)
    return {group: own for group, own in groups.items() if own}


def name_page(name: str) -> str:
    """Return what the rail calls the page of a file."""
    return TITLES.get(name, name)
