"""Layers of what changed since a moment: records new, late, corrected, withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from cop.errors import VersionError
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.row import Rows, render_rows
from cop.layerkind.base.source import event_sources, from_sources
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.moment import format_dtg, format_instant
from cop.model.tile import HALF_WORLD_M, SCALE, Tile
from cop.model.window import TimeWindow
from cop.query.change import DRAWN_TEXT, Changes, read_changes
from cop.query.service import QueryService
from cop.query.view import View

_CELL_BITS = 5
"""Changes of one sort within 1/32 of a tile are drawn as one."""


@dataclass(frozen=True, kw_only=True)
class ChooseStartNote:
    """No moment to compare with is chosen."""

    line: str = "choose the start on the Changes page"


@dataclass(frozen=True, kw_only=True)
class UnknownChangesNote:
    """The version of that moment cannot be read."""

    since: datetime
    fault: VersionError

    @property
    def line(self) -> str:
        """The fact in words."""
        return f"unknown since {format_dtg(self.since)}: {self.fault}"


@dataclass(frozen=True, kw_only=True)
class ChangesNote:
    """Since when changes are shown, and how many of the oldest are not drawn."""

    since: datetime
    not_drawn: int

    @property
    def line(self) -> str:
        """The fact in words."""
        left = f"; the oldest {self.not_drawn:,} are not drawn" if self.not_drawn else ""
        return f"since {format_dtg(self.since)}{left}"


class ChangeKind(LayerKind):
    """Events that changed since the moment that a view compares with."""

    name = "changes"
    drawing = KindDrawing(points="drawn")
    states_caveats = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the events."""
        return ("events",)

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the filter without its window: a change counts whenever its record occurred."""
        return super().relevant_filter(layer, resolved).within(TimeWindow())

    def key_parts(self, service: QueryService, view: View) -> tuple[str, ...]:
        """Return the moment that is compared with."""
        return () if view.since is None else (f"since {view.since.isoformat()}",)

    def address_pairs(self, view: View) -> list[tuple[str, str]]:
        """Return the moment that is compared with."""
        return [] if view.since is None else [("since", format_instant(view.since))]

    def caveat_windows(self, view: View) -> set[TimeWindow]:
        """Return all time."""
        return {TimeWindow()}

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select every listed change as a row of its own."""
        return None if view.since is None else _select(read_changes(service, view))

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the changes in a tile; empty without a moment to compare with."""
        if view.since is None:
            return b""
        rows = _select_in(tile, read_changes(service, view))
        return render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return since when changes are shown, and how many are not drawn."""
        if view.since is None:
            return LayerStatus(is_loaded=False, status="unknown", notes=(ChooseStartNote(),))
        try:
            changes = read_changes(service, view)
        except VersionError as fault:
            note = UnknownChangesNote(since=view.since, fault=fault)
            return LayerStatus(is_loaded=False, status="unknown", notes=(note,))
        left = changes.total - len(changes.table)
        return LayerStatus(
            **from_sources(view.snapshot, layer, event_sources(view)),
            as_of=view.snapshot.catalogue.published_at,
            synthetic=view.filter.records == "synthetic",
            status="unknown" if changes.caveats else "ok",
            notes=(ChangesNote(since=view.since, not_drawn=left),),
        )


KIND = ChangeKind()


def _select_in(tile: Tile, changes: Changes) -> Rows:
    """Select the changes in a tile; one alone in its small square has details."""
    bits = max(0, tile.shift - _CELL_BITS)
    alone = (*DRAWN_TEXT[1:], "count")
    details = ", ".join(f"CASE WHEN count(*) = 1 THEN any_value({n}) END AS {n}" for n in alone)
    west, north, east, south = tile.integer_bounds()
    sql = f"""
        SELECT ST_Point((avg(mx) / $half - 1) * $meters, (1 - avg(my) / $half) * $meters)
                AS mercator,
            change, count(*)::INTEGER AS n, {details},
            CASE WHEN count(*) = 1
                THEN strftime(any_value(occurred_at), '%Y-%m-%dT%H:%M:%SZ') END AS occurred_at
        FROM changes
        WHERE mx BETWEEN $x_low AND $x_high AND my BETWEEN $y_low AND $y_high
        GROUP BY change, mx >> {bits}, my >> {bits}
    """
    edges = {"x_low": west, "x_high": east, "y_low": north, "y_high": south}
    values = edges | {"half": SCALE / 2, "meters": HALF_WORLD_M}
    return Rows(select=sql, values=values, tables={"changes": changes.drawn})


def _select(changes: Changes) -> Rows:
    """Select every listed change as a row of its own."""
    point = "ST_Point((mx / $half - 1) * $meters, (1 - my / $half) * $meters) AS mercator"
    return Rows(
        select=f"SELECT {point}, 1 AS n, * EXCLUDE (mx, my) FROM changes",
        values={"half": SCALE / 2, "meters": HALF_WORLD_M},
        tables={"changes": changes.drawn},
    )
