"""The uploaded layers: state, revisions and steps, to retire, undo or roll back."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from cop.ingest.layer.history import read_revisions
from cop.ingest.layer.lifecycle import retire_layer, rollback_layer, undo_layer
from cop.ingest.layer.step import SUBJECT, Step
from cop.model.moment import format_dtg
from cop.model.saved import check_author
from cop.model.uploaded import UploadedLayer
from cop.query.service import QueryService
from cop.store.dataset.layer import LayerRevision
from cop.store.room.audit import list_steps
from cop.ui.component.context import use_context
from cop.ui.component.press import take_press
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.upload.measure import render_measures
from cop.ui.page.upload.photo import render_photo
from cop.ui.page.upload.work import own_quota, store_settings


def render_layers(by: str) -> None:
    """Draw the list in an expander, and the steps that one of them can take."""
    layers = {la.id: la for la in list_layers(use_context().service)}
    with st.expander(f"Uploaded layers ({len(layers)})", icon=":material/layers:"):
        if not layers:
            st.caption("No uploaded layers.")
            return
        st.dataframe(build_layer_table(list(layers.values())), hide_index=True)
        chosen = st.selectbox(
            "Layer",
            list(layers),
            index=None,
            format_func=lambda found: f"{layers[found].declared.title} ({found})",
            key="upload-layer",
            placeholder="Select one to retire, undo, or roll back",
        )
        if chosen is not None:
            _render_one(layers[chosen], by)


def list_layers(service: QueryService) -> list[UploadedLayer]:
    """Return the layers on everyone's map, and those off it that are for the viewer."""
    layers = service.snapshot.uploaded.values()
    return [la for la in layers if la.state == "published" or service.shows_draft(la)]


def build_layer_table(layers: list[UploadedLayer]) -> pd.DataFrame:
    """Return a row per layer, the last changed first."""
    rows = [
        {
            "Title": la.declared.title,
            "State": la.state,
            "Revision": la.revision,
            "Features": la.content.n,
            "Marking": la.declared.marking,
            "Owner": la.owner,
            "Partner": "" if la.received is None else la.received.words,
            "Changed": format_dtg(la.changed_at),
            "By": la.changed_by,
            "Id": la.id,
        }
        for la in sorted(layers, key=lambda la: la.changed_at, reverse=True)
    ]
    return pd.DataFrame(rows)


def _render_one(layer: UploadedLayer, by: str) -> None:
    store = store_settings()
    _, kept = read_revisions(store, layer.id)
    older = [
        revision.layer.revision for revision in kept if revision.layer.revision != layer.revision
    ]
    back, act, undo, retire = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
    with back:
        number = st.selectbox(
            "Revision",
            older,
            index=None,
            key=f"upload-back-{layer.id}",
            placeholder="Earlier revision",
        )
    with act:
        _act(
            "Roll back",
            f"layer {layer.id}",
            by,
            lambda who: rollback_layer(store, layer.id, number or 0, by=who, quota=own_quota()),
            disabled=number is None or layer.received is not None,
        )
    with undo:
        _act(
            "Undo last step",
            f"layer {layer.id}",
            by,
            lambda who: undo_layer(store, layer.id, by=who, quota=own_quota()),
            # What a partner gave changes by its packages alone, but for what was retired here.
            disabled=layer.received is not None and layer.state != "retired",
        )
    with retire:
        _act("Retire", f"layer {layer.id}", by, lambda who: retire_layer(store, layer.id, by=who),
             disabled=layer.state == "retired")  # fmt: skip
    st.dataframe(build_history(layer, kept), hide_index=True)
    if layer.content.raster is not None and layer.state != "retired":
        render_measures(layer, layer.id)
    render_photo(layer, layer.id)


def build_history(layer: UploadedLayer, kept: list[LayerRevision]) -> pd.DataFrame:
    """Return the audit record of a layer, newest first, with the stored revisions."""
    steps = list_steps(store_settings(), subject=f"{SUBJECT} {layer.id}")
    shown = {revision.version: revision.layer.revision for revision in kept}
    rows = [
        {
            "When": format_dtg(step.at),
            "Who": step.who,
            "What": step.action,
            "Version": step.version,
            "Stored revision": shown.get(step.version or 0),
            "Detail": step.detail,
        }
        for step in steps
    ]
    table = pd.DataFrame(rows)
    return table.astype({"Stored revision": "Int64"}) if rows else table


_ACTIONS = {"Roll back": "roll back", "Undo last step": "undo", "Retire": "retire"}


def _act(
    words: str, subject: str, by: str, step: Callable[[str], Step], *, disabled: bool = False
) -> None:
    if take_press(
        words, key=f"upload-act-{words}", action="withdraw", disabled=disabled, width="stretch"
    ):
        with acting():
            who = check_author(by)
            with recording(_ACTIONS[words], subject, by=who) as act:
                act.detail["version"] = step(who).version
            use_context().service.warehouse.refresh()
            st.rerun()
