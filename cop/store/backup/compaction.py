"""Compaction: months of events that lie in many small files are written anew as one file each."""

import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cop.errors import BusyError, StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.change import REPAIR, write_events
from cop.store.catalogue.file_check import check_file
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.recovery import MERGED_FOLDER
from cop.store.catalogue.store import open_store
from cop.store.catalogue.transaction import open_transaction
from cop.store.catalogue.version import month_of
from cop.store.dataset.schema import EVENTS
from cop.store.engine import open_engine

MANY_FILES = 6
"""A month of so many files is compacted beside the work: below MOST_FILES, where a load must."""


@dataclass(frozen=True, kw_only=True)
class Compaction:
    """What was compacted: ``version`` is None if a writer was at work, so nothing was done.

    ``damaged`` names files whose content is not that of their name; their months stay as they are.
    """

    version: int | None
    months: tuple[str, ...] = ()
    files_before: int = 0
    damaged: tuple[str, ...] = ()


def compact(
    settings: StoreSettings,
    *,
    least_files: int = 2,
    most_months: int | None = None,
    rest_s: float = 0,
    wait_s: float = 0,
) -> Compaction:
    """Write each month of ``least_files`` files or more as one file; a version of equal events.

    The months of the most files come first, ``most_months`` of them; those that were loaded into
    within ``rest_s`` are left to their loads, which fold small files themselves. Writers go on
    until all is written: only showing it is a publish, which waits for another for ``wait_s``; then
    nothing is done. A month that lost one of its files meanwhile stays as it is. Earlier versions
    keep their files. Raise StoreError where there is no warehouse.
    """
    folder = settings.data.resolve()
    store = open_store(settings)
    if not store.exists():
        missing = store.describe_missing()
        raise StoreError(f"{settings.data} is not a warehouse ({missing}): check --data")
    try:
        with store.compaction_lock(timeout_s=wait_s):
            try:
                files = _read_event_files(settings)
                chosen = choose_months(files, least_files, rest_s=rest_s)[:most_months]
                months = {month: files[month] for month in chosen}
                damaged = {
                    m: fault for m, paths in months.items() if (fault := _find_damage(paths))
                }
                intact = {month: paths for month, paths in months.items() if month not in damaged}
                merged = _merge(settings, intact, folder / MERGED_FOLDER)
                return _show(settings, intact, merged, [*damaged.values()], wait_s=wait_s)
            finally:
                shutil.rmtree(folder / MERGED_FOLDER, ignore_errors=True)
    except BusyError:
        return Compaction(version=None)
    except OSError as fault:
        raise StoreError(f"{folder}: cannot write the warehouse: {fault}") from fault


def _read_event_files(settings: StoreSettings) -> dict[str, list[Path]]:
    """Return the files of the events of the newest version, by month."""
    with closing(CatalogueReader(settings)) as reader:
        return by_month(reader.catalogue().files.get(EVENTS, ()))


def by_month(files: Iterable[str]) -> dict[str, list[Path]]:
    """Return files of events by their month."""
    months = defaultdict[str, list[Path]](list)
    for file in files:
        months[month_of(file)].append(Path(file))
    return dict(months)


def choose_months(
    months: Mapping[str, Sequence[Path]], least_files: int, *, rest_s: float = 0
) -> list[str]:
    """Return the months of ``least_files`` files or more, those of the most files first.

    A month with a file that was written within ``rest_s`` is left out.
    """
    many = [month for month, files in months.items() if len(files) >= least_files]
    ordered = sorted(many, key=lambda month: -len(months[month]))
    return [month for month in ordered if _is_at_rest(months[month], rest_s)]


def _is_at_rest(files: Sequence[Path], rest_s: float) -> bool:
    latest = time.time() - rest_s
    return not rest_s or all(not _is_written_after(latest, file) for file in files)


def _is_written_after(moment: float, file: Path) -> bool:
    try:
        return file.stat().st_mtime > moment
    except OSError:
        return False


def _find_damage(files: Sequence[Path]) -> str | None:
    """What is damaged must not be written anew under a name that vouches for it."""
    for file in files:
        if (wrong := check_file(file)) is not None:
            return f"{file}: {wrong}; {REPAIR}"
    return None


def _merge(
    settings: StoreSettings, months: Mapping[str, Sequence[Path]], folder: Path
) -> dict[str, Path]:
    """Write the files of each month as one."""
    select = "FROM read_parquet($files, hive_partitioning => false)"
    merged = {}
    with closing(open_engine(settings)) as cursor:
        for month, files in months.items():
            written = write_events(cursor, select, folder, {"files": [*map(str, files)]})
            if written is not None:
                merged[month] = written.path
    return merged


def _show(
    settings: StoreSettings,
    months: Mapping[str, Sequence[Path]],
    merged: Mapping[str, Path],
    damaged: Sequence[str],
    *,
    wait_s: float,
) -> Compaction:
    with open_transaction(settings, wait_s=wait_s) as transaction:
        done = [m for m, path in merged.items() if transaction.swap_files(m, months[m], path)]
        return Compaction(
            version=transaction.commit(f"compacted {', '.join(done)}"),
            months=tuple(done),
            files_before=sum(len(months[month]) for month in done),
            damaged=tuple(damaged),
        )
