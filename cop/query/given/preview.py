"""What a partner would get by its rules: counted and placed, before anything is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from cop.model.event import KINDS
from cop.model.giving import Giver
from cop.model.partner import Partner
from cop.model.release import Release
from cop.query.given.event import grant_events
from cop.query.given.layer import grant_layers
from cop.query.service import QueryService
from cop.store.engine import Cursor, fetch
from cop.store.given.area import read_area
from cop.store.given.event import GRANTED

MOST_PLACES: Final = 20_000
_CELL_DEG: Final = 0.02
"""About 2 km: the cells that places are counted by where there are more of them."""


@dataclass(frozen=True, kw_only=True)
class LayerPreview:
    """A layer that a partner would get: whose it is, and how many of its features."""

    title: str
    origin: str
    n: int
    marking: str
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class GivenPreview:
    """What a partner would get: ``n`` of ``n_stored`` events that the viewer may read.

    ``by_kind``, ``by_source`` and ``by_marking`` count them. ``places`` has a row
    for each place: longitude and latitude (EPSG:4326) and how many events lie there. ``area`` is
    what the rules narrow it to, None everywhere. ``oldest`` and ``newest`` are when they occurred,
    naive UTC. ``n_synthetic`` of them are synthetic, ``n_passed_on`` of other agencies. ``layers``
    are what it would get of layers.
    """

    n: int
    n_stored: int
    n_synthetic: int
    n_passed_on: int
    oldest: datetime | None
    newest: datetime | None
    by_kind: Mapping[str, int]
    by_source: Mapping[str, int]
    by_marking: Mapping[str, int]
    places: npt.NDArray[np.float64]
    area: BaseGeometry | None
    layers: tuple[LayerPreview, ...] = ()

    @property
    def markings(self) -> tuple[str, ...]:
        """The markings of all that it would get."""
        return (*self.by_marking, *(layer.marking for layer in self.layers))

    @property
    def is_partly_synthetic(self) -> bool:
        """Whether any of it is synthetic."""
        return self.n_synthetic > 0 or any(layer.synthetic for layer in self.layers)


def preview_given(
    service: QueryService, partner: Partner, release: Release, *, agency: str, now: datetime
) -> GivenPreview:
    """Return what a partner would get now by its rules.

    ``service`` is the viewer's own: what they may not read themselves is not counted. ``release``
    is what the partner may read at most, ``agency`` this server's own. Raise PartnerError if the
    rules name what there is not.
    """
    given = service.released_to(release.seen_by(service.release))
    giver = Giver(agency=agency, secret=b"")
    with service.warehouse.cursor() as cursor:
        n = grant_events(cursor, given, partner, giver=giver, now=now)
        ((oldest, newest, n_synthetic, n_passed_on),) = fetch(
            cursor,
            "SELECT min(occurred_at), max(occurred_at), count(*) FILTER (synthetic), "
            f"count(*) FILTER (origin <> $agency) FROM {GRANTED}",
            {"agency": agency},
        )
        return GivenPreview(
            n=n,
            n_stored=sum(state.n for state in service.snapshot.event_sources.values()),
            n_synthetic=n_synthetic,
            n_passed_on=n_passed_on,
            oldest=oldest,
            newest=newest,
            by_kind=_in_order_of_kinds(_count(cursor, "kind")),
            by_source=_count(cursor, "origin_source"),
            by_marking=_count(cursor, "marking"),
            places=_read_places(cursor),
            area=read_area(service.warehouse.snapshot.catalogue, partner.rules),
            layers=tuple(
                LayerPreview(
                    title=layer.given.declared.title,
                    origin=layer.given.origin,
                    n=layer.n,
                    marking=layer.given.declared.marking,
                    synthetic=layer.given.declared.synthetic,
                )
                for layer in grant_layers(cursor, given, partner, giver=giver, now=now)
            ),
        )


def _count(cursor: Cursor, column: str) -> dict[str, int]:
    rows = fetch(
        cursor, f"SELECT {column}, count(*) AS n FROM {GRANTED} GROUP BY ALL ORDER BY n DESC, 1"
    )
    return {str(name): int(n) for name, n in rows}


def _in_order_of_kinds(counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: counts[kind] for kind in KINDS if kind in counts}


def _read_places(cursor: Cursor) -> npt.NDArray[np.float64]:
    """Return places and counts; by cells where there are more than MOST_PLACES."""
    exact = f"SELECT lon, lat, count(*) AS n FROM {GRANTED} GROUP BY ALL ORDER BY ALL"
    rows = fetch(cursor, f"{exact} LIMIT {MOST_PLACES + 1}")
    if len(rows) > MOST_PLACES:
        rows = fetch(
            cursor,
            f"SELECT avg(lon), avg(lat), count(*) FROM {GRANTED} "
            "GROUP BY round(lon / $cell), round(lat / $cell) ORDER BY ALL",
            {"cell": _CELL_DEG},
        )
    return np.array(rows, dtype=float).reshape(-1, 3)
