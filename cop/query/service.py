"""One warehouse and the answers that were computed from it, each once."""

import copy
from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Self, TypeVar

from cachetools import LRUCache

from cop.interrupt import run_to_end
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.release import Release
from cop.model.uploaded import UploadedLayer
from cop.query.cache import SingleFlightCache
from cop.query.size import estimate_bytes
from cop.query.view import View, ViewPart
from cop.store.dataset.selection import select_events
from cop.store.room.room import Room
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from cop.tiles.basemap import Basemap

_ANSWER_BYTES = 256_000_000
"""Of all answers together: most take some KB, a forecast of every segment some MB."""
_KEY_BYTES = 1_000
Answer = TypeVar("Answer")


class QueryService:
    """Builds the views of a warehouse and caches the answers about them.

    The questions are functions beside their results, as ``read_figures(service, view)``.
    """

    def __init__(
        self, warehouse: Warehouse, *, tile_cache_mb: int, basemap: Basemap | None = None
    ) -> None:
        """Cache up to ``tile_cache_mb`` of tiles; ``basemap`` is the user's own basemap."""
        self.warehouse = warehouse
        self.basemap = basemap
        self.tiles = SingleFlightCache(
            LRUCache(tile_cache_mb * 1_000_000, getsizeof=lambda tile: len(tile) + 200)
        )
        self.answers = SingleFlightCache(
            LRUCache(_ANSWER_BYTES, getsizeof=lambda one: estimate_bytes(one) + _KEY_BYTES)
        )
        self.release: Release | None = None
        self.shows_draft: Callable[[UploadedLayer], bool] = lambda _layer: True

    def for_author(self, shows_draft: Callable[[UploadedLayer], bool]) -> Self:
        """Return the same service for a person who has those drafts of layers alone.

        What a release admits has the drafts of everyone: it is shared by many people.
        """
        other = copy.copy(self)
        other.shows_draft = shows_draft
        return other

    def released_to(self, release: Release | None) -> Self:
        """Return the same service for viewers who may read what a release has; None is everything.

        Both share what is computed: every answer is of one release.
        """
        if release == self.release:
            return self
        other = copy.copy(self)
        other.release = release
        vars(other).pop("room", None)
        return other

    @cached_property
    def room(self) -> Room:
        """What these viewers may read of the small records beside the warehouse."""
        return self.warehouse.room.released_to(
            self.release, may_know=self._may_know, may_count=self._may_count
        )

    @property
    def snapshot(self) -> Snapshot:
        """What these viewers may read of the newest version."""
        return self.warehouse.admit(self.warehouse.snapshot, self.release)

    def _may_know(self, picture: Picture) -> bool:
        """Return whether a saved Picture names nothing that is withheld from these viewers."""
        from cop.query.withheld_name import WithheldNames

        return not WithheldNames.of(self, known_at=picture.known_at).are_named_in(picture)

    def _may_count(self, sources: Collection[str] | None, version: int) -> bool:
        """Return whether sources of a version are released to these viewers, as marked now.

        Without sources it is not known which they were: then none may be withheld.
        """
        if self.release is not None and self.release.grant is not None:
            # It was counted before anything was left out by rules of giving.
            return False
        if sources is None:
            return not self.withholds_sources
        return self.reads_sources(sources, version)

    @property
    def withholds_sources(self) -> bool:
        """Whether any source of the newest version is withheld from these viewers."""
        return not {*self.warehouse.snapshot.sources} <= {*self.snapshot.sources}

    def reads_sources(self, sources: Collection[str], version: int) -> bool:
        """Return whether these viewers may read sources of a version, as they are marked now.

        One that is there no more counts as it does in its version.
        """
        whole, own = self.warehouse.snapshot.sources, self.snapshot.sources
        gone = {*sources} - {*whole}
        if not {*sources} - gone <= {*own}:
            return False
        if not gone:
            return True
        # A version that is not stored tells nothing.
        return version in self.warehouse.versions and (
            gone <= {*self.snapshot_at(version=version).sources}
        )

    @property
    def is_ready(self) -> bool:
        """Whether what they may read of the newest version is known already."""
        return self.warehouse.has_admitted(self.warehouse.snapshot, self.release)

    def snapshot_at(
        self, *, version: int | None = None, known_at: datetime | None = None
    ) -> Snapshot:
        """Return what they may read of an earlier version, or of what was known at a moment (UTC).

        Raise VersionError if that version is not stored, or nothing was known yet.
        """
        found = self.warehouse.snapshot_at(version=version, known_at=known_at)
        return self.warehouse.admit(found, self.release)

    def view(
        self,
        requested: Filter | None = None,
        *,
        version: int | None = None,
        known_at: datetime | None = None,
        since: datetime | None = None,
    ) -> View:
        """Return the view of a filter now, at an earlier version, or as known at a moment (UTC).

        ``since`` is the moment that changes count from. Raise VersionError if that version is not
        stored, FilterError if the filter has unknown names.
        """
        filter = requested or Filter()
        snapshot = self.find_snapshot(filter, version=version, known_at=known_at)
        return View.of(snapshot, filter, since=since)

    def find_snapshot(
        self,
        requested: Filter,
        *,
        version: int | None = None,
        known_at: datetime | None = None,
    ) -> Snapshot:
        """Return the snapshot that a filter is resolved against; VersionError as of ``view``."""
        is_past = version is not None or known_at is not None
        snapshot = (
            self.snapshot_at(version=version, known_at=known_at) if is_past else self.snapshot
        )
        # The tiles of a map name their records: they ask the room nothing.
        return snapshot if requested.records is not None else self.with_choice(snapshot)

    def with_choice(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot with the records that its room chose to show by default."""
        if len(snapshot.loaded_records) < 2:  # noqa: PLR2004 a choice needs two
            return snapshot
        chosen = self.room.attempt(
            "choices of records",
            lambda room: room.default_records.newest(at=snapshot.known_at),
            None,
        )
        return snapshot if chosen is None else replace(snapshot, chosen=chosen)

    def answer(
        self, question: str, part: ViewPart, build: Callable[[], Answer], *, about: Hashable = None
    ) -> Answer:
        """Return the result of ``build``, computed once for a question and the parts of a view.

        ``build`` may ask other questions. It runs to its end whoever gives up the work that asks:
        many may wait for it, and who asks again finds it.
        """
        return self.answers.once((question, about, part), lambda: run_to_end(build))

    def has_answer(self, question: str, part: ViewPart, *, about: Hashable = None) -> bool:
        """Return whether an answer is at hand."""
        return (question, about, part) in self.answers

    def check(self) -> None:
        """Raise StoreError if the warehouse cannot be read, or is gone."""
        self.warehouse.check_there()
        selection = select_events(self.warehouse.snapshot.catalogue, Filter())
        self.warehouse.query(f"SELECT 1 FROM {selection.source} LIMIT 1", selection.values)
