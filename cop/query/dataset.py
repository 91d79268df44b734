"""The content of a version: its datasets in rows and bytes, and the credits."""

import math
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from cop.errors import StoreError
from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.history import VersionNote
from cop.store.dataset.schema import EVENTS, REPORTS
from cop.store.dataset.source import report_names
from cop.store.snapshot import Snapshot

TITLES: dict[str, str] = {
    "events": "Events",
    "sources": "Sources and their details",
    "statistics": "Published figures by place and period",
    "facilities": "Ports, stations and other places with a function",
    "lines": "Barriers and boundaries",
    "terrain": "Rasters of heights",
    "sensors": "Sensors",
    "outages": "Times when sensors were not up",
    "placements": "Places that sensors look from, and when",
    "viewsheds": "What is seen from there",
    "coverage": "Areas that sensors see",
    "segment_coverage": "Share of each segment that is seen, and since when",
    "line": "The border line",
    "segments": "Segments of the line, at most 5 km",
    "sectors": "Areas of the sectors",
    "counties": "Areas of the counties",
    "background": "Land, water, borders and rivers",
    "places": "Towns",
    "credits": "Attributions of the geography",
    "region": "The region's declaration",
    "layers": "Details of uploaded layers",
    "quarantine": "Damaged files, excluded",
}


def build_dataset_table(snapshot: Snapshot) -> pd.DataFrame:
    """Return one row per dataset: dataset, title, rows, files, megabytes.

    Of events that are not all released to a viewer the size would tell of the others: it is NaN.
    """
    titles = TITLES | {
        layer.name: f"Layer: {layer.declared.title}" for layer in snapshot.uploaded.values()
    }
    for name in report_names(snapshot.catalogue.files):
        titles[name] = f"Status reports of {name.removeprefix(REPORTS).replace('_', '-')}"
    drafts = {layer.name for layer in snapshot.uploaded.values() if layer.state == "draft"}
    rows = []
    for name, files in sorted(snapshot.catalogue.files.items()):
        # Whoever asks, what a release admits has the drafts of everyone.
        if snapshot.release is not None and name in drafts:
            continue
        n, n_files, size_mb = _measure(name, files)
        if snapshot.release is not None:
            size_mb = math.nan
            n = sum(s.n for s in snapshot.event_sources.values()) if name == EVENTS else n
        rows.append((name, titles.get(name, name), n, n_files, size_mb))
    return pd.DataFrame(rows, columns=["dataset", "title", "rows", "files", "megabytes"])


def read_history(service: QueryService, view: View) -> list[VersionNote]:
    """Return the state of every version, newest first.

    A note counts and names what was loaded: where not everything is released to a viewer, it has
    the source at most.
    """
    notes = service.answer("history", view.part(Filter()), service.warehouse.history)
    if view.release is None:
        return notes
    return [_release_note(note, view.snapshot) for note in notes]


def read_credits(snapshot: Snapshot) -> pd.DataFrame:
    """Read the credits of the region's geography: text, license, package, version."""
    columns = ["text", "licence", "package", "version"]
    if "credits" not in snapshot.catalogue.files:
        return pd.DataFrame(columns=columns)
    (path,) = snapshot.catalogue.files_of("credits")
    return pd.read_parquet(path, columns=columns).drop_duplicates(ignore_index=True)


def _release_note(note: VersionNote, snapshot: Snapshot) -> VersionNote:
    source = note.load.source if note.load else ""
    title = snapshot.sources[source].source.title if source in snapshot.sources else ""
    return note.model_copy(update={"message": f"data of {title}" if title else "", "load": None})


def _measure(name: str, files: Iterable[str]) -> tuple[int, int, float]:
    paths = [Path(path) for path in files]
    try:
        rows = sum(pq.read_metadata(path).num_rows for path in paths)
        size = sum(path.stat().st_size for path in paths)
    except (OSError, ValueError) as fault:
        raise StoreError(f"the dataset {name} cannot be read: {fault}") from fault
    return rows, len(paths), size / 1e6
