"""A file that becomes events, sensors or statistics: mapped, checked, loaded, taken back."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.errors import MappingError
from cop.ingest.mapping.load import (
    MappedCheck,
    build_mapped_profile,
    check_mapped,
    load_mapped,
)
from cop.ingest.mapping.table import read_mapped
from cop.ingest.sink.undo import undo_load
from cop.ingest.upload.part import list_others
from cop.ingest.upload.read import convert_file
from cop.model.mapping import TARGETS, TargetKind
from cop.model.saved import check_author
from cop.model.source import ROW
from cop.model.upload import Choices, Inspection
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.press import take_press
from cop.ui.component.progress import showing_steps
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.save import as_text
from cop.ui.page.upload.column import ask_columns
from cop.ui.page.upload.figure import ask_figures
from cop.ui.page.upload.finding import count
from cop.ui.page.upload.saved_mapping import TARGET, render_save
from cop.ui.page.upload.source import ask_source
from cop.ui.page.upload.work import FIRST_ROWS, Incoming, spooled, store_settings, telling

LAYER = "layer"
MOST_MAPPED = 200_000
_TITLES = {LAYER: "Map layer", "events": "Events", "sensors": "Sensors",
           "statistics": "Statistics"}  # fmt: skip
_HIDDEN = (ROW, "source", "marking", "synthetic", "attributes", "mx", "my")


def ask_target(incoming: Incoming, seen: Inspection) -> TargetKind | None:
    """Ask what to import the rows as; None is a map layer."""
    if seen.kind in ("raster", "photo"):
        return None
    options = [LAYER, *TARGETS]
    chosen = st.segmented_control(
        "Import as", options, default=incoming.answers.get(TARGET, LAYER),
        key=incoming.named(TARGET), format_func=lambda one: _TITLES[one], required=True,
    )  # fmt: skip
    incoming.answers[TARGET] = chosen or LAYER
    return None if chosen in (None, LAYER) else cast("TargetKind", chosen)


def read_rows(incoming: Incoming, choices: Choices) -> None:
    """Read the rows in the sandbox, and keep them for the mapping."""
    numbered = choices.model_copy(update={"numbered": True})
    with (
        TemporaryDirectory(prefix="cop-mapped-") as scratch,
        spooled(incoming.file) as path,
        telling("Reading rows", incoming) as progress,
    ):
        folder = Path(scratch) / "draft"
        near = use_context().service.snapshot.line_bounds
        report = convert_file(
            path,
            incoming.name,
            numbered,
            folder,
            use_context().uploads,
            near=near,
            progress=progress,
            scan=incoming.find_scan(path),
        )
        incoming.mapped = read_mapped(
            folder, report, numbered, file=incoming.name, most=MOST_MAPPED
        )
        incoming.mapped_by, incoming.checked = choices, None


def render_mapped(
    incoming: Incoming, seen: Inspection, target: TargetKind, by: str, right: DeltaGenerator
) -> None:
    """Draw the column mapping, its check, and publishing."""
    table = incoming.mapped
    if table is None:
        return
    if incoming.loaded is not None:
        with right:
            _render_loaded(incoming, by)
            for one in list_others(seen, "not chosen"):
                st.caption(as_text(f"Skipped: {one.words}"))
        return
    with right:
        st.markdown(f"## What the columns mean, as {_TITLES[target].lower()}")
        if target == "statistics":
            answers, lacking = ask_figures(incoming, seen, table)
        else:
            answers, lacking = ask_columns(incoming, seen, table, target)
    words, check, publish = st.columns([2, 2, 1], gap="large")
    with words:
        st.markdown("## Source")
        source, missing = ask_source(incoming, target)
    declared = {"kind": target, "source": source, **answers}
    ready = lacking + missing
    found = None
    with check, acting():
        st.markdown("## Check")
        if not lacking:
            found = _check(incoming, {**declared, "source": _stand_in(source)})
        _render_check(target, found, ready)
        if found is not None:
            _render_problems(incoming, found)
    with publish:
        st.markdown("## Publish")
        if found is not None and not ready:
            render_save(incoming, seen, declared, by)
        if take_press(
            f"Publish {target}", key=incoming.named("publish-rows"), action="publish",
            type="primary", icon=":material/publish:", width="stretch",
            disabled=bool(ready) or found is None or not found.accepted,
        ):  # fmt: skip
            with acting():
                _load(incoming, declared, by)
                st.rerun()


def _stand_in(source: dict[str, Any]) -> dict[str, Any]:
    """Return words of a source that the rows can be checked with before it has all of its own."""
    plain = {"id": "unnamed", "title": "unnamed", "publisher": "unnamed", "terms": "unnamed"}
    return plain | {"marking": source["marking"]}


def _check(incoming: Incoming, declared: dict[str, Any]) -> MappedCheck | None:
    """Check the rows, again if an answer changed."""
    key = json.dumps(declared, sort_keys=True)
    if incoming.checked is not None and incoming.checked[0] == key:
        return incoming.checked[1]
    if incoming.mapped is None:
        return None
    found = check_mapped(incoming.mapped, build_mapped_profile(incoming.title, declared))
    incoming.checked = (key, found)
    return found


def _render_check(target: TargetKind, found: MappedCheck | None, lacking: list[str]) -> None:
    if found is not None:
        words = f"{found.accepted:,} of {found.rows:,} rows can be published as {target}."
        (st.success if found.accepted else st.error)(words, icon=":material/rule:")
    if lacking:
        st.warning(as_text(f"Still needed: {'; '.join(lacking)}."), icon=":material/help:")
    if found is not None and len(found.fitting):
        shown = found.fitting.head(FIRST_ROWS)
        shown = shown.drop(columns=[name for name in _HIDDEN if name in shown])
        with st.expander(f"Preview: first {len(shown)} rows"):
            st.dataframe(shown.dropna(axis="columns", how="all"), hide_index=True, height=240)


def _render_problems(incoming: Incoming, found: MappedCheck) -> None:
    n = len(found.rejects)
    if not n:
        st.caption("No problems found.")
        return
    first = [f"row {row}: {why}" for row, why in found.rejects[[ROW, "reason"]].head(3).values]
    st.caption(as_text(f"{count(n, 'row')} will be rejected. " + "; ".join(first)))
    offer_download(
        "Problems",
        data=found.to_csv,
        file_name="problems.csv",
        subject=f"problems of file {incoming.name}",
        mime="text/csv",
        key=incoming.named("map-problems"),
    )


def _load(incoming: Incoming, declared: dict[str, Any], by: str) -> None:
    if incoming.mapped is None:
        raise MappingError(f"{incoming.name}: read its rows first")
    name = str(incoming.answers.get("mapping-name") or incoming.title)
    profile = build_mapped_profile(name, declared)
    with showing_steps("Publishing") as progress:
        who = check_author(by)
        with recording("load", f"source {profile.source.id}", by=who, file=incoming.name) as act:
            report = load_mapped(
                store_settings(),
                incoming.mapped,
                profile,
                by=who,
                release=use_context().service.snapshot.release,
                progress=progress,
            )
            act.detail |= {"version": report.version, "accepted": report.accepted}
    incoming.loaded, incoming.loaded_source = report, profile.source.id
    use_context().service.warehouse.refresh()


def _render_loaded(incoming: Incoming, by: str) -> None:
    """Show what was loaded, and offer to undo it."""
    report = incoming.loaded
    if report is None:
        return
    changed = bool(report.accepted or report.superseded)
    st.success(
        f"Loaded: {report.accepted:,} new, {report.superseded:,} corrected, "
        f"{report.duplicate:,} already loaded, {report.rejected:,} rejected.  "
        + (f"Version {report.version}." if changed else "Nothing changed."),
        icon=":material/check_circle:",
    )
    if report.problems:
        st.dataframe(pd.DataFrame({"Rejected": report.problems}), hide_index=True)
        st.caption("All rejected rows are on the Sources page.")
    undo, again = st.columns(2)
    if changed and take_press(
        "Undo load",
        key=incoming.named("undo-load"),
        action="withdraw",
        at=undo,
        icon=":material/undo:",
        width="stretch",
    ):
        with acting():
            source = incoming.loaded_source
            who = check_author(by)
            with recording("undo", f"source {source}", by=who) as act:
                done = undo_load(store_settings(), source, by=who, version=report.version)
                act.detail["version"] = done.version
            service = use_context().service
            service.warehouse.refresh()
            incoming.loaded = None
            left = service.snapshot.sources.get(source)
            st.toast(f"Load undone. {source} now has {left.n if left else 0:,} records.")
            st.rerun()
    if take_press(
        "Edit mapping",
        key=incoming.named("map-again"),
        at=again,
        icon=":material/edit:",
        width="stretch",
    ):
        incoming.loaded = None
        st.rerun()
