"""The markings of a restored state: what is marked higher here stays so."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cop.model.marking import highest_marking
from cop.store.catalogue.file_check import check_file
from cop.store.catalogue.metadata import FileEntry, list_files
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.dataset.layer import read_layers, store_layer, stored_layers
from cop.store.dataset.raised_marking import RaisedMarkings
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, LAYERS, RECORD_DATASETS, SOURCES
from cop.store.dataset.source import source_frame, stored_sources
from cop.store.engine import fetch, quote


def raise_restored(transaction: WriteTransaction, version: int) -> Mapping[str, str]:
    """Mark what a transaction restores at least as it is marked here; return the sources raised.

    ``version`` is the one restored. What the newest version has no more counts as any version since
    marked it. Of damaged files nothing is known.
    """
    here = _Here(transaction, version, list_files(transaction.cursor))
    floors, raised = _raise_sources(transaction, here)
    _raise_layers(transaction, here)
    _raise_events(transaction, here, floors)
    for dataset in RECORD_DATASETS:
        _raise_records(transaction, dataset, here, floors)
    return raised


@dataclass(frozen=True)
class _Here:
    """The files of the newest version here, and of those since the restored one, that are whole."""

    transaction: WriteTransaction
    version: int
    entries: Iterable[FileEntry]

    def now(self, dataset: str) -> list[str]:
        return _whole(self.transaction.published.files.get(dataset, ()))

    def since(self, dataset: str) -> list[str]:
        root = self.transaction.folder / DATASET_FOLDER
        shown = {
            str(root / entry.path)
            for entry in self.entries
            if entry.dataset == dataset and entry.shown_from(self.version)
        }
        return _whole(shown - {*self.transaction.published.files.get(dataset, ())})


def _whole(files: Iterable[str]) -> list[str]:
    return [file for file in sorted(files) if check_file(Path(file)) is None]


def _raise_sources(
    transaction: WriteTransaction, here: _Here
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the markings that sources have from now on, and those of them that are raised."""
    now, since = (_read_sources(transaction, f(SOURCES)) for f in (here.now, here.since))
    stored = stored_sources(transaction)
    floors = {
        name: highest_marking(
            (source.marking, *(now.get(name) or since.get(name) or {source.marking}))
        )
        for name, (source, _) in stored.items()
    }
    raised = {name: floors[name] for name, (s, _) in stored.items() if floors[name] != s.marking}
    if raised:
        for name, marking in raised.items():
            source, loaded_at = stored[name]
            stored[name] = source.model_copy(update={"marking": marking}), loaded_at
        transaction.replace(SOURCES, source_frame(stored))
    return floors, raised


def _read_sources(transaction: WriteTransaction, files: list[str]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    if files:
        sql = "SELECT DISTINCT id, marking FROM read_parquet($files)"
        for name, marking in fetch(transaction.cursor, sql, {"files": files}):
            found[name].add(marking)
    return found


def _raise_layers(transaction: WriteTransaction, here: _Here) -> None:
    now, since = (
        [read_layers(transaction.cursor, [file]) for file in f(LAYERS)]
        for f in (here.now, here.since)
    )
    for name, layer in stored_layers(transaction).items():
        of_now, others = ([one[name] for one in found if name in one] for found in (now, since))
        own = (one.declared.marking for one in of_now or others)
        marking = highest_marking((layer.declared.marking, *own))
        if marking != layer.declared.marking:
            declared = layer.declared.model_copy(update={"marking": marking})
            store_layer(transaction, layer.model_copy(update={"declared": declared}))


def _raise_events(transaction: WriteTransaction, here: _Here, floors: Mapping[str, str]) -> None:
    raised = _compare(transaction, EVENTS, transaction.event_files(), here, floors)
    rows = f"SELECT {', '.join(map(quote, EVENT_COLUMNS))} FROM read_parquet($then)"
    for month in sorted(transaction.months):
        files = transaction.files_of_month(month) if raised is not None else []
        if raised is not None and raised.has_any(files):
            transaction.replace_month(month, raised.select(rows), {"then": files})


def _raise_records(
    transaction: WriteTransaction, dataset: str, here: _Here, floors: Mapping[str, str]
) -> None:
    path = transaction.intact(dataset)
    files = [path] if path else []
    raised = _compare(transaction, dataset, files, here, floors)
    if raised is not None and raised.has_any(files):
        rows = f"SELECT {', '.join(map(quote, RECORD_DATASETS[dataset]))} FROM read_parquet($then)"
        transaction.replace_by(
            dataset,
            f"SELECT * FROM ({raised.select(rows)}) ORDER BY source, record_id",
            {"then": files},
        )


def _compare(
    transaction: WriteTransaction,
    dataset: str,
    files: list[str],
    here: _Here,
    floors: Mapping[str, str],
) -> RaisedMarkings | None:
    """Compare restored files with those here; None where there are no others."""
    shown = {*transaction.published.files.get(dataset, ())}
    then = [file for file in files if file not in shown]
    if not then:
        return None
    return RaisedMarkings(
        transaction.cursor, dataset, then, floors, now=here.now(dataset), gone=here.since(dataset)
    )
