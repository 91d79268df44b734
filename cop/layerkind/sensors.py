"""The layer of sensors: where each stood at the end of the window, and its state.

What is tried with sensors is shown as if it were so, and named.
"""

from datetime import datetime
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from cop.analysis.coverage.sighting import project_to_world
from cop.analysis.coverage.status import STATE_CODES
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.note import UnknownNote
from cop.layerkind.base.row import Rows, render_rows, simplified
from cop.layerkind.base.source import OK, Judged, own_sources, sources_of, status_of_events
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.tile import HALF_WORLD_M, Tile
from cop.model.trial import TrialSort
from cop.model.window import TimeWindow
from cop.query.absence import name_absence
from cop.query.coverage.place import read_sights
from cop.query.coverage.trial import try_placements
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.schema import OUTAGE_COLUMNS, OUTAGES
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse


class SensorKind(LayerKind):
    """Sensors as points with their state at the end of the window."""

    name = "sensors"
    has_items = True
    follows_time = True
    drawing = KindDrawing(points="drawn", id_property="sensor_id")

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the places of sensors and their outages."""
        return (layer.dataset, OUTAGES)

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the window's end, the records, and what is tried with sensors."""
        window = TimeWindow(end=resolved.window.end)
        return Filter(window=window, records=resolved.records, trials=resolved.trials)

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the sensors with their state; None where none are loaded."""
        return _select(service.warehouse, view.snapshot, layer, zoom, view.filter)

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the sensors in a tile."""
        rows = self.select_rows(service, view, layer, tile.z)
        return b"" if rows is None else render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return whose sensors they are; unknown where there are none for these records."""
        kind = "sensors" if sources_of(view.snapshot, "sensors") else "events"
        judged, names = _judge(service, view), own_sources(view, kind)
        return status_of_events(service, view, layer, judged, names=names)


KIND = SensorKind()
OFF: Final = "switched off"
_WORDS: Final[dict[TrialSort, str]] = {
    "add": "added", "move": "moved", "raise": "raised", "off": OFF,
}  # fmt: skip
_TRIED: Final = "(SELECT ST_Point(x_m, y_m) AS mercator, * FROM tried)"
_WORST = sorted(STATE_CODES, key=lambda state: STATE_CODES[state])


def _judge(service: QueryService, view: View) -> Judged:
    if read_sights(service.warehouse, view.snapshot, view.filter) is None:
        absent = name_absence(view.snapshot.release)
        return "unknown", (UnknownNote(reason=f"no sensors are {absent} for these records"),)
    return OK


def _select(
    warehouse: Warehouse, snapshot: Snapshot, layer: Layer, zoom: int, resolved: Filter
) -> Rows | None:
    """Select the sensors where they stood at the window's end; None where none are loaded.

    Of overlapping outages the worst state holds.
    """
    if layer.dataset not in snapshot.catalogue.files:
        return None
    tried = _try(warehouse, snapshot, resolved)
    table = simplified(warehouse, snapshot, layer, zoom) if tried is None else _TRIED
    moment: datetime = min(resolved.window.end or snapshot.now, snapshot.now)
    own = ("state", "cause", "what_if")
    columns = ", ".join(f"p.{quote(n)}" for n in layer.columns if n not in own)
    outages = (
        "read_parquet($outage_files)"
        if OUTAGES in snapshot.catalogue.files
        else f"(SELECT {', '.join(f'NULL AS {n}' for n in OUTAGE_COLUMNS)} WHERE false)"
    )
    what_if = "NULL::VARCHAR" if tried is None else "p.what_if::VARCHAR"
    select = f"""
        SELECT p.mercator, {columns}, o.cause::VARCHAR AS cause, {what_if} AS what_if,
            CASE WHEN {what_if} = '{OFF}' THEN 'down' ELSE coalesce(o.state, 'up') END AS state
        FROM {table} p LEFT JOIN (
            SELECT sensor_id, arg_min(state, list_position($worst, state)) AS state,
                arg_min(cause, list_position($worst, state)) AS cause
            FROM {outages}
            WHERE down_at <= $moment AND (up_at IS NULL OR up_at > $moment)
            GROUP BY sensor_id
        ) o USING (sensor_id)
        WHERE p.synthetic = $synthetic
            AND (p.valid_from IS NULL OR p.valid_from <= $moment)
            AND (p.valid_to IS NULL OR p.valid_to > $moment)
    """
    values: dict[str, Any] = {
        "moment": moment,
        "synthetic": resolved.records == "synthetic",
        "worst": _WORST,
    }
    if OUTAGES in snapshot.catalogue.files:
        values["outage_files"] = list(snapshot.catalogue.files_of(OUTAGES))
    return Rows(select=select, values=values, tables={} if tried is None else {"tried": tried})


def _try(warehouse: Warehouse, snapshot: Snapshot, resolved: Filter) -> pa.Table | None:
    """Return the sensors as the changes that are tried leave them; None where none are."""
    base = read_sights(warehouse, snapshot, resolved, tried=False) if resolved.trials else None
    if base is None:
        return None
    words = {trial.sensor: _WORDS[trial.sort] for trial in resolved.trials}
    rows = try_placements(base.placements, resolved.trials)
    is_off = base.placements["sensor_id"].isin([s for s, word in words.items() if word == OFF])
    rows = pd.concat([rows, base.placements[is_off]], ignore_index=True)
    named = rows["sensor_id"].map(words)
    x, y = project_to_world(rows[["lon", "lat"]].to_numpy(float))
    rows = rows.assign(
        what_if=named, x_m=(2.0 * x - 1.0) * HALF_WORLD_M, y_m=(1.0 - 2.0 * y) * HALF_WORLD_M
    )
    return pa.Table.from_pandas(rows, preserve_index=False)
