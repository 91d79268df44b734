"""Who a page is drawn for: looked up in every run, never kept from an earlier one."""

from html import escape

import streamlit as st

from cop.access.access import Access
from cop.access.identity import Credentials
from cop.access.viewer import Viewer
from cop.errors import StoreError
from cop.ui.component.context import has_context, use_context

_OVER = "Signed out. Reload the page to sign in."
_UNKNOWN = "Who you are cannot be checked now. Try again later."


def current_viewer() -> Viewer:
    """Return the viewer of this run; the run ends here if there is none any more.

    Without sign-in it is the single operator.
    """
    return find_viewer(use_context().access)


def find_viewer(access: Access) -> Viewer:
    """Return the viewer of this run, also before its session has a context; ends it as above."""
    try:
        # A page draws itself anew on its own: only what a person does keeps a session alive.
        viewer = access.identity.find(_read_credentials(access), is_use=False)
    except StoreError:
        st.error(_UNKNOWN)
        st.stop()
    if viewer is None:
        st.error(_OVER)
        st.stop()
    return access.look_as(viewer, dict(st.context.cookies))


def own_credentials() -> Credentials:
    """Return what the browser of this run shows of who its viewer is, to be asked later too."""
    return _read_credentials(use_context().access)


def _read_credentials(access: Access) -> Credentials:
    if access.identity.is_open:
        return Credentials(cookies={}, headers={})
    return Credentials(cookies=dict(st.context.cookies), headers=st.context.headers)


def known_viewer() -> Viewer | None:
    """Return the viewer of this run; None where the program itself runs a script."""
    return current_viewer() if has_context() else None


def render_viewer(viewer: Viewer) -> None:
    """Draw in the rail who is signed in, with the ways out, and to view as another agency."""
    lines = []
    if viewer.origin not in ("this machine", "room key"):
        lines.append(f"{escape(viewer.name)} ({escape(viewer.agency)})")
        if viewer.origin != "certificate":
            lines.append('<a href="/sign-out" target="_self">Sign out</a>')
    if use_context().access.policy.may(viewer, "view_as"):
        lines.append('<a href="/view-as" target="_self">View as another agency</a>')
    with st.sidebar:
        st.html(f'<p style="font-size:0.875rem;margin:0">{"<br>".join(lines)}</p>')


def render_view_as(viewer: Viewer) -> None:
    """Draw above a page that it is seen as another agency sees it; nothing otherwise."""
    if not viewer.view_as:
        return
    agency = use_context().access.policy.agencies[viewer.view_as]
    st.html(
        f'<div class="cop-strip" role="note"><span class="cop-chip cop-trial">VIEW AS '
        f"{escape(viewer.view_as)}</span><span>{escape(agency.title)}: what both they and you may "
        'read. <a href="/view-as" target="_self">Change</a></span></div>'
    )
