"""Saved mappings on the page: offered for the same columns, saved, listed and deleted."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.errors import MappingError
from cop.ingest.mapping.export import describe_written, export_mapping, export_profile, make_mapping
from cop.ingest.mapping.keep import (
    delete_mapping,
    fitting_mappings,
    list_mappings,
    save_mapping,
)
from cop.model.mapping import MOST_NAME, SavedMapping, used_columns
from cop.model.moment import format_dtg
from cop.model.saved import check_author
from cop.model.upload import Inspection
from cop.ui.component.context import use_context
from cop.ui.page.save import as_text
from cop.ui.page.upload.column import answers_of
from cop.ui.page.upload.figure import figure_answers
from cop.ui.page.upload.reading import answers_of_choices
from cop.ui.page.upload.source import source_answers
from cop.ui.page.upload.widget import acting, put, text
from cop.ui.page.upload.work import Incoming, store_settings

TARGET = "target"
_SAID = "upload-mapping-said"


def render_offer(incoming: Incoming, seen: Inspection) -> None:
    """Offer the saved mappings for files of exactly these columns."""
    names = [column.name for column in seen.columns]
    fitting = fitting_mappings(store_settings(), names) if names else ()
    for mapping in fitting:
        saved = format_dtg(mapping.saved_at)
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.info(
            as_text(
                f"Same columns as mapping {mapping.name} ({mapping.kind}, {mapping.author} {saved})"
            ),
            icon=":material/bookmark:",
        )
        button.button(
            "Use mapping",
            key=incoming.named(f"use-{mapping.name}"),
            on_click=use_mapping,
            args=(incoming, seen, mapping),
            width="stretch",
        )


def use_mapping(incoming: Incoming, seen: Inspection, mapping: SavedMapping) -> None:
    """Fill in the answers of a saved mapping; each can still be changed."""
    names = [column.name for column in seen.columns]
    choices = mapping.choices
    if choices.columns is None:
        used = {*used_columns(mapping.declared)}
        choices = choices.model_copy(update={"columns": tuple(n for n in names if n in used)})
    answers: dict[str, Any] = {TARGET: mapping.kind, "mapping-name": mapping.name}
    answers |= answers_of_choices(choices, seen) | source_answers(mapping.declared["source"])
    if mapping.kind == "statistics":
        answers |= figure_answers(mapping.declared)
    else:
        answers |= answers_of(mapping.declared)
    for part, value in answers.items():
        put(incoming, part, value)
    incoming.wants = "rows"


def render_save(incoming: Incoming, seen: Inspection, declared: dict[str, Any], by: str) -> None:
    """Offer to save what was answered under a name."""
    said: str = st.session_state.pop(_SAID, "")
    if said:
        st.toast(as_text(said), icon=":material/bookmark_added:")
    with st.popover("Save this mapping", icon=":material/bookmark_add:", width="stretch"):
        name = text(incoming, "mapping-name", "Name", most=MOST_NAME)
        st.caption("Offered again for files with the same columns.")
        if st.button("Save", key=incoming.named("mapping-save"), type="primary"):
            with acting():
                mapping = build_saved(incoming, seen, declared, name=name, author=check_author(by))
                renewed = save_mapping(store_settings(), mapping)
                st.session_state[_SAID] = f"{mapping.name} {'updated' if renewed else 'saved'}"
                st.rerun()


def build_saved(
    incoming: Incoming, seen: Inspection, declared: dict[str, Any], *, name: str, author: str
) -> SavedMapping:
    """Make a saved mapping of what was answered for a file; MappingError where it cannot be."""
    choices = incoming.mapped_by or seen.suggested
    roles = {**(choices.roles or {})}
    return make_mapping(
        {
            "name": name,
            "columns": tuple(column.name for column in seen.columns),
            "choices": choices.model_copy(update={"numbered": False, "layer": None}),
            "declared": declared,
            "written": describe_written(seen, roles=roles, day_first=choices.day_first),
            "author": author,
            "saved_at": use_context().now(),
        },
        file=incoming.name,
    )


def render_mappings(by: str) -> None:
    """Draw the list of saved mappings in an expander, to export or delete one."""
    with acting():
        held = {mapping.name: mapping for mapping in list_mappings(store_settings())}
        with st.expander(f"Saved mappings ({len(held)})", icon=":material/bookmarks:"):
            if not held:
                st.caption("No saved mappings.")
                return
            st.dataframe(build_mapping_table(list(held.values())), hide_index=True)
            name = st.selectbox(
                "Mapping", list(held), index=None, key="upload-mapping",
                placeholder="Select one to export or delete",
            )  # fmt: skip
            if name is not None:
                _render_one(held[name], by)


def build_mapping_table(held: list[SavedMapping]) -> pd.DataFrame:
    """Return a row per saved mapping."""
    rows = [
        {
            "Name": mapping.name,
            "Import as": mapping.kind,
            "Source": mapping.declared["source"]["id"],
            "Columns": ", ".join(mapping.columns),
            "Saved": format_dtg(mapping.saved_at),
            "By": mapping.author,
        }
        for mapping in held
    ]
    return pd.DataFrame(rows)


def _render_one(mapping: SavedMapping, by: str) -> None:
    whole, profile, gone = st.columns(3)
    with whole:
        _download("Export", export_mapping(mapping), f"mapping-{mapping.kind}.yaml")
    with profile:
        try:
            words, why = export_profile(mapping), None
        except MappingError as fault:
            words, why = "", str(fault)
        _download("Export as profile", words, f"{mapping.declared['source']['id']}.yaml", why=why)
    with gone:
        if st.button("Delete", key="upload-mapping-delete", width="stretch"):
            with acting():
                delete_mapping(store_settings(), mapping.name, by=check_author(by))
                st.rerun()


def _download(label: str, words: str, file: str, *, why: str | None = None) -> None:
    st.download_button(
        label, data=words, file_name=file, mime="application/yaml", key=f"upload-mapping-{label}",
        on_click="ignore", icon=":material/download:", width="stretch", disabled=why is not None,
        help=None if why is None else as_text(why),
    )  # fmt: skip
