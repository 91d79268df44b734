"""Acts of pages in the audit record: written before anything is done, and with the outcome."""

from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from cop.access.audit.log import RecordedAct
from cop.access.audit.visitor import name_session
from cop.layerkind.service.shown import list_markings, name_part
from cop.model.audit import Actor
from cop.model.saved import Revision
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.name import own_name
from cop.ui.component.viewer import current_viewer, own_credentials


def own_actor(by: str | None = None) -> Actor:
    """Return who acts in this session, by the name they typed."""
    address: object = st.context.ip_address
    return current_viewer().as_actor(
        address if isinstance(address, str) else None,
        name=own_name() if by is None else by,
    )


def note_view(view: View) -> None:
    """Record that the viewer sees what is restricted of a view, once for each session and source.

    Raise AuditError if that cannot be: then nothing may be shown.
    """
    _note(name_part(view, "page"), lambda: list_markings(view))


def note_layer(layer_id: str, marking: str) -> None:
    """Record that the viewer sees values of an uploaded layer; AuditError as of a view."""
    shown = {f"layer {layer_id}": marking}
    _note(frozenset(shown.items()), lambda: shown)


def note_sources(view: View, *, as_own: bool = False) -> None:
    """Record that the viewer sees what is stored of every source; AuditError as of a view.

    ``as_own`` where it is shown as to their own agency, whichever they look as.
    """
    sources = view.snapshot.sources.items()
    part = (view.snapshot.version, view.snapshot.known_at, view.release, "sources")
    _note(part, lambda: {f"source {name}": state.marking for name, state in sources}, as_own=as_own)


def note_saved(revision: Revision) -> None:
    """Record that the viewer sees figures and map of a saved Picture; AuditError as of a view."""
    shown = {f"picture {revision.picture_id}": revision.marking}
    _note(frozenset(shown.items()), lambda: shown)


def _note(part: Hashable, read: Callable[[], Mapping[str, str]], *, as_own: bool = False) -> None:
    context = use_context()
    viewer, views = context.viewer or current_viewer(), context.views
    session = name_session(viewer, own_credentials().cookies)
    if not views.knows(session, part):
        as_ = "" if as_own else viewer.view_as
        views.note(own_actor(), session, part, read(), as_=as_)


def recording(
    action: str, subject: str, *, by: str | None = None, **detail: Any
) -> AbstractContextManager[RecordedAct]:
    """Record an act; AuditError is raised before anything is done if that cannot be.

    A rerun of the page belongs after it: it would end the act as failed.
    """
    return use_context().audit.recorded(own_actor(by), action, subject, **detail)
