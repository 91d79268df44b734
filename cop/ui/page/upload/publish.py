"""Publishing a draft to everyone's map, and unpublishing it."""

from typing import Any

import streamlit as st

from cop.ingest.layer.history import build_declaration
from cop.ingest.layer.lifecycle import show_draft, undo_layer
from cop.model.saved import check_author
from cop.model.uploaded import UploadedLayer
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text
from cop.ui.page.upload.work import Incoming, own_quota, store_settings, take_step


def render_publish(
    incoming: Incoming, layer: UploadedLayer, answers: dict[str, Any], by: str
) -> None:
    """Offer to publish a draft under the user's name, or to unpublish it."""
    if layer.state == "published":
        st.success(as_text(f"{layer.declared.title}, revision {layer.revision}"))
        if st.button("Unpublish", icon=":material/undo:", width="stretch"):
            with acting():
                who = check_author(by)
                step = undo_layer(store_settings(), layer.id, by=who, quota=own_quota())
                take_step(incoming, step)
                st.rerun()
        return
    amount = "A raster" if layer.content.raster is not None else f"{layer.content.n:,} features"
    st.caption(f"{amount}. Open pages show it within 5 seconds.")
    if st.button("Publish", type="primary", icon=":material/publish:", width="stretch"):
        with acting():
            declared = build_declaration(None, answers)
            step = show_draft(store_settings(), layer.id, by=check_author(by), declared=declared)
            take_step(incoming, step)
            st.rerun()
