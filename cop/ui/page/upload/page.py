"""The Upload page: files are dropped, and each becomes records or a layer."""

from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.ingest.layer.history import build_declaration
from cop.ingest.symbol.draw import draw_symbols
from cop.model.mapping import TargetKind
from cop.model.marking import highest_marking
from cop.model.saved import check_author
from cop.model.upload import Choices, Inspection
from cop.model.uploaded import UploadedLayer
from cop.ui.component.context import use_context
from cop.ui.component.frame import render_saved_strip
from cop.ui.component.permit import why_not
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text, ask_author
from cop.ui.page.upload.finding import build_column_table, build_facts, render_findings
from cop.ui.page.upload.group import ask_together, render_group
from cop.ui.page.upload.layer import list_layers, render_layers
from cop.ui.page.upload.mapped import ask_target, read_rows, render_mapped
from cop.ui.page.upload.metadata import ask_words
from cop.ui.page.upload.preview import render_preview
from cop.ui.page.upload.publish import render_publish
from cop.ui.page.upload.reading import ask_choices, reads_alike
from cop.ui.page.upload.saved_mapping import render_mappings, render_offer
from cop.ui.page.upload.style import ask_style
from cop.ui.page.upload.work import (
    Incoming,
    describe_stage,
    find_uploaded,
    holding,
    look,
    look_at_new,
    make_draft,
)

_IN_HAND = "upload-in-hand"
_CSS = """
<style>
[data-testid="stDataFrame"] ~ [data-testid="stElementToolbar"],
[data-testid="stFullScreenFrame"] [data-testid="stElementToolbar"] { display: none; }
[data-testid="stAlertContainer"] { padding: 0.4rem 0.75rem; }
[data-testid="stAlertContainer"] p { font-size: 0.85rem; }
.cop-facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.9rem;
  font-size: 0.85rem; line-height: 1.45; overflow-wrap: anywhere; }
.cop-reading { display: flex; gap: 0.5rem; align-items: baseline; font-size: 0.85rem; }
.cop-reading > b { flex: none; width: 1.25rem; border-radius: 50%; color: #000;
  text-align: center; }
.cop-facts > b { font-weight: 650; opacity: 0.75; }
</style>
"""
_BEFORE = "The draft appears here. Only you and curators see it until you publish it."


def render_upload() -> None:
    """Draw the page."""
    _render_strip()
    st.html(_CSS)
    drop, who = st.columns([4, 1], gap="large")
    with who:
        by = ask_author()
        st.caption("Recorded with each step.")
    with drop:
        refused = why_not("upload")
        if refused is not None:
            st.info(refused)
        found = st.file_uploader(
            "Files",
            accept_multiple_files=True,
            max_upload_size=use_context().uploads.upload_mb,
            key="upload-files",
            disabled=refused is not None,
            help="Tables, vector files, rasters, geotagged photos, TAK packages: docs/upload.md",
        )
    with holding(found) as files:
        if files:
            render_incoming(_choose(files), by)
    if not found:
        st.caption(
            "CSV, TSV, XLSX, GeoJSON, GeoPackage, KML/KMZ, GPX, GeoParquet, FlatGeobuf, GeoTIFF, "
            "DTED, NetCDF, geotagged JPEG; zipped Shapefile, FileGDB, TAK data package. "
            "Files are read in a sandbox. Nothing appears on other maps until you publish it."
        )
    if refused is None:
        render_mappings(by)
    render_layers(by)


def render_incoming(incoming: Incoming, by: str) -> None:
    """Draw the steps of one file up to its current one."""
    left, right = st.columns([2, 3], gap="large")
    with right:
        if incoming.looked is None:
            look(incoming, Choices())
        if incoming.fault:
            st.error(as_text(incoming.fault), icon=":material/error:")
    layer = _layer_of(incoming)
    seen = incoming.seen
    if seen is not None:
        with left:
            target = _ask_target(incoming, seen, layer, right)
        if target is not None:
            with left:
                _render_rows(incoming, seen, target, right=right)
            render_mapped(incoming, seen, target, by, right)
            return
        with left:
            if layer is None and ask_together(incoming, seen):
                render_group(incoming, seen, by, right)
                return
            _render_reading(incoming, seen, layer, by=by, right=right)
    if layer is not None:
        _render_layer(incoming, layer, by, right)
    elif not incoming.fault:
        _render_columns(incoming.seen, right)


def _ask_target(
    incoming: Incoming, seen: Inspection, layer: UploadedLayer | None, right: DeltaGenerator
) -> TargetKind | None:
    """Ask what a file becomes, and offer mappings that fit, until it is a layer's draft."""
    if layer is not None:
        return None
    with right:
        render_offer(incoming, seen)
    return ask_target(incoming, seen)


