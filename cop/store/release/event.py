"""The events that a release admits: by source and marking, the raised ones of earlier versions not.

An admitted file is named by what it has to read, so that nothing that is withheld changes a name.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from cachetools import LRUCache

from cop.store.catalogue.grain import TOTALS
from cop.store.catalogue.small_cell import in_list
from cop.store.catalogue.version import month_of
from cop.store.dataset.rollup import Group, Rollup, Rollups
from cop.store.dataset.schema import EVENT_COLUMNS, EVENTS, MONTH
from cop.store.engine import Cursor, fetch
from cop.store.release.case import ReleaseCase
from cop.store.release.copy import ReleaseCopies, hash_row
from cop.store.release.since import WITHHELD, fill_withheld

_FILES_CACHED: Final = 20_000
Hashed = tuple[int, int]
"""How many rows, and the hash of them all."""


class EventReleases:
    """Finds what may be counted of the events of snapshots; each file is hashed once."""

    def __init__(self, rollups: Rollups, copies: ReleaseCopies) -> None:
        """Count with the rollups of the engine."""
        self._rollups, self._copies = rollups, copies
        self._hashes: LRUCache[str, dict[Group, Hashed]] = LRUCache(_FILES_CACHED)

    def admit(self, cursor: Cursor, case: ReleaseCase) -> tuple[Rollup, dict[str, str]]:
        """Return what may be counted, and the files to read with the names of their content."""
        snapshot = case.snapshot
        groups = _admit_groups(cursor, case)
        least = case.release.smallest_count
        small_now = self._admit_newest(cursor, case)

        def admit(stored: Rollup) -> Rollup:
            return self._rollups.admit(
                cursor, stored, groups, smallest_count=least, small_of=small_now
            )

        rollup = admit(snapshot.rollup)
        copies = self._copy_raised(cursor, case)
        if copies:
            files = tuple(copies.get(file, file) for file in snapshot.catalogue.event_files)
            lowered = replace(snapshot.catalogue, files={EVENTS: files})
            rollup = admit(self._rollups.build(cursor, lowered))
        self._hash(cursor, rollup.parts)
        small = self._hash_small(cursor, rollup)
        names = {}
        for file in rollup.parts:
            own = [
                (group, n - small[file, group][0], digest - small[file, group][1])
                for group, (n, digest) in sorted(self._hashes[file].items())
                if group in groups
            ]
            names[file] = f"{month_of(file)} {[one for one in own if one[1]]}"
        return rollup, names

    def _admit_newest(self, cursor: Cursor, case: ReleaseCase) -> Rollup | None:
        """Return what may be counted now: what is few now is left out at every moment before."""
        least, newest = case.release.smallest_count, case.newest
        if least <= 1 or newest.version == case.snapshot.version:
            return None
        groups = _admit_groups(cursor, ReleaseCase.of(newest, newest, case.release))
        return self._rollups.admit(cursor, newest.rollup, groups, smallest_count=least)

    def _hash_small(self, cursor: Cursor, rollup: Rollup) -> dict[tuple[str, Group], Hashed]:
        """Return what of each file and group lies in small cells."""
        found: dict[tuple[str, Group], Hashed] = defaultdict(lambda: (0, 0))
        if rollup.small is not None and rollup.parts:
            where = in_list(rollup.small, "date_trunc('month', occurred_at)")
            for file, group, hashed in _hash_groups(cursor, rollup.parts, where):
                found[file, group] = hashed
        return found

    def _copy_raised(self, cursor: Cursor, case: ReleaseCase) -> dict[str, str]:
        """Copy earlier files without the records that are withheld now; return the copies."""
        if not fill_withheld(cursor, case, EVENTS):
            return {}
        rows = fetch(
            cursor,
            "SELECT DISTINCT filename FROM read_parquet($files, filename => true, "
            f"hive_partitioning => false) WHERE event_id IN (FROM {WITHHELD})",
            {"files": case.only_then(EVENTS)},
        )
        asked = (case.snapshot.content, case.newest.content, case.release)
        name = hashlib.sha256(repr(asked).encode()).hexdigest()
        copies = {}
        for (file,) in rows:
            digest = hashlib.sha256(f"{name} {file}".encode()).hexdigest()
            target = self._copies.folder / f"{MONTH}={month_of(file)}" / f"{digest}.parquet"
            rest = (f"event_id NOT IN (FROM {WITHHELD})", dict[str, object]())
            copies[file] = self._copies.write(cursor, file, rest, target)
        return copies

    def _hash(self, cursor: Cursor, files: Iterable[str]) -> None:
        new = [file for file in files if file not in self._hashes]
        if not new:
            return
        for file in new:
            self._hashes[file] = {}
        for file, group, hashed in _hash_groups(cursor, new, "true"):
            self._hashes[file][group] = hashed


def _admit_groups(cursor: Cursor, case: ReleaseCase) -> frozenset[Group]:
    return frozenset(
        (source, marking)
        for source, marking in list_groups(cursor, case.snapshot.rollup)
        if source in case.sources and case.release.admits(marking)
    )


def _hash_groups(
    cursor: Cursor, files: Iterable[str], where: str
) -> Iterator[tuple[str, Group, Hashed]]:
    """Count and hash the events of files that pass a condition, by source and marking."""
    columns = [(name, kind) for name, kind in EVENT_COLUMNS.items() if name != "geometry"]
    rows = fetch(
        cursor,
        f"SELECT filename, source, marking, count(*), {hash_row(columns)} FROM "
        "read_parquet($files, filename => true, hive_partitioning => false) "
        f"WHERE {where} GROUP BY ALL",
        {"files": list(files)},
    )
    for file, source, marking, n, digest in rows:
        yield file, (source, marking), (n, digest)


def list_groups(cursor: Cursor, rollup: Rollup) -> list[Group]:
    """Return each source with each marking of events of it."""
    rows = fetch(cursor, f"SELECT DISTINCT source, marking FROM {rollup.select(TOTALS)}")
    return [(source, marking) for source, marking in rows]
