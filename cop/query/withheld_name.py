"""Names that a viewer may not know of, in what others chose: the board, saved Pictures.

Of what a viewer asks for by themselves nothing is taken out: it is answered as what is not there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Self

from cop.errors import FilterError, VersionError
from cop.model.picture import Picture
from cop.model.trial import SensorTrial
from cop.query.service import QueryService
from cop.store.snapshot import Snapshot

_LISTS: Final = ("source", "whatif", "layers")


@dataclass(frozen=True, kw_only=True, eq=False)
class WithheldNames:
    """What whole snapshots have and those that are released to a viewer do not, side by side."""

    snapshots: tuple[tuple[Snapshot, Snapshot], ...]

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
        return cls(snapshots=tuple(found))

    @cached_property
    def layers(self) -> frozenset[str]:
        """The ids of uploaded layers."""
        return self._join({*whole.uploaded} - {*own.uploaded} for whole, own in self.snapshots)

    @cached_property
    def sources(self) -> frozenset[str]:
        """The ids of sources."""
        return self._join({*whole.sources} - {*own.sources} for whole, own in self.snapshots)

    @cached_property
    def sensors(self) -> frozenset[str]:
        """The ids of sensors."""
        return self._join(whole.sensor_ids - own.sensor_ids for whole, own in self.snapshots)

    def admit_pairs(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the pairs of an address without the names that are withheld."""
        admitted = ((name, self._admit(name, value)) for name, value in pairs)
        return [(name, value) for name, value in admitted if value]

    def are_named_in(self, picture: Picture) -> bool:
        """Return whether a Picture names any of them."""
        pairs = [pair for pair in picture.to_pairs() if pair[0] in _LISTS]
        return self.admit_pairs(pairs) != pairs

    def _admit(self, name: str, value: str) -> str:
        if name == "source":
            return "" if value in self.sources else value
        if name == "whatif":
            return "" if self._is_withheld(value) else value
        if name == "layers":
            listed = value.split(",")
            return ",".join(one for one in listed if one.partition("*")[0] not in self.layers)
        return value

    def _is_withheld(self, trial: str) -> bool:
        try:
            return SensorTrial.from_text(trial).sensor in self.sensors
        except FilterError:
            return False

    @staticmethod
    def _join(found: Iterable[Iterable[str]]) -> frozenset[str]:
        return frozenset(name for names in found for name in names)
