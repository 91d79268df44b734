"""Layers of impact levels: segments with their level, in dashes where nobody observed."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pyarrow as pa

from cop.errors import SettingsError
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.note import FaultNote, TrackNote
from cop.layerkind.base.row import Rows, render_rows, simplified
from cop.layerkind.base.source import event_sources, from_sources, not_loaded, own_sources
from cop.layerkind.segments import FORECAST_DATASETS, windows_with_history
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.impact import RANKS, Impact, name_level
from cop.model.impact_rule import UNKNOWN
from cop.model.layer import MAX_ZOOM, Layer
from cop.model.tile import HALF_WORLD_M, Tile
from cop.model.window import TimeWindow
from cop.query.impact import PLACE, Impacts, name_impacts, read_impacts
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

_TILE_PX: Final = 512
_DASH_PX, _DASH_SHARE = 16, 0.4
_TEXTS = ("level", "title", "state", "standing", "why")
_NUMBERS = ("expected", "expected_low", "expected_high", "change", "coverage")
_DASHED = """
    CASE WHEN i.level <> $unknown THEN s.mercator ELSE ST_Collect(list_transform(
        list_filter(
            range((s.km_from // $dash_km)::BIGINT, (s.km_to // $dash_km)::BIGINT + 1),
            lambda nth: least((nth + $dash_share) * $dash_km, s.km_to)
                > greatest(nth * $dash_km, s.km_from)),
        lambda nth: ST_LineSubstring(s.mercator,
            (greatest(nth * $dash_km, s.km_from) - s.km_from) / (s.km_to - s.km_from),
            (least((nth + $dash_share) * $dash_km, s.km_to) - s.km_from)
                / (s.km_to - s.km_from)))) END"""


@dataclass(frozen=True, kw_only=True)
class LevelsNote:
    """How many segments are of each level, and who set them."""

    impacts: Impacts

    @property
    def line(self) -> str:
        """The fact in words."""
        return describe_levels(self.impacts)


class ImpactKind(LayerKind):
    """Border segments with their impact levels, which are of now whatever the window."""

    name = "impacts"
    drawing = KindDrawing(id_property="segment_id", round_caps=True)
    shows_impacts = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the datasets that the forecast behind the levels is built from."""
        return FORECAST_DATASETS

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the records."""
        return Filter(records=resolved.records)

    def key_parts(self, service: QueryService, view: View) -> tuple[Hashable, ...]:
        """Return the name of rules and decisions."""
        return (name_impacts(service, view),)

    def caveat_windows(self, view: View) -> set[TimeWindow]:
        """Return the window, the one before, and that of the forecast's history."""
        return windows_with_history(view)

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the segments with their levels; the exact shapes of a table are whole."""
        impacts = read_impacts(service, view)
        if impacts is None:
            return None
        drawn = (service.warehouse, view.snapshot, layer, zoom, impacts)
        return _select(*drawn, dashed=zoom < MAX_ZOOM)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the segments that touch a tile with their levels."""
        impacts = read_impacts(service, view)
        if impacts is None:
            return b""
        rows = _select(service.warehouse, view.snapshot, layer, tile.z, impacts)
        return render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return what the levels rest on.

        A fault in the file of rules is the layer's alone: the rest of the picture stays.
        """
        try:
            impacts = read_impacts(service, view)
        except SettingsError as fault:
            return LayerStatus(is_loaded=False, status="error", notes=(FaultNote(fault=fault),))
        return not_loaded(layer.dataset) if impacts is None else _status_of(view, layer, impacts)


KIND = ImpactKind()


def _status_of(view: View, layer: Layer, impacts: Impacts) -> LayerStatus:
    snapshot, basis = view.snapshot, impacts.basis
    counted = view.narrowed(basis.filter)
    names = [*event_sources(counted), *own_sources(counted, "sensors")]
    aged = timedelta(hours=layer.stale_after_hours or 0)
    known = impacts.figures.risk.reason is None and set(impacts.counts) != {UNKNOWN}
    return LayerStatus(
        **from_sources(snapshot, layer, names),
        as_of=basis.known_to,
        stale=basis.known_to is not None and snapshot.now - basis.known_to > aged,
        synthetic=impacts.synthetic,
        status="ok" if known else "unknown",
        notes=(LevelsNote(impacts=impacts), TrackNote(figures=impacts.figures)),
    )


def describe_levels(impacts: Impacts) -> str:
    """Return how many segments are of each level, how many people agreed on, and what has ended."""
    counted = ", ".join(f"{n:,} {name_level(level)}" for level, n in impacts.counts.items())
    decided, ended = impacts.decided, len(impacts.ended)
    words = f"{counted}; {decided:,} agreed or changed by people; the rest are proposals"
    return words + (f"; {ended:,} agreements have expired: proposals apply again" if ended else "")


def _select(
    warehouse: Warehouse,
    snapshot: Snapshot,
    layer: Layer,
    zoom: int,
    impacts: Impacts,
    *,
    dashed: bool = True,
) -> Rows:
    """Select the segments with their levels, the highest last so that it is drawn on top.

    What nobody observed is cut into dashes of a length that suits the zoom, counted along the line
    over the segments' ends: shape as well as color tells it from a low level on every map, in
    print too. At a far zoom a segment may lie within a gap as a whole.
    """
    places = ", ".join(f"s.{quote(name)}" for name in ("segment_id", *PLACE))
    texts = ", ".join(f"i.{quote(name)}" for name in _TEXTS)
    numbers = ", ".join(
        f"CASE WHEN isfinite(i.{name}) THEN round(i.{name}, 3) END AS {name}"
        for name in map(quote, _NUMBERS)
    )
    dash_km = 2 * HALF_WORLD_M / (1 << zoom) / _TILE_PX * _DASH_PX / 1000
    select = f"""
        SELECT {_DASHED if dashed else "s.mercator"} AS mercator, {places}, {texts}, {numbers}
        FROM {simplified(warehouse, snapshot, layer, zoom)} s
        JOIN impacts i USING (segment_id) ORDER BY i.rank DESC, s.km_from
    """
    bound = {"unknown": UNKNOWN, "dash_km": dash_km, "dash_share": _DASH_SHARE}
    return Rows(
        select=select, values=bound if dashed else {}, tables={"impacts": _columns(impacts)}
    )


def _columns(impacts: Impacts) -> pa.Table:
    found = [
        {
            "segment_id": impact.proposal.segment_id,
            "rank": RANKS[impact.level],
            "level": impact.level,
            "title": _title(impact),
            "state": impact.state,
            "standing": impact.status_text,
            "why": impact.why,
            **{name: impact.proposal.figures[name] for name in _NUMBERS},
        }
        for impact in impacts.levels
    ]
    return pa.Table.from_pylist(found)


def _title(impact: Impact) -> str:
    level = name_level(impact.level)
    return level if impact.level == UNKNOWN else f"{level} ({impact.state})"
