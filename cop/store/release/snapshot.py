"""What a release admits of a snapshot: whatever reads the result meets nothing else.

Files of events are read under a condition (cop.store.catalogue.admission), their rollups too.
"""

import threading
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from cachetools import LRUCache

from cop.model.giving import Grant
from cop.model.release import Release
from cop.store.catalogue.admission import Admission
from cop.store.catalogue.grain import TOTALS
from cop.store.catalogue.version_note import Quarantined
from cop.store.dataset.rollup import Rollups
from cop.store.dataset.schema import EVENTS
from cop.store.dataset.sensor import read_sensor_ids
from cop.store.dataset.source import read_sources
from cop.store.engine import Cursor
from cop.store.release.case import ReleaseCase
from cop.store.release.copy import ReleaseCopies
from cop.store.release.event import EventReleases, list_groups
from cop.store.release.granted import GrantedEvents
from cop.store.release.granted_layer import clip_layers
from cop.store.release.later import LaterVersions
from cop.store.release.table import TableRelease
from cop.store.snapshot import Snapshot

_SNAPSHOTS_CACHED: Final = 96
_GRANTED_CACHED: Final = 24


class SnapshotReleases:
    """Builds what releases admit of the snapshots of one engine, each once."""

    def __init__(self, rollups: Rollups) -> None:
        """Count with the rollups of the engine."""
        self._copies = ReleaseCopies()
        self._events = EventReleases(rollups, self._copies)
        self._granted = GrantedEvents(rollups, self._copies)
        self._building, self._caching = threading.Lock(), threading.Lock()
        self._cache: LRUCache[Any, Snapshot] = LRUCache(_SNAPSHOTS_CACHED)
        # Those of a delay are new every quarter of an hour: they must not take the room of others.
        self._granted_cache: LRUCache[Any, Snapshot] = LRUCache(_GRANTED_CACHED)

    @property
    def folder(self) -> Path:
        """The folder of copies, which the engine reads and writes."""
        return self._copies.folder

    def close(self) -> None:
        """Remove the copies."""
        self._copies.close()

    def recall(self, snapshot: Snapshot, newest: Snapshot, release: Release) -> Snapshot | None:
        """Return the answer of ``admit`` if it is at hand, which takes no look into the store."""
        with self._caching:
            found = self._cache_of(release).get(_key(snapshot, newest, release))
        return None if found is None else _ask_as(found, snapshot)

    def admit(
        self,
        cursor: Cursor,
        snapshot: Snapshot,
        newest: Snapshot,
        release: Release,
        *,
        read_since: Callable[[Cursor], LaterVersions] | None = None,
    ) -> Snapshot:
        """Return what a release admits of a snapshot.

        Markings that were raised since count: what ``newest`` withholds is withheld at every moment
        before, too. ``read_since`` reads what the versions between the two had.
        """
        with self._building:
            found = self.recall(snapshot, newest, release)
            if found is not None:
                return found
            since = None if read_since is None else read_since(cursor)
            case = ReleaseCase.of(snapshot, newest, release, since=since)
            if release.grant is not None:
                case = clip_layers(cursor, case, release.grant)
            built = self._build(cursor, case)
            if release.grant is not None:
                built = self._grant(cursor, case, built, release.grant)
            with self._caching:
                self._cache_of(release)[_key(snapshot, newest, release)] = built
        return _ask_as(built, snapshot)

    def _cache_of(self, release: Release) -> LRUCache[Any, Snapshot]:
        return self._cache if release.grant is None else self._granted_cache

    def _grant(self, cursor: Cursor, case: ReleaseCase, built: Snapshot, grant: Grant) -> Snapshot:
        now, newest = None, case.newest
        if newest.version != case.snapshot.version:
            of_newest = self._build(cursor, ReleaseCase.of(newest, newest, case.release))
            now = (of_newest.catalogue, newest.catalogue)
        return self._granted.grant(cursor, built, case.snapshot.catalogue, grant, now=now)

    def _build(self, cursor: Cursor, case: ReleaseCase) -> Snapshot:
        snapshot = case.snapshot
        rollup, names = self._events.admit(cursor, case)
        tables = TableRelease(cursor, case, self._copies)
        files = tables.files | ({EVENTS: tuple(names)} if names else {})
        groups, counted = list_groups(cursor, rollup), {*list_groups(cursor, snapshot.rollup)}
        has_all_sources = {source for source, _ in counted} <= case.sources
        lacking = {n: paths for n, paths in snapshot.catalogue.lacking.items() if n in files}
        catalogue = replace(
            snapshot.catalogue,
            files=files,
            lacking=lacking,
            admitted=Admission(
                release=case.release,
                markings=tuple(sorted({marking for _, marking in groups})),
                sources=None if has_all_sources else tuple(sorted(case.sources)),
                small=rollup.small,
                names=names | tables.names,
            ),
        )
        # Where small cells are left out, each source may lack some of its events.
        partial = {source for source, _ in counted - ({*groups} if rollup.small is None else set())}
        return replace(
            snapshot,
            catalogue=catalogue,
            rollup=rollup,
            sources=read_sources(cursor, catalogue, rollup.select(TOTALS)),
            uploaded=case.layers,
            sensor_ids=read_sensor_ids(cursor, catalogue),
            quarantine=_admit_quarantine(snapshot.quarantine, files, case.sources, partial),
            withheld=case.withheld,
        )


def _key(snapshot: Snapshot, newest: Snapshot, release: Release) -> Hashable:
    return (snapshot.content, snapshot.catalogue.published_at, newest.content, release)


def _ask_as(found: Snapshot, snapshot: Snapshot) -> Snapshot:
    """Return what was admitted as of the moment and with the choice of what was asked for."""
    asked = (snapshot.known_at, snapshot.chosen)
    if (found.known_at, found.chosen) == asked:
        return found
    return replace(found, known_at=snapshot.known_at, chosen=snapshot.chosen)


def _admit_quarantine(
    rows: Iterable[Quarantined],
    files: Collection[str],
    sources: frozenset[str],
    partial: Collection[str],
) -> tuple[Quarantined, ...]:
    """Return what a viewer has to know of damage, without counting what may be withheld."""
    found = []
    for row in rows:
        named = {*row.sources}
        if row.dataset not in files and row.dataset != EVENTS:
            continue
        if named <= sources - {*partial} and named:
            found.append(row)
        elif not named or named & sources:
            found.append(_without_counts(row))
    return tuple(found)


def _without_counts(row: Quarantined) -> Quarantined:
    return row.model_copy(
        update={
            "n": None,
            "n_part": None,
            "n_missing": min(row.n_missing, 1),
            "substitute_version": None,
            "sources": (),
            "first_id": None,
            "last_id": None,
        }
    )
