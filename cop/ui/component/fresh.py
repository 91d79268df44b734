"""Open pages show what is new without a reload: layers, impact levels, records."""

import streamlit as st

from cop.query.offer import read_offer
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
    if identify_layers() != drawn_with:
        st.rerun()


@st.fragment(run_every=EVENT_SECONDS)
def watch_events(drawn_with: int) -> None:
    """Rerun the page as soon as another version is published than the one it was drawn with."""
    if use_context().service.snapshot.version != drawn_with:
        st.rerun()


def identify_layers() -> str:
    """Return what changes with the layers, the impact levels and the default records."""
    service = use_context().service
    snapshot = service.with_choice(service.snapshot)
    levels = service.room.attempt("decisions", lambda room: room.decisions.mark(), "")
    shown = f"{snapshot.default_records} {read_offer(service) is not None}"
    return f"{snapshot.catalogue.digest(LAYERS)} {levels} {shown}"
