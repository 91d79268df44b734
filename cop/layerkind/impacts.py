"""Layers of impact levels: segments with their level, in dashes where nobody observed."""

from collections.abc import Hashable
from dataclasses import dataclass

import pyarrow as pa

from cop.errors import SettingsError
from cop.layerkind.base.dash import dash_sql, dash_values
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
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.impact import PLACE, Impacts, name_impacts, read_impacts
from cop.query.reporting import OUT_OF_SCOPE, outside_filter
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.engine import quote
from cop.store.warehouse import Warehouse

_TEXTS = ("level", "title", "state", "standing", "why")
_NUMBERS = ("expected", "expected_low", "expected_high", "change", "coverage")


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
    has_items = True
    drawing = KindDrawing(id_property="segment_id", round_caps=True)
    shows_impacts = True
    key_reads = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the datasets that the forecast behind the levels is built from."""
        return FORECAST_DATASETS

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the records, and the places: what lies outside of them is drawn as such."""
        return Filter(
            records=resolved.records,
            sectors=resolved.sectors,
            counties=resolved.counties,
            area=resolved.area,
        )

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
        return _select(service.warehouse, view, layer, zoom, impacts, dashed=zoom < MAX_ZOOM)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the segments that touch a tile with their levels."""
        impacts = read_impacts(service, view)
        if impacts is None:
            return b""
        rows = _select(service.warehouse, view, layer, tile.z, impacts)
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
    known = impacts.figures.risk.reason is None and set(impacts.counts) != {UNKNOWN}
    return LayerStatus(
        **from_sources(snapshot, layer, names),
        as_of=basis.known_to,
        stale=basis.stale,
        synthetic=impacts.synthetic,
        status="ok" if known else "unknown",
        notes=(LevelsNote(impacts=impacts.within(view)), TrackNote(figures=impacts.figures)),
    )


def describe_levels(impacts: Impacts) -> str:
    """Return how many segments are of each level, how many people agreed on, and what has ended."""
    counted = ", ".join(f"{n:,} {name_level(level)}" for level, n in impacts.counts.items())
    decided, ended = impacts.decided, len(impacts.ended)
    words = f"{counted}; {decided:,} agreed or changed by people; the rest are proposals"
    return words + (f"; {ended:,} agreements have expired: proposals apply again" if ended else "")


def _select(
    warehouse: Warehouse,
    view: View,
    layer: Layer,
    zoom: int,
    impacts: Impacts,
    *,
    dashed: bool = True,
) -> Rows:
    """Select the segments with their levels, the highest last so that it is drawn on top.

    What nobody observed, or lies outside the filter, is cut into dashes: shape as well as color
    tells it from a low level on every map, in print too.
    """
    places = ", ".join(f"s.{quote(name)}" for name in ("segment_id", *PLACE))
    texts = ", ".join(f"i.{quote(name)}" for name in _TEXTS)
    numbers = ", ".join(
        f"CASE WHEN isfinite(i.{name}) THEN round(i.{name}, 3) END AS {name}"
        for name in map(quote, _NUMBERS)
    )
    shape = dash_sql("i.level = $unknown OR i.outside") if dashed else "s.mercator"
    select = f"""
        SELECT {shape} AS mercator, {places}, {texts}, {numbers}
        FROM {simplified(warehouse, view.snapshot, layer, zoom)} s
        JOIN impacts i USING (segment_id) ORDER BY i.rank DESC, s.km_from
    """
    bound = {"unknown": UNKNOWN, **dash_values(zoom)}
    return Rows(
        select=select, values=bound if dashed else {}, tables={"impacts": _columns(impacts, view)}
    )


def _columns(impacts: Impacts, view: View) -> pa.Table:
    outside = outside_filter(read_segments(view.snapshot), view.filter)
    found = [
        {
            "segment_id": impact.proposal.segment_id,
            "rank": RANKS[impact.level],
            "outside": bool(out),
            "level": OUT_OF_SCOPE if out else impact.level,
            "title": "\N{EN DASH}, outside the filter" if out else _title(impact),
            "state": impact.state,
            "standing": impact.status_text,
            "why": impact.why,
            **{name: impact.proposal.figures[name] for name in _NUMBERS},
        }
        for impact, out in zip(impacts.levels, outside, strict=True)
    ]
    return pa.Table.from_pylist(found)


def _title(impact: Impact) -> str:
    level = name_level(impact.level)
    return level if impact.level == UNKNOWN else f"{level} ({impact.state})"
