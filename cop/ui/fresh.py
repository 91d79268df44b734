"""A page that is open shows a layer that was brought meanwhile, without being loaded anew."""

import streamlit as st

from cop.store.schema import LAYERS
from cop.web.service import current_service

LOOK_SECONDS = 5


def watch_layers() -> None:
    """Draw this page anew as soon as other layers are on everyone's map than it was drawn with."""
    _look(_layers_name())


@st.fragment(run_every=LOOK_SECONDS)
def _look(drawn_with: str) -> None:
    if _layers_name() != drawn_with:
        st.rerun()


def _layers_name() -> str:
    return current_service().edition.snapshot.digest(LAYERS)
