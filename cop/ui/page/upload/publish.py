"""Publishing a draft to everyone's map, and unpublishing it."""

from typing import Any

import streamlit as st

from cop.ingest.layer.history import build_declaration
from cop.ingest.layer.lifecycle import show_draft, undo_layer
from cop.ingest.upload.part import describe_rejected, list_others, list_style_notes
from cop.model.saved import check_author
from cop.model.uploaded import UploadedLayer
from cop.ui.component.press import take_press
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text
from cop.ui.page.upload.far import ask_far, find_far_layer
from cop.ui.page.upload.shown import build_show_link, switch_on
from cop.ui.page.upload.work import Incoming, own_quota, store_settings, take_step


def render_publish(
    incoming: Incoming, layer: UploadedLayer, answers: dict[str, Any], by: str
) -> None:
    """Offer to publish a draft under the user's name, or to unpublish it."""
    if layer.state == "published":
        st.success(as_text(f"{layer.declared.title}, revision {layer.revision}"))
        _render_result(incoming, layer)
        if take_press(
            "Unpublish",
            key=incoming.named("unpublish"),
            action="withdraw",
            icon=":material/undo:",
            width="stretch",
        ):
            with acting():
                who = check_author(by)
                with recording("undo", f"layer {layer.id}", by=who) as act:
                    step = undo_layer(store_settings(), layer.id, by=who, quota=own_quota())
                    act.detail["version"] = step.version
                take_step(incoming, step)
                st.rerun()
        return
    amount = "A raster" if layer.content.raster is not None else f"{layer.content.n:,} features"
    st.caption(f"{amount}. Open pages show it within 5 seconds.")
    far = find_far_layer(incoming.report.bounds if incoming.report else None)
    agreed = ask_far(incoming, {} if far is None else {"": far})
    if take_press(
        "Publish",
        key=incoming.named("publish"),
        action="publish",
        type="primary",
        icon=":material/publish:",
        width="stretch",
        disabled=not agreed,
    ):
        with acting():
            declared = build_declaration(None, answers)
            who = check_author(by)
            with recording("publish", f"layer {layer.id}", by=who) as act:
                step = show_draft(store_settings(), layer.id, by=who, declared=declared)
                act.detail |= {"version": step.version, "marking": step.layer.declared.marking}
            take_step(incoming, step)
            switch_on([step.layer])
            st.rerun()


def _render_result(incoming: Incoming, layer: UploadedLayer) -> None:
    """Draw the link to the layer on the map, and what was left out of it."""
    report = incoming.report
    if report is None:
        return
    st.html(build_show_link([layer], report.bounds))
    others = [] if incoming.seen is None else list_others(incoming.seen, "not chosen")
    skipped = (f"Skipped: {one.words}" for one in others)
    for words in (describe_rejected(report), *list_style_notes(report.findings), *skipped):
        if words:
            st.caption(as_text(words))
