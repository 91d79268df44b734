"""The Picture: everything that decides what is on the screen; read from an address."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Self

from cop.errors import FilterError
from cop.model.ahead import Ahead
from cop.model.filter import MOST_VALUES, REPEATABLE, SINGLE, Filter
from cop.model.moment import format_moment, parse_moment
from cop.model.unapplied import UnappliedPart
from cop.model.window import PRESETS

_MOST_ZOOM = 22.0
_MOST_PAIRS, _MOST_UNAPPLIED = 1_000, 20
_ENDS = ("from", "to")
_MOMENTS = (*_ENDS, "window")
_LISTS = ("layers", "measure")


@dataclass(frozen=True, kw_only=True)
class Viewpoint:
    """Where the map looks: center in degrees (EPSG:4326) and zoom in 512-pixel tiles."""

    lat: float
    lon: float
    zoom: float

    def to_text(self) -> str:
        """Write it as ``lat,lon,zoom``; five decimals are about 1 m."""
        return f"{self.lat:.5f},{self.lon:.5f},{self.zoom:.2f}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read ``lat,lon,zoom``."""
        try:
            lat, lon, zoom = (float(part) for part in text.split(","))
        except ValueError as fault:
            raise FilterError(f"map={text[:40]!r}: use lat,lon,zoom as numbers") from fault
        inside = abs(lat) <= 90 and abs(lon) <= 180 and 0 <= zoom <= _MOST_ZOOM  # noqa: PLR2004
        if not inside or math.isnan(lat + lon + zoom):
            raise FilterError(f"map={text[:40]!r}: outside the world or zoom 0 to 22")
        return cls(lat=lat, lon=lon, zoom=zoom)


