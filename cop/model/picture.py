"""The Picture: everything that decides what is on the screen; read from an address."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cop.errors import FilterError
from cop.model.filter import REPEATABLE, SINGLE, Filter
from cop.model.moment import format_moment, parse_moment
from cop.model.window import PRESETS

_MOST_ZOOM = 22.0


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
    by, if not by their first.
    """

    filter: Filter = field(default_factory=Filter)
    preset: str | None = None
    known_at: datetime | None = None
    since: datetime | None = None
    viewpoint: Viewpoint | None = None
    shown: tuple[ShownLayer, ...] | None = None
    measures: tuple[str, ...] = ()

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
        return pairs

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
