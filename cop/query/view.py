"""The View: what a viewer may read of a snapshot, and a resolved filter, built once per request."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from cop.model.filter import Filter, Records
from cop.model.release import Release
from cop.model.unapplied import UnappliedPart
from cop.model.window import TimeWindow
from cop.store.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class ViewPart:
    """The part of a View that an answer depends on: content, moments, filter, release.

    ``content`` is a version of the warehouse, or the digest of a few datasets.
    """

    content: Hashable
    filter: tuple[tuple[str, str], ...]
    known_at: datetime | None = None
    since: datetime | None = None
    release: Release | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A snapshot under a resolved filter; whatever reads data takes one.

    ``since`` is the moment that changes count from. The snapshot has what is released to the viewer
    and nothing else. ``unapplied`` are the parts of the Picture that it leaves out: they are shown
    with its scope, and no answer depends on them.
    """

    snapshot: Snapshot
    filter: Filter
    since: datetime | None = None
    unapplied: tuple[UnappliedPart, ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot, requested: Filter, *, since: datetime | None = None) -> Self:
        """Resolve a filter against a snapshot; FilterError names unknown values."""
        resolved = snapshot.resolve(requested)
        return cls(snapshot=snapshot, filter=resolved, since=since)

    def __eq__(self, other: object) -> bool:
        """Return whether both read the same content under equal filters."""
        return isinstance(other, View) and self._whole == other._whole

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(self._whole)

    @property
    def _whole(self) -> ViewPart:
        return replace(self.part(), since=self.since)

    @property
    def release(self) -> Release | None:
        """What its viewer may read; None is everything."""
        return self.snapshot.release

    @property
    def records(self) -> Records:
        """The records that are counted, real or synthetic."""
        return self.filter.records or "real"

    @property
    def zones(self) -> dict[str, str]:
        """The IANA time zone of each sector of the region that is loaded."""
        region = self.snapshot.region
        return {s.code: s.time_zone for s in region.sectors} if region else {}

    def narrowed(self, resolved: Filter) -> Self:
        """Return the same view under another filter, built from this one's."""
        return replace(self, filter=resolved)

    def within(self, window: TimeWindow) -> Self:
        """Return the same view over another window."""
        return self.narrowed(self.filter.within(window))

    def part(self, relevant: Filter | None = None) -> ViewPart:
        """Return what an answer depends on that reads any dataset under a part of the filter."""
        return ViewPart(
            content=self.snapshot.content,
            filter=tuple((self.filter if relevant is None else relevant).to_pairs()),
            known_at=self.snapshot.known_at,
            release=self.release,
        )

    def content(self, *datasets: str, relevant: Filter | None = None) -> ViewPart:
        """Return what an answer depends on that reads a few datasets, whatever is known when."""
        return ViewPart(
            content=self.snapshot.catalogue.digest(*datasets),
            filter=tuple((relevant or Filter()).to_pairs()),
            release=self.release,
        )
