"""Layers of features: rows of a dataset as they are, with the figures of statistics joined."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cop.layerkind.base.item import build_items, find_id, list_columns
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.row import Rows, render_rows, simplified
from cop.layerkind.base.source import from_sources, not_loaded
from cop.model.drawing import FAINT, KindDrawing
from cop.model.filter import Filter
from cop.model.layer import MAX_ZOOM, Layer, Statistic
from cop.model.moment import format_dtg
from cop.model.tile import Tile
from cop.query.item.table import ItemTable
from cop.query.presence import RECORDS, read_presence
from cop.query.service import QueryService
from cop.query.statistic import StatisticFigures, read_statistic
from cop.query.view import View
from cop.store.dataset.schema import STATISTICS
from cop.store.engine import quote

BACKGROUND = "background"
"""The layer whose place a basemap takes."""
_FIGURES = {"": "value", "_before": "before", "_change": "change"}


@dataclass(frozen=True, kw_only=True)
class LoadedAtNote:
    """When the newest source was loaded."""

    at: datetime

    @property
    def line(self) -> str:
        """The fact in words."""
        return f"loaded {format_dtg(self.at)}"


@dataclass(frozen=True, kw_only=True)
class PeriodsNote:
    """Which periods of a statistic a filter counts, and how they fit it."""

    figures: StatisticFigures
    filter: Filter
    now: datetime

    @property
    def line(self) -> str:
        """The fact in words."""
        figures = self.figures
        if figures.first is None:
            return "unknown: all figures are later than this window"
        note = figures.describe_periods()
        end, reached = self.filter.window.end, figures.ended_at
        if figures.stale:
            note += ": newest available, before this window"
        elif reached is not None and (end is None or reached < min(end, self.now)):
            note += ", none published after"
        if self.filter.records == "synthetic" and not figures.synthetic:
            note += "; REAL figures beside SYNTHETIC events"
        return note


class FeatureKind(LayerKind):
    """The rows of ``dataset`` as they are, with the figures of ``statistics``."""

    name = "features"
    has_items = True
    drawing = KindDrawing(points="drawn", area_highlight=FAINT, binary=True)

    def place(self, service: QueryService, layer: Layer) -> Layer | None:
        """Return the layer, hidden where a basemap takes its place."""
        replaced = service.basemap is not None and layer.id == BACKGROUND
        return replace(layer, visible=False) if replaced else layer

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the layer's own dataset, and the statistics that are joined."""
        return (layer.dataset, *([STATISTICS] if layer.statistics else []))

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return what changes figures, or which sort of records is shown."""
        if layer.statistics:
            return Filter(
                window=resolved.window, sectors=resolved.sectors, records=resolved.records
            )
        return Filter(records=resolved.records) if layer.dataset in RECORDS else Filter()

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select the rows that a zoom shows, with their figures."""
        return select_features(service, view, layer, zoom)

    def select_items(self, service: QueryService, view: View, layer: Layer) -> ItemTable | None:
        """Select the rows with what each record says of itself."""
        whole = replace(layer, columns=list_columns(layer.dataset, layer.columns))
        rows = select_features(service, view, whole, MAX_ZOOM)
        return build_items(service, rows, find_id(layer.dataset))

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the MVT of the rows that touch a tile."""
        rows = select_features(service, view, layer, tile.z)
        return b"" if rows is None else render_rows(service.warehouse, layer, tile, rows)

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return the status of figures, of real or synthetic rows, or of geography."""
        if layer.statistics:
            return _of_statistics(service, view, layer)
        if layer.dataset in RECORDS:
            return _of_places(service, view, layer)
        return LayerStatus(sources=tuple(view.snapshot.credits) or None)


KIND = FeatureKind()


def select_features(service: QueryService, view: View, layer: Layer, zoom: int) -> Rows | None:
    """Select the rows of the layer's dataset that a zoom shows; None where it is not loaded.

    The figures of its statistics are joined to them; one that is unknown is left out.
    """
    if layer.dataset not in view.snapshot.catalogue.files:
        return None
    table = simplified(service.warehouse, view.snapshot, layer, zoom)
    conditions, values = _conditions(layer, zoom, view.filter, table)
    columns = [f"f.{quote(name)}" for name in layer.columns]
    joins = ""
    for i, statistic in enumerate(layer.statistics):
        join, joined, bound = _join(statistic, read_statistic(service, view, statistic), i)
        joins, columns, values = joins + join, columns + joined, values | bound
    shape = "ST_PointOnSurface(f.mercator)" if layer.at_point else "f.mercator"
    select = (
        f"SELECT {shape} AS mercator, {', '.join(columns)} FROM {table} f{joins} WHERE {conditions}"
    )
    return Rows(select=select, values=values)


