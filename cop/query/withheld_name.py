"""Names that a viewer may not know of, in what others chose: the board, saved Pictures.

Of what a viewer asks for by themselves nothing is taken out: it is answered as what is not there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Self

from cop.errors import FilterError, VersionError
from cop.model.picture import Picture
from cop.model.release import Release
from cop.model.trial import SensorTrial
from cop.model.uploaded import PREFIX
from cop.query.service import QueryService
from cop.store.release.later import LaterVersions, Markings
from cop.store.snapshot import Snapshot

_LISTS: Final = ("source", "whatif", "layers")
_FIRST_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class WithheldNames:
    """What whole snapshots have and those that are released to a viewer do not, side by side.

    ``gone`` is what stored versions had that the newest one has no more: it counts as they marked
    it. Where not ``knows_all``, versions are stored no more, and any other name may be one of them.
    """

    snapshots: tuple[tuple[Snapshot, Snapshot], ...]
    release: Release | None = None
    gone: LaterVersions = field(default_factory=LaterVersions)
    knows_all: bool = True

    @classmethod
    def of(cls, service: QueryService, *, known_at: datetime | None = None) -> Self:
        """Return what is withheld from the viewers of a service, now and as known at a moment."""
        if service.release is None:
            return cls(snapshots=())
        whole = service.released_to(None)
        found = [(whole.snapshot, service.snapshot)]
        if known_at is not None:
            try:
                earlier = (one.snapshot_at(known_at=known_at) for one in (whole, service))
                found.append((next(earlier), next(earlier)))
            except VersionError:
                # Nothing is read of that moment, by nobody.
                pass
        gone = whole.warehouse.recall_all()
        return cls(
            snapshots=tuple(found),
            release=service.release,
            gone=gone,
            knows_all=gone.is_whole and _FIRST_VERSION in whole.warehouse.versions,
        )

    @cached_property
    def layers(self) -> frozenset[str]:
        """The ids of uploaded layers."""
        return self._layers.withheld

    @cached_property
    def sources(self) -> frozenset[str]:
        """The ids of sources."""
        return self._sources.withheld

    @cached_property
    def sensors(self) -> frozenset[str]:
        """The ids of sensors."""
        return self._sensors.withheld

    def admit_pairs(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the pairs of an address without the names that are withheld."""
        admitted = ((name, self._admit(name, value)) for name, value in pairs)
        return [(name, value) for name, value in admitted if value]

    def hides_layer(self, name: str) -> bool:
        """Return whether a layer of the map is withheld; one that comes with the program is not."""
        return name.startswith(PREFIX) and self._layers.hide(name)

    def are_named_in(self, picture: Picture) -> bool:
        """Return whether a Picture names any of them."""
        pairs = [pair for pair in picture.to_pairs() if pair[0] in _LISTS]
        return self.admit_pairs(pairs) != pairs

    def _admit(self, name: str, value: str) -> str:
        if name == "source":
            return "" if self._sources.hide(value) else value
        if name == "whatif":
            return "" if self._is_withheld(value) else value
        if name == "layers":
            listed = value.split(",")
            return ",".join(one for one in listed if not self.hides_layer(one.partition("*")[0]))
        return value

    def _is_withheld(self, trial: str) -> bool:
        try:
            read = SensorTrial.from_text(trial)
        except FilterError:
            return False
        if read.is_of_loaded:
            return self._sensors.hide(read.sensor)
        return read.sensor in self.sensors

    @cached_property
    def _layers(self) -> "_Names":
        return self._compare(lambda snapshot: snapshot.uploaded, self.gone.layers)

    @cached_property
    def _sources(self) -> "_Names":
        return self._compare(lambda snapshot: snapshot.sources, self.gone.sources)

    @cached_property
    def _sensors(self) -> "_Names":
        return self._compare(lambda snapshot: snapshot.sensor_ids, self.gone.sensors)

    def _compare(self, names_of: Callable[[Snapshot], Iterable[str]], gone: Markings) -> "_Names":
        both = [({*names_of(whole)}, {*names_of(own)}) for whole, own in self.snapshots]
        if not both:
            return _Names(withheld=frozenset(), known=None)
        there = both[0][0]
        lost = {name for name in {*gone} - there if not self._admits(gone[name])}
        known = frozenset(there | {*gone})
        return _Names(
            withheld=frozenset(lost.union(*(whole - own for whole, own in both))),
            known=None if self.knows_all else known,
        )

    def _admits(self, markings: Iterable[str]) -> bool:
        return self.release is None or (
            self.gone.is_whole and all(map(self.release.admits, markings))
        )


@dataclass(frozen=True, kw_only=True)
class _Names:
    """Names of one kind that are withheld, and all that are known of; None where that is all."""

    withheld: frozenset[str]
    known: frozenset[str] | None

    def hide(self, name: str) -> bool:
        return name in self.withheld or (self.known is not None and name not in self.known)
