"""The warning before a layer is published that lies far from the area of operations."""

import streamlit as st

from cop.ingest.upload.distance import FarLayer, find_far
from cop.model.upload import Bounds
from cop.ui.component.context import use_context
from cop.ui.page.save import as_text
from cop.ui.page.upload.widget import tick
from cop.ui.page.upload.work import Incoming

AGREED = "far-agreed"


def find_far_layer(bounds: Bounds | None) -> FarLayer | None:
    """Return how far bounds lie from the area of this warehouse, if that is too far."""
    area = use_context().service.snapshot.line_bounds
    return find_far(bounds, area, most_km=use_context().uploads.upload_far_km)


def ask_far(incoming: Incoming, found: dict[str, FarLayer]) -> bool:
    """Warn of far layers by their names; return whether they may be published."""
    if not found:
        return True
    for name, far in found.items():
        words = f"{name}: {far.words}" if name else far.words
        st.warning(as_text(words), icon=":material/wrong_location:")
    return tick(incoming, AGREED, "Publish outside the area", default=False)
