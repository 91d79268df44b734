"""Open pages show new layers, impact levels and the room's choice of records without a reload."""

import streamlit as st

from cop.query.offer import read_offer
from cop.store.dataset.schema import LAYERS
from cop.ui.component.context import use_context

LOOK_SECONDS = 5


def watch_layers() -> None:
    """Rerun the page as soon as layers, impact levels or the default records change."""
    _look(_name())


@st.fragment(run_every=LOOK_SECONDS)
def _look(drawn_with: str) -> None:
    if _name() != drawn_with:
        st.rerun()


def _name() -> str:
    service = use_context().service
    snapshot = service.with_choice(service.snapshot)
    levels = service.room.attempt("decisions", lambda room: room.decisions.mark(), "")
    shown = f"{snapshot.default_records} {read_offer(service) is not None}"
    return f"{snapshot.catalogue.digest(LAYERS)} {levels} {shown}"
