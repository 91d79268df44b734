"""Open pages show new layers and impact levels without a reload."""

import streamlit as st

from cop.store.dataset.schema import LAYERS
from cop.ui.component.context import use_context

LOOK_SECONDS = 5


def watch_layers() -> None:
    """Rerun the page as soon as layers or impact levels change."""
    _look(_name())


@st.fragment(run_every=LOOK_SECONDS)
def _look(drawn_with: str) -> None:
    if _name() != drawn_with:
        st.rerun()


def _name() -> str:
    service = use_context().service
    levels = service.warehouse.room.decisions.mark()
    return f"{service.warehouse.snapshot.catalogue.digest(LAYERS)} {levels}"
