"""Files that pages offer: built when they are asked for, recorded as an export before that.

Until then there is no file on the server that a browser could fetch. Who may not export, is signed
out, or may read something else by now gets none, nor does anyone while nothing can be recorded.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.access.identity import Credentials
from cop.access.policy_file import Action
from cop.access.viewer import Viewer
from cop.context import AppContext
from cop.errors import AccessError
from cop.model.moment import format_instant
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.permit import may, permitted
from cop.ui.component.record import own_actor
from cop.ui.component.viewer import current_viewer, own_credentials

Content = bytes | Callable[[], bytes]


def offer_download(
    label: str,
    *,
    data: Content,
    file_name: str,
    subject: str,
    marking: str = "",
    view: View | None = None,
    at: DeltaGenerator | None = None,
    **options: Any,
) -> None:
    """Draw a button that downloads a file, for who may export.

    ``subject`` names what is exported, ``marking`` and ``view`` what it carries and shows.
    """
    draw = st.download_button if at is None else at.download_button
    shown = {"file_name": file_name, "on_click": "ignore", "icon": ":material/download:", **options}
    if not may("export"):
        draw(label, **permitted("export", **shown, data=b""))
        return
    detail = {"file": file_name, **({"marking": marking} if marking else {}), **_describe(view)}
    build = prepare_download(data, subject, detail)
    draw(label, data=build, **shown)


def prepare_download(
    data: Content, subject: str, detail: dict[str, Any], *, action: Action = "export"
) -> Callable[[], bytes]:
    """Return what builds a file for the viewer of this run, outside of it, and records that.

    Whoever may do that ``action`` gets it, as long as they may read what they may read now.
    """
    context, actor, credentials = use_context(), own_actor(), own_credentials()
    drawn_for = current_viewer()

    def build() -> bytes:
        with context.audit.recorded(actor, "export", subject, **detail):
            _check(context, drawn_for, credentials, action)
            return data() if callable(data) else data

    return build


def _check(
    context: AppContext, drawn_for: Viewer, credentials: Credentials, action: Action
) -> None:
    """Raise AccessError unless the viewer is still signed in and may have the file."""
    access = context.access
    found = access.identity.find(credentials)
    viewer: Viewer | None = found and access.look_as(found, credentials.cookies)
    if viewer is None or viewer.id != drawn_for.id:
        raise AccessError("signed out: sign in, and open the page again")
    access.policy.check(viewer, action)
    if access.policy.release(viewer) != access.policy.release(drawn_for):
        raise AccessError("you may read something else by now: open the page again")


def _describe(view: View | None) -> dict[str, Any]:
    """Return version, filter and moment of a view, as an address has them."""
    if view is None:
        return {}
    known_at = view.snapshot.known_at
    return {
        "version": view.snapshot.version,
        "filter": urlencode(view.filter.to_pairs()),
        **({} if known_at is None else {"known_at": format_instant(known_at)}),
    }
