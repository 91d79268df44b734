"""The Data page: sources with age and terms, rejected rows, versions, datasets."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from cop.model.marking import MARKINGS
from cop.model.moment import format_age, format_dtg
from cop.model.text import FigureText
from cop.query.absence import describe_absence
from cop.query.dataset import build_dataset_table, read_credits, read_history
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.history import VersionNote
from cop.store.dataset.reject import RejectFile, read_rejects
from cop.store.snapshot import Snapshot
from cop.ui.component.context import use_context
from cop.ui.component.frame import render_plain_strip
from cop.ui.component.headline import render_headline
from cop.ui.component.record import note_sources
from cop.ui.page.data.connection import render_connection
from cop.ui.page.data.reject import render_rejects
from cop.ui.page.data.source import CSS, SourceRow, build_rows, build_source_list

_UNCHECKED = (
    f"Rejected rows were never checked: they are shown to people who may read {MARKINGS[-1]}"
)


def render_data() -> None:
    """Draw the page for the newest version, without a filter."""
    service = use_context().service
    view = service.view()
    note_sources(view)
    snapshot = view.snapshot
    now = use_context().now()
    render_plain_strip(snapshot)
    _render_fault()
    rows = build_rows(snapshot.sources.values(), now=now)
    rejects = _read_rejects(service, view)
    render_headline(build_data_figures(snapshot, rows, rejects, now=now))
    if rows:
        refused = {
            source: sum(file.n for file in rejects or () if file.source == source)
            for source in snapshot.sources
        }
        st.html(CSS + build_source_list(rows, refused, now=now))
    else:
        absent = describe_absence(snapshot, "sources")
        st.info(f"{absent}. To load some: `python -m cop demo` or `python -m cop ingest`.")
    st.markdown("## Rejected rows")
    if rejects is None:
        st.caption(f"{_UNCHECKED}.")
    else:
        render_rejects(rejects, snapshot.sources)
    _render_versions(service, view)
    _render_datasets(snapshot)
    render_connection()


def _read_rejects(service: QueryService, view: View) -> list[RejectFile] | None:
    """Return the files of rejected rows; None for a viewer who may not read what is unchecked."""
    files = read_rejects(service.warehouse.folder)
    if view.release is None:
        return files
    if not view.release.reads_unmarked:
        return None
    return [file for file in files if file.source in view.snapshot.sources]


def build_data_figures(
    snapshot: Snapshot,
    rows: Sequence[SourceRow],
    rejects: Sequence[RejectFile] | None,
    *,
    now: datetime,
) -> tuple[FigureText, ...]:
    """Return the headline: sources current and late, records, refused rows, the newest version.

    ``rejects`` is None where the viewer may not read them.
    """
    states = [row.fresh.state for row in rows]
    real, synthetic_n = (
        sum(row.state.n for row in rows if row.state.source.synthetic is synthetic)
        for synthetic in (False, True)
    )
    others = len(states) - states.count("current") - states.count("late")
    published = snapshot.catalogue.published_at
    return (
        FigureText(
            title="Sources current",
            value=f"{states.count('current')}",
            change=f"{others} without an update interval" if others else None,
            note="The newest record is within the expected update interval.",
        ),
        FigureText(
            title="Sources late",
            value=f"{states.count('late')}",
            note="The update is overdue by more than a quarter of the update interval.",
        ),
        FigureText(
            title="Real records",
            value=f"{real:,}",
            change=f"{synthetic_n:,} SYNTHETIC separately" if synthetic_n else None,
            note="All kinds of records. Real and synthetic records are never added together.",
        ),
        FigureText(
            title="Rejected rows",
            value="not shown" if rejects is None else f"{sum(file.n for file in rejects):,}",
            note="Rows rejected in all loads, each stored with the reason."
            if rejects is not None
            else f"{_UNCHECKED}.",
        ),
        FigureText(
            title="Newest version",
            value=f"{snapshot.version}",
            change=f"{format_dtg(published)}, {format_age(now - published)} old",
            note="Each load that changes data creates a version. Earlier versions stay available.",
        ),
    )


def build_version_table(history: Sequence[VersionNote]) -> pd.DataFrame:
    """Return one row per version, newest first, with the counts of its load."""
    counts = ("accepted", "rejected", "duplicate", "superseded")
    rows = [
        {
            "version": note.version,
            "published": format_dtg(note.published_at),
            "message": note.message,
            "source": note.load.source if note.load else None,
        }
        | {name: getattr(note.load, name) if note.load else None for name in counts}
        for note in history
    ]
    table = pd.DataFrame(rows, columns=["version", "published", "message", "source", *counts])
    return table.astype(dict.fromkeys(counts, "Int64"))


_COUNTS = (
    ("accepted", "Accepted", 75),
    ("rejected", "Rejected", 75),
    ("duplicate", "Already loaded", 110),
    ("superseded", "Corrected", 80),
)


def _render_fault() -> None:
    fault = use_context().refresher.fault
    if fault is not None:
        st.warning(
            f"Newer versions cannot be read: {fault}. Showing the last version read; retrying.",
            icon=":material/sync_problem:",
        )
    context = use_context()
    slow = context.serving.fault
    if slow is not None:
        # The reason names folders of the server.
        knows = context.viewer is None or context.access.policy.may(context.viewer, "audit")
        reason = f": {slow}" if knows else ""
        st.caption(f"Maps and figures are slower than they could be{reason}.")


def _render_versions(service: QueryService, view: View) -> None:
    st.markdown("## Versions")
    history = read_history(service, view)
    if not history:
        st.caption("No version history.")
        return
    table = build_version_table(history)
    if view.release is not None:
        # What a load brought, and what became of it, counts what is withheld too.
        table = table[["version", "published", "message"]]
    st.dataframe(
        table,
        hide_index=True,
        placeholder="",
        column_config={
            "version": st.column_config.NumberColumn("Version", width=65),
            "published": st.column_config.TextColumn("Published", width=130),
            "message": st.column_config.TextColumn("Message", width="large"),
            "source": st.column_config.TextColumn("Source", width=140),
            **{
                name: st.column_config.NumberColumn(title, format="localized", width=width)
                for name, title, width in _COUNTS
            },
        },
    )


def _render_datasets(snapshot: Snapshot) -> None:
    st.markdown("## Datasets of this version")
    datasets, credited = st.columns(2)
    table = build_dataset_table(snapshot)
    datasets.dataframe(
        table if snapshot.release is None else table.drop(columns="megabytes"),
        hide_index=True,
        column_config={
            "dataset": "Dataset",
            "title": "Content",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "files": "Files",
            "megabytes": st.column_config.NumberColumn("MB", format="%.1f"),
        },
    )
    credits = read_credits(snapshot)
    if credits.empty:
        credited.caption("No attributions.")
        return
    credited.dataframe(
        credits,
        hide_index=True,
        column_config={
            "text": st.column_config.TextColumn("Geography attribution", width="large"),
            "licence": "License",
            "package": "Package",
            "version": "Version",
        },
    )