def _join(
    statistic: Statistic, figures: StatisticFigures, i: int
) -> tuple[str, list[str], dict[str, Any]]:
    """Return the JOIN of one statistic, its columns, and the arrays they are built from."""
    table = figures.table
    values: dict[str, Any] = {f"place{i}": table["place"].tolist()}
    arrays = [f"unnest($place{i}::VARCHAR[]) AS place"]
    columns = []
    for suffix, figure in _FIGURES.items():
        name = quote(statistic.property + suffix)
        values[f"{figure}{i}"] = table[figure].astype(float).tolist()
        arrays.append(f"unnest(${figure}{i}::DOUBLE[]) AS {name}")
        columns.append(
            f"CASE WHEN isnan(s{i}.{name}) THEN NULL ELSE round(s{i}.{name}, 3) END AS {name}"
        )
    join = f" LEFT JOIN (SELECT {', '.join(arrays)}) s{i} ON s{i}.place = f.{quote(statistic.key)}"
    return join, columns, values


def _conditions(
    layer: Layer, zoom: int, resolved: Filter, table: str
) -> tuple[str, dict[str, Any]]:
    conditions: list[str] = ["true"]
    values: dict[str, Any] = {}
    allowed = list(layer.where)
    if layer.statistics and resolved.sectors and "sector" in layer.columns:
        allowed.append(("sector", resolved.sectors))
    for i, (column, names) in enumerate(allowed):
        conditions.append(f"f.{quote(column)} IN (SELECT unnest($allowed{i}::VARCHAR[]))")
        values[f"allowed{i}"] = list(names)
    if layer.dataset in RECORDS:
        # Real places stand beside synthetic events where there are no synthetic ones.
        conditions.append(
            f"f.synthetic = ($synthetic AND EXISTS (SELECT 1 FROM {table} t WHERE t.synthetic))"
        )
        values["synthetic"] = resolved.records == "synthetic"
    if "min_zoom" in layer.columns:
        conditions.append("f.min_zoom <= $zoom")
        values["zoom"] = zoom
    return " AND ".join(conditions), values


def _of_places(service: QueryService, view: View, layer: Layer) -> LayerStatus:
    found = read_presence(service, view, layer)
    if found is None:
        return not_loaded(layer.dataset)
    sources = view.snapshot.sources
    loaded = [sources[name].loaded_at for name in found.sources if name in sources]
    return LayerStatus(
        **from_sources(view.snapshot, layer, found.sources),
        as_of=found.newest,
        synthetic=found.synthetic,
        notes=(LoadedAtNote(at=max(loaded)),) if loaded else (),
    )


def _of_statistics(service: QueryService, view: View, layer: Layer) -> LayerStatus:
    """The places must be there and at least one of the figures; it is those that have a time."""
    names = set[str]()
    if layer.dataset in RECORDS:
        places = read_presence(service, view, layer)
        names |= set(places.sources) if places else set()
    loaded = layer.dataset in view.snapshot.catalogue.files
    if not loaded or (layer.dataset in RECORDS and not names):
        return not_loaded(layer.dataset)
    found = [read_statistic(service, view, statistic) for statistic in layer.statistics]
    known = [figures for figures in found if figures.newest is not None]
    if not known:
        return not_loaded(STATISTICS)
    names |= {name for figures in known for name in figures.sources}
    ended = [figures.ended_at for figures in known if figures.ended_at is not None]
    return LayerStatus(
        **from_sources(view.snapshot, layer, sorted(names)),
        # The last minute of a period names it better than the first of the next one.
        as_of=max(ended) - timedelta(minutes=1) if ended else None,
        stale=any(figures.stale for figures in known),
        synthetic=known[0].synthetic,
        status="ok" if ended else "unknown",
        notes=(PeriodsNote(figures=known[0], filter=view.filter, now=view.snapshot.now),),
    )