def _render_reading(
    incoming: Incoming, seen: Inspection, layer: UploadedLayer | None, *,
    by: str, right: DeltaGenerator,
) -> None:  # fmt: skip
    """Draw how a file is read that becomes a free layer, and making its draft."""
    if layer is not None and layer.state == "published":
        st.html(build_facts(seen, incoming.size))
        st.success("Published. Unpublish to change import settings.")
        return
    choices = _ask_reading(incoming, seen, None, right=right)
    if choices is None:
        return
    words = "Create draft" if layer is None else "Recreate draft"
    ready = not seen.asks and not incoming.fault and choices != incoming.drafted
    st.button(
        words, type="primary", disabled=not ready, icon=":material/draft:", on_click=_want,
        args=(incoming, "draft"),
    )  # fmt: skip
    if incoming.wants == "draft":
        _do(incoming, lambda: _draft(incoming, choices, by), ready=ready, right=right)


def _render_rows(
    incoming: Incoming, seen: Inspection, target: TargetKind, *, right: DeltaGenerator
) -> None:
    """Draw how a file is read that becomes records, and reading its rows."""
    choices = _ask_reading(incoming, seen, target, right=right)
    if incoming.loaded is not None:
        return
    if choices != incoming.mapped_by:
        # What was read otherwise is not what would be loaded.
        incoming.mapped = incoming.mapped_by = None
        _render_columns(seen, right, "Read the rows to map the columns.")
    ready = not seen.asks and not incoming.fault and incoming.mapped is None
    st.button(
        "Read rows", type="primary", disabled=not ready, icon=":material/table_rows:",
        on_click=_want, args=(incoming, "rows"),
    )  # fmt: skip
    if incoming.wants == "rows" and choices is not None:
        _do(incoming, lambda: read_rows(incoming, choices), ready=ready, right=right)


def _ask_reading(
    incoming: Incoming, seen: Inspection, target: TargetKind | None, *, right: DeltaGenerator
) -> Choices | None:
    """Draw what was found and how the file is read; look again where that was changed."""
    st.html(build_facts(seen, incoming.size))
    findings = st.container()
    choices = ask_choices(incoming, seen, placed=target != "statistics")
    with findings:
        render_findings(incoming, seen.findings)
    if choices is None:
        return None
    if not reads_alike(seen, choices) and choices != incoming.looked:
        with right:
            look(incoming, choices)
        st.rerun()
    return choices


def _render_columns(seen: Inspection | None, right: DeltaGenerator, words: str = _BEFORE) -> None:
    """Draw the table of columns where the map appears later."""
    with right:
        if seen is not None and seen.columns:
            st.dataframe(build_column_table(seen), hide_index=True)
        st.caption(words)


def _want(incoming: Incoming, what: Literal["draft", "rows"]) -> None:
    incoming.wants = what


def _do(incoming: Incoming, act: Callable[[], None], *, ready: bool, right: DeltaGenerator) -> None:
    """Run the requested action, then rerun the page.

    The request stays pending while the file is inspected again or another answer changes.
    """
    done = False
    if ready:
        with acting(), right:
            act()
            done = True
    incoming.wants = None
    if done:
        st.rerun()


def _draft(incoming: Incoming, choices: Choices, by: str) -> None:
    """Make the draft of a file under a person's name."""
    declared = build_declaration(None, {"title": incoming.title})
    make_draft(incoming, choices, declared, by=check_author(by))


def _render_layer(incoming: Incoming, layer: UploadedLayer, by: str, right: DeltaGenerator) -> None:
    """Draw the preview, and below it words, style and publishing."""
    words, style, publish = st.columns([2, 2, 1], gap="large")
    with words:
        st.markdown("## Description")
        answers = ask_words(incoming)
    with style:
        st.markdown("## Style")
        chosen = ask_style(incoming, layer)
    with publish:
        st.markdown("## Publish")
        render_publish(incoming, layer, {**answers, "style": chosen}, by)
    with right:
        drawn = tuple(draw_symbols(chosen.codes, layer.drawn).values())
        render_preview(incoming, layer.model_copy(update={"style": chosen, "symbols": drawn}))


def _layer_of(incoming: Incoming) -> UploadedLayer | None:
    if incoming.layer_id is None:
        return None
    found = find_uploaded(incoming.layer_id)
    return None if found.state == "retired" else found


def _choose(files: list[Incoming]) -> Incoming:
    """Ask which of several files is in hand."""
    if len(files) == 1:
        return files[0]
    look_at_new(files)
    names = [one.key for one in files]
    words = [as_text(f"{one.name} ({describe_stage(one)})") for one in files]
    kept = st.session_state.get(_IN_HAND)
    place = st.radio(
        "Current file",
        range(len(files)),
        # Words that change make a new widget, which must not forget which file it was.
        index=names.index(kept) if kept in names else 0,
        format_func=words.__getitem__,
        key="upload-file",
        horizontal=True,
    )
    st.session_state[_IN_HAND] = names[place]
    return files[place]


def _render_strip() -> None:
    """Draw the strip with the highest marking of all sources and drafts."""
    service = use_context().service
    snapshot = service.snapshot
    sources = [state.marking for state in snapshot.sources.values()]
    drafts = [la.declared.marking for la in list_layers(service) if la.state == "draft"]
    render_saved_strip(
        snapshot,
        highest_marking([*sources, *drafts]),
        synthetic=False,
        scope="files and layers, whatever the filter",
    )
