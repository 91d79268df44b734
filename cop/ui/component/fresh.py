"""Open pages show what is new without a reload: layers, impact levels, records."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    ThreadState,
    get_script_run_ctx,
)

from cop.query.offer import read_offer
from cop.query.service import QueryService
from cop.store.dataset.schema import LAYERS
from cop.ui.component.context import use_context

LOOK_SECONDS = 5
EVENT_SECONDS = 2


@st.fragment(run_every=LOOK_SECONDS)
def watch_layers(drawn_with: str) -> None:
    """Rerun the page as soon as there is anything else than it was drawn with.

    ``drawn_with`` is what `identify_layers` returned before the page was drawn: what is published
    while it is being drawn is then not missed.
    """
    service = use_context().service
    rerun_for(lambda: identify_layers(service) != drawn_with)


@st.fragment(run_every=EVENT_SECONDS)
def watch_events(drawn_with: int) -> None:
    """Rerun the page as soon as another version is published than the one it was drawn with."""
    service = use_context().service
    rerun_for(lambda: service.snapshot.version != drawn_with)


def rerun_for(has_news: Callable[[], bool]) -> None:
    """Rerun the page if there is news and it is its turn; else it looks again.

    The server asks ``has_news`` itself, in any thread, before it runs the fragment.
    """
    running, part = get_script_run_ctx(), ThreadState.get().fragment_id
    watches = use_context().page_watches
    if has_news() and (running is None or watches.may_follow(running.session_id)):
        st.rerun()
    if running is not None and part is not None:
        watches.note(running.session_id, part, has_news)


def identify_layers(service: QueryService) -> str:
    """Return what changes with the layers, the impact levels and the default records."""
    snapshot = service.with_choice(service.snapshot)
    levels = service.room.attempt("decisions", lambda room: room.decisions.mark(), "")
    shown = f"{snapshot.default_records} {read_offer(service) is not None}"
    return f"{snapshot.catalogue.digest(LAYERS)} {levels} {shown}"
