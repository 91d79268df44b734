"""Short ways to publish made-up events."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pandas as pd

from cop.settings import StoreSettings
from cop.store.catalogue import DATASET_FOLDER
from cop.store.merge import MergeCounts, merge_events
from cop.store.publication import open_publication
from cop.store.reader import CatalogueReader
from cop.store.source import Source, register_source
from cop.store.writer import file_sha256


def publish_events(
    settings: StoreSettings, *frames: pd.DataFrame, source: str = "test", synthetic: bool = False
) -> MergeCounts:
    """Merge frames as one publish, the source registered."""
    with open_publication(settings) as publication:
        counts = merge_events(publication, source, frames)
        register_source(publication, make_source(source, synthetic=synthetic))
        publication.commit("test")
    return counts


def publish_table(settings: StoreSettings, value: int) -> int:
    """Publish a small table beside the events and give the version."""
    with open_publication(settings) as publication:
        publication.replace("thing", pd.DataFrame({"a": [value]}))
        return publication.commit(f"thing {value}")


def make_source(name: str = "test", *, synthetic: bool = False) -> Source:
    """A source of that name."""
    return Source(id=name, title=name.title(), publisher="us", terms="none", synthetic=synthetic)


def files_below(folder: Path) -> set[Path]:
    """Every file of data, drafts too."""
    return {p for p in (folder / "datasets").rglob("*") if p.is_file()}


def date_versions(folder: Path, moments: Mapping[int, datetime]) -> None:
    """Say that versions were published at other moments than they were."""
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as opened, opened:
        opened.executemany(
            "UPDATE ducklake_snapshot SET snapshot_time = ? WHERE snapshot_id = ?",
            [(f"{at.isoformat(sep=' ')}+00", version) for version, at in moments.items()],
        )


def shown_files(folder: Path) -> dict[int, tuple[str, ...]]:
    """The files of every kept version, by paths below the datasets; every one of them is whole."""
    reader = CatalogueReader(StoreSettings(data=folder))
    root = folder.resolve() / DATASET_FOLDER
    shown = {}
    for version in reader.versions():
        files = reader.snapshot(version=version).files
        paths = [Path(path) for name in files for path in files[name]]
        assert all(file_sha256(path) == path.stem for path in paths)
        shown[version] = tuple(sorted(path.relative_to(root).as_posix() for path in paths))
    reader.close()
    return shown