@dataclass(frozen=True, kw_only=True)
class ShownLayer:
    """A layer that is switched on, and its opacity 0-1."""

    id: str
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Filter, the name of its window's length, viewpoint, shown layers bottom first, measures.

    ``known_at`` (naive UTC) is the moment of the data, None for now; changes count from ``since``.
    ``shown`` None means the layers as declared; ``measures`` are the keys that layers are colored
    by, if not by their first. ``unapplied`` are the parts that were asked for and are left out:
    the address keeps them, so that whoever opens it next is told too.
    """

    filter: Filter = field(default_factory=Filter)
    preset: str | None = None
    known_at: datetime | None = None
    since: datetime | None = None
    viewpoint: Viewpoint | None = None
    shown: tuple[ShownLayer, ...] | None = None
    measures: tuple[str, ...] = ()
    unapplied: tuple[UnappliedPart, ...] = ()

    def filter_pairs(self) -> list[tuple[str, str]]:
        """Return the parameters that decide what is counted: filter, preset and moments."""
        pairs = self.filter.to_pairs()
        if self.preset is not None:
            pairs.append(("window", self.preset))
        if self.known_at is not None:
            pairs.append(("known_at", format_moment(self.known_at)))
        if self.since is not None:
            pairs.append(("since", format_moment(self.since)))
        return pairs

    def to_pairs(self) -> list[tuple[str, str]]:
        """Return the query parameters of the address in canonical order."""
        pairs = self.filter_pairs()
        if self.viewpoint is not None:
            pairs.append(("map", self.viewpoint.to_text()))
        if self.shown is not None:
            pairs.append(("layers", ",".join(f"{s.id}*{s.opacity:g}" for s in self.shown)))
        if self.measures:
            pairs.append(("measure", ",".join(self.measures)))
        left = [(part.name, part.value) for part in self.unapplied]
        if any(name == "ahead" for name, _ in left):
            # The usual period is not written; beside another one it has to be, to come first.
            left.insert(0, ("ahead", (self.filter.ahead or Ahead()).to_text()))
        return list(dict.fromkeys([*pairs, *left]))

    def without(self, parts: Iterable[UnappliedPart]) -> Self:
        """Return the same Picture that names further parts as not applied.

        They come before others of their name: of these the first counts when it is opened again.
        """
        added = tuple(parts)
        names = {part.name for part in added}
        behind = [part for part in self.unapplied if part.name in names]
        before = [part for part in self.unapplied if part.name not in names]
        known: dict[tuple[str, str], UnappliedPart] = {}
        for part in (*before, *added, *behind):
            known.setdefault((part.name, part.value), part)
        return replace(self, unapplied=tuple(known.values())[:_MOST_UNAPPLIED])

    def chosen_over(self, before: Self) -> Self:
        """Return it without the unapplied parts of parameters that differ from ``before``.

        A viewer who chooses sectors no longer asks for the one that is gone.
        """
        plain = [replace(one, unapplied=()).to_pairs() for one in (self, before)]
        changed = {name for name, _ in set(plain[0]) ^ set(plain[1])}
        if changed & {*_MOMENTS}:
            changed.update(_MOMENTS)
        left = tuple(part for part in self.unapplied if part.name not in changed)
        return replace(self, unapplied=left)

    @classmethod
    def open_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read an address as far as it can be read; what cannot be is among ``unapplied``.

        Of a parameter that is given twice the first value that can be read counts.
        """
        applied, unapplied = list[tuple[str, str]](), list[UnappliedPart]()
        counts = Counter[str]()
        for name, value in islice(dict.fromkeys(_split(pairs)), _MOST_PAIRS):
            try:
                cls.from_pairs([(name, value)])
                _check_more(name, counts)
            except FilterError as fault:
                unapplied.append(UnappliedPart.of(name, value, str(fault)))
            else:
                applied.append((name, value))
                counts[name] += 1
        try:
            return cls.from_pairs(_join(applied)).without(unapplied)
        except FilterError as fault:
            # Each can be read: it is the window's end that is not after its start.
            ends = [pair for pair in applied if pair[0] in _ENDS]
            rest = [pair for pair in applied if pair[0] not in _ENDS]
            read = cls.from_pairs(_join(rest)).without(unapplied)
            return read.without(UnappliedPart.of(*pair, str(fault)) for pair in ends)

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read an address; FilterError names an unknown parameter."""
        own = {"window": "", "known_at": "", "since": "", "map": "", "layers": "", "measure": ""}
        rest = []
        for name, value in pairs:
            if name in own:
                own[name] = value
            elif name in REPEATABLE + SINGLE:
                rest.append((name, value))
            else:
                raise FilterError(f"unknown parameter {name[:40]!r} in the address; remove it")
        if own["window"] and own["window"] not in PRESETS:
            raise FilterError(f"window={own['window'][:40]!r}: use one of {', '.join(PRESETS)}")
        return cls(
            filter=Filter.from_pairs(rest),
            preset=own["window"] or None,
            known_at=_read_moment(own, "known_at"),
            since=_read_moment(own, "since"),
            viewpoint=Viewpoint.from_text(own["map"]) if own["map"] else None,
            shown=_read_shown(own["layers"]) if own["layers"] else None,
            measures=tuple(own["measure"].split(",")) if own["measure"] else (),
        )


def _split(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Return the pairs with a list as a pair for each of its elements."""
    for name, value in pairs:
        if name not in _LISTS:
            yield name, value
        else:
            yield from ((name, part) for part in value.split(",") if part)


def _join(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    lists = {name: [value for own, value in pairs if own == name] for name in _LISTS}
    joined = [(name, ",".join(values)) for name, values in lists.items() if values]
    return [pair for pair in pairs if pair[0] not in _LISTS] + joined


def _check_more(name: str, counts: Mapping[str, int]) -> None:
    most = MOST_VALUES if name in REPEATABLE + _LISTS else 1
    if counts.get(name, 0) >= most:
        times = "once" if most == 1 else f"{most} times"
        raise FilterError(f"parameter {name} is given more than {times}; the first counts")


def _read_moment(own: Mapping[str, str], name: str) -> datetime | None:
    return parse_moment(own[name], name=name) if own[name] else None


def _read_shown(text: str) -> tuple[ShownLayer, ...]:
    shown = []
    for part in text.split(","):
        name, _, opacity = part.partition("*")
        try:
            value = float(opacity or 1)
        except ValueError as fault:
            raise FilterError(f"layers={part[:40]!r}: use layer*opacity") from fault
        if not name or not 0 <= value <= 1:
            raise FilterError(f"layers={part[:40]!r}: use an opacity from 0 to 1")
        shown.append(ShownLayer(id=name, opacity=value))
    return tuple(shown)
