"""Saved mappings on the page: offered for the same columns, saved, listed and deleted."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.ingest.mapping.export import export_mapping, make_mapping
from cop.ingest.mapping.keep import (
    MappingReaders,
    delete_mapping,
    fitting_mappings,
    list_mappings,
    save_mapping,
)
from cop.model.mapping import (
    MOST_NAME,
    FileReading,
    SavedMapping,
    build_declared,
    used_columns,
)
from cop.model.moment import format_dtg
from cop.model.saved import check_author
from cop.model.upload import Inspection
from cop.query.withheld_name import WithheldNames
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.press import take_press
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text
from cop.ui.page.upload.column import answers_of
from cop.ui.page.upload.figure import figure_answers
from cop.ui.page.upload.reading import answers_of_choices
from cop.ui.page.upload.source import source_answers
from cop.ui.page.upload.widget import put, text
from cop.ui.page.upload.work import Incoming, store_settings

TARGET = "target"
_NOTICE = "upload-mapping-notice"


def render_offer(incoming: Incoming, seen: Inspection) -> None:
    """Offer the saved mappings for files of exactly these columns."""
    names = [column.name for column in seen.columns]
    fitting = fitting_mappings(store_settings(), names, readers=_readers()) if names else ()
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
    choices = mapping.reading.choices
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
    notice: str = st.session_state.pop(_NOTICE, "")
    if notice:
        st.toast(as_text(notice), icon=":material/bookmark_added:")
    with st.popover("Save this mapping", icon=":material/bookmark_add:", width="stretch"):
        name = text(incoming, "mapping-name", "Name", most=MOST_NAME)
        st.caption("Offered again for files with the same columns.")
        if take_press("Save", key=incoming.named("mapping-save"), action="upload", type="primary"):
            with acting():
                mapping = build_saved(incoming, seen, declared, name=name, author=check_author(by))
                with recording("save", f"mapping {mapping.name}", by=mapping.author):
                    renewed = save_mapping(store_settings(), mapping, readers=_readers())
                st.session_state[_NOTICE] = f"{mapping.name} {'updated' if renewed else 'saved'}"
                st.rerun()


def build_saved(
    incoming: Incoming, seen: Inspection, declared: dict[str, Any], *, name: str, author: str
) -> SavedMapping:
    """Build a saved mapping of the answers for a file; raise MappingError if it is not valid."""
    choices = incoming.mapped_by or seen.suggested
    reading = FileReading(
        **choices.model_dump(exclude={"numbered", "layer"}),
        header=tuple(column.name for column in seen.columns),
    )
    words = {
        "name": name,
        "declared": build_declared(declared, reading.dump()),
        "author": author,
        "saved_at": use_context().now(),
    }
    return make_mapping(words, file=incoming.name)


def render_mappings(by: str) -> None:
    """Draw the list of saved mappings in an expander, to export or delete one."""
    with acting():
        saved = {
            mapping.name: mapping for mapping in list_mappings(store_settings(), readers=_readers())
        }
        with st.expander(f"Saved mappings ({len(saved)})", icon=":material/bookmarks:"):
            if not saved:
                st.caption("No saved mappings.")
                return
            st.dataframe(build_mapping_table(list(saved.values())), hide_index=True)
            name = st.selectbox(
                "Mapping", list(saved), index=None, key="upload-mapping",
                placeholder="Select one to export or delete",
            )  # fmt: skip
            if name is not None:
                _render_one(saved[name], by)


def _readers() -> MappingReaders:
    service = use_context().service
    return MappingReaders(release=service.release, withheld=WithheldNames.of(service).sources)


def build_mapping_table(saved: list[SavedMapping]) -> pd.DataFrame:
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
        for mapping in saved
    ]
    return pd.DataFrame(rows)


def _render_one(mapping: SavedMapping, by: str) -> None:
    whole, gone = st.columns(2)
    offer_download("Export as profile", at=whole, data=export_mapping(mapping).encode(),
        file_name=f"{mapping.declared['source']['id']}.yaml", mime="application/yaml",
        subject=f"mapping {mapping.name}", key="upload-mapping-export", width="stretch",
        help="For `cop ingest KIND FILE --profile` and for `cop mapping save` elsewhere.",
    )  # fmt: skip
    with gone:
        if take_press("Delete", key="upload-mapping-delete", action="upload", width="stretch"):
            with acting():
                who = check_author(by)
                with recording("delete", f"mapping {mapping.name}", by=who):
                    delete_mapping(store_settings(), mapping.name, by=who, readers=_readers())
                st.rerun()
