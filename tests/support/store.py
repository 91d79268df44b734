"""Short ways to publish made-up events."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pandas as pd

from cop.settings import StoreSettings
from cop.store.catalogue.copy import keep_copy
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.catalogue.writer import file_sha256
from cop.store.dataset.event_merge import MergeCounts, merge_events
from cop.store.dataset.marking import Marked, mark_records
from cop.store.dataset.schema import EVENTS
from cop.store.dataset.source import Source, register_source
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse


def publish_events(
    settings: StoreSettings, *frames: pd.DataFrame, source: str = "test", synthetic: bool = False
) -> MergeCounts:
    """Merge frames as one publish, the source registered."""
    with open_transaction(settings) as transaction:
        counts = merge_events(transaction, source, frames)
        register_source(transaction, make_source(source, synthetic=synthetic))
        transaction.commit("test")
    return counts


def mark_all(settings: StoreSettings, marking: str, *, source: str = "test") -> None:
    """Mark all events of a source anew, also lower, as no load does."""
    with open_transaction(settings) as transaction:
        mark_records(transaction, Marked(EVENTS, source), lambda _, own: marking)
        transaction.commit("marked")


def publish_table(settings: StoreSettings, value: int) -> int:
    """Publish a small table beside the events and give the version."""
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [value]}))
        return transaction.commit(f"thing {value}")


def make_source(name: str = "test", *, synthetic: bool = False) -> Source:
    """A source of that name."""
    return Source(id=name, title=name.title(), publisher="us", terms="none", synthetic=synthetic)


def files_below(folder: Path) -> set[Path]:
    """Every file of data, drafts too."""
    return {p for p in (folder / "datasets").rglob("*") if p.is_file()}


def date_versions(folder: Path, moments: Mapping[int, datetime]) -> None:
    """Say that versions were published at other moments than they were, all before them as well."""
    first = min(moments)
    earlier = dict.fromkeys(range(first), moments[first])
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as opened, opened:
        opened.executemany(
            "UPDATE ducklake_snapshot SET snapshot_time = ? WHERE snapshot_id = ?",
            [
                (f"{at.isoformat(sep=' ')}+00", version)
                for version, at in (earlier | dict(moments)).items()
            ],
        )
    keep_copy(folder)


def read_newest(settings: StoreSettings) -> Snapshot:
    """The newest version as a server has it after its start."""
    with closing(Warehouse(settings)) as warehouse:
        return warehouse.snapshot


def shown_files(folder: Path) -> dict[int, tuple[str, ...]]:
    """The files of every kept version, by paths below the datasets; every one of them is whole."""
    reader = CatalogueReader(StoreSettings(data=folder))
    root = folder.resolve() / DATASET_FOLDER
    shown = {}
    for version in reader.versions():
        files = reader.catalogue(version=version).files
        paths = [Path(path) for name in files for path in files[name]]
        assert all(file_sha256(path) == path.stem for path in paths)
        shown[version] = tuple(sorted(path.relative_to(root).as_posix() for path in paths))
    reader.close()
    return shown
