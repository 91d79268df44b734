"""The content of a version: its datasets in rows and bytes, and the credits."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from cop.errors import StoreError
from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.catalogue.history import VersionNote
from cop.store.dataset.schema import REPORTS
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
    """Return one row per dataset: dataset, title, rows, files, megabytes."""
    titles = TITLES | {
        layer.name: f"Layer: {layer.declared.title}" for layer in snapshot.uploaded.values()
    }
    for name in report_names(snapshot.catalogue.files):
        titles[name] = f"Status reports of {name.removeprefix(REPORTS).replace('_', '-')}"
    rows = []
    for name, files in sorted(snapshot.catalogue.files.items()):
        rows.append((name, titles.get(name, name), *_measure(name, files)))
    return pd.DataFrame(rows, columns=["dataset", "title", "rows", "files", "megabytes"])


def read_history(service: QueryService, view: View) -> list[VersionNote]:
    """Return the state of every version, newest first."""
    return service.answer("history", view.part(Filter()), service.warehouse.history)


def read_credits(snapshot: Snapshot) -> pd.DataFrame:
    """Read the credits of the region's geography: text, license, package, version."""
    columns = ["text", "licence", "package", "version"]
    if "credits" not in snapshot.catalogue.files:
        return pd.DataFrame(columns=columns)
    (path,) = snapshot.catalogue.files_of("credits")
    return pd.read_parquet(path, columns=columns).drop_duplicates(ignore_index=True)


def _measure(name: str, files: Iterable[str]) -> tuple[int, int, float]:
    paths = [Path(path) for path in files]
    try:
        rows = sum(pq.read_metadata(path).num_rows for path in paths)
        size = sum(path.stat().st_size for path in paths)
    except (OSError, ValueError) as fault:
        raise StoreError(f"the dataset {name} cannot be read: {fault}") from fault
    return rows, len(paths), size / 1e6
