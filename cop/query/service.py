"""The one door to tiles and figures: resolves filters, keeps answers, names their version."""

import hashlib
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import pandas as pd
from cachetools import LRUCache

from cop.errors import LayerError
from cop.layerkind.event_tile import render_event_tile
from cop.layerkind.feature_tile import render_feature_tile
from cop.layerkind.impact_tile import render_impact_tile
from cop.layerkind.raster_tile import render_raster_tile
from cop.layerkind.segment_tile import render_segment_tile, render_sensor_tile
from cop.layerkind.surface_tile import render_surface_tile
from cop.layerkind.terrain import Raster, list_rasters, render_hillshade_tile
from cop.model.filter import Filter
from cop.model.layer import Layer, Statistic
from cop.model.moment import format_instant
from cop.model.region import Region
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.cache import SingleFlightCache
from cop.query.change import Changes, render_change_tile
from cop.query.figure import (
    SegmentFigures,
    read_segments,
)
from cop.query.forecast.risk import (
    find_incomplete,
    forecast_origin,
    heeded_by_risk,
    history_window,
)
from cop.query.forecast.surface import Surface
from cop.query.hotspot import HotspotFigures, render_hotspot_tile
from cop.query.impact import Impacts, name_impacts
from cop.query.presence import Presence, read_presence
from cop.query.registry import find_layer, load_layers, order_layers
from cop.query.resolved import ResolvedFigures, records_of
from cop.query.scope import datasets_of, drawn_as, heeded_filter, name_moments
from cop.query.statistic import StatisticFigures
from cop.query.summary import Summary, build_summary
from cop.query.uploaded import (
    Counted,
    build_upload,
    count_uploads,
    list_uploads,
    render_upload_tile,
)
from cop.store.dataset.schema import QUARANTINE, SOURCES
from cop.store.integrity.quarantine import Caveat
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from cop.tiles.answer import TileAnswer
from cop.tiles.basemap import Basemap

FORMAT = "2"
"""Raise it when a tile of the same data comes out different, so that browsers fetch it again."""

_FIGURES_KEPT = 256
Answer = TypeVar("Answer")


class QueryService:
    """Answers every reader of the picture from one warehouse; equal questions are answered once."""

    def __init__(
        self, warehouse: Warehouse, *, tile_cache_mb: int, basemap: Basemap | None = None
    ) -> None:
        """Keep up to ``tile_cache_mb`` of tiles; ``basemap`` is the user's own background."""
        self.warehouse = warehouse
        self.basemap = basemap
        # A tile may wait for figures, never the other way round: so each has locks of its own.
        self._tiles = SingleFlightCache(
            LRUCache(tile_cache_mb * 1_000_000, getsizeof=lambda mvt: len(mvt) + 200)
        )
        self._kept = SingleFlightCache(LRUCache(_FIGURES_KEPT))
        self._made = ResolvedFigures(warehouse, self._kept)
        self._held: Snapshot | None = None
        self.since: datetime | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that is read now, or that this service is held to."""
        return self._held or self.warehouse.snapshot

    def at(
        self,
        *,
        version: int | None = None,
        known_at: datetime | None = None,
        since: datetime | None = None,
    ) -> Self:
        """Give this service held to an earlier version, or to what was known at a moment (UTC).

        ``since`` is the moment that changes count from. What is kept is shared. VersionError where
        that version is not kept.
        """
        if version is None and known_at is None and since is None:
            return self
        held = copy(self)
        if version is not None or known_at is not None:
            held._held = self.warehouse.snapshot_at(version=version, known_at=known_at)
        held.since = since
        return held

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers of this server by id, bottom first: a basemap takes the background's place.

        Those that analysts brought are those of the snapshot.
        """
        kept = [la for la in load_layers().values() if self.basemap or la.tile != "basemap"]
        placed = [self.basemap.place(layer) if self.basemap else layer for layer in kept]
        return order_layers([*placed, *list_uploads(self.snapshot)])

    def layer(self, layer_id: str) -> Layer:
        """Give one layer, a draft too; LayerError names the ones there are."""
        uploaded = self.snapshot.uploaded.get(layer_id)
        if uploaded is not None and uploaded.state in ("published", "draft"):
            return build_upload(uploaded)
        declared = find_layer(layer_id)
        if declared.id not in self.layers:
            raise LayerError(
                f"layer {layer_id!r} has no file here: name a PMTiles file with --basemap or "
                "COP_BASEMAP"
            )
        return self.layers[declared.id]

    @property
    def region(self) -> Region | None:
        """The region whose datasets are loaded."""
        return self.snapshot.region

    @property
    def zones(self) -> dict[str, str]:
        """The IANA time zone of each sector."""
        region = self.region
        return {s.code: s.time_zone for s in region.sectors} if region else {}

    def check(self) -> None:
        """Raise StoreError where the warehouse cannot be read."""
        snapshot = self.snapshot
        selection = self.warehouse.events(snapshot, Filter())
        self.warehouse.query(f"SELECT 1 FROM {selection.source} LIMIT 1", selection.values)

    def tile(self, layer: Layer, tile: Tile, wanted: Filter) -> TileAnswer:
        """Give a layer's tile under a filter."""
        snapshot = self.snapshot
        resolved = snapshot.resolve(wanted)
        key = (self.etag(layer, resolved, snapshot), tile)
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:20]
        drawn = drawn_as(layer)
        mvt = self._tiles.once(key, lambda: self._render(drawn, tile, resolved, snapshot))
        caveats = tuple(c.text for c in self._caveats(layer, resolved, snapshot))
        return TileAnswer(mvt=mvt, etag=f'"{name}"', caveats=caveats)

    def caveats(self, layer: Layer, wanted: Filter) -> tuple[Caveat, ...]:
        """Give what must be said beside a layer under a filter; most often nothing."""
        snapshot = self.snapshot
        return self._caveats(layer, snapshot.resolve(wanted), snapshot)

    def _caveats(self, layer: Layer, resolved: Filter, snapshot: Snapshot) -> tuple[Caveat, ...]:
        if not snapshot.quarantine:
            return ()
        windows = {resolved.window}
        if layer.tile == "surface":
            windows = {history_window(snapshot, resolved)}
        if layer.tile in ("segments", "impacts"):
            windows |= {history_window(snapshot, resolved)}
            windows |= {w for w in (resolved.window.previous(),) if w is not None}
        if layer.tile in ("hotspots", "changes"):
            windows = {TimeWindow()}
        found = [
            snapshot.caveats((*datasets_of(layer), SOURCES), resolved.within(window))
            for window in windows
        ]
        return tuple(sorted({c for some in found for c in some}, key=lambda c: c.text))

    def etag(self, layer: Layer, resolved: Filter, snapshot: Snapshot) -> str:
        """Name the content of a layer: it changes only when its data, filter or format does."""
        datasets = (*datasets_of(layer), QUARANTINE)
        pairs = repr(heeded_filter(layer, resolved).to_pairs())
        file = self.basemap.identity if self.basemap and layer.tile == "basemap" else ""
        digest = snapshot.catalogue.digest(*datasets)
        moments = name_moments(layer, snapshot, self.since)
        if layer.tile == "impacts":
            moments += name_impacts(self.warehouse, snapshot, records_of(resolved))
        return f"{FORMAT} {drawn_as(layer)!r} {digest} {pairs}{file}{moments}"

    def version_name(self, layer: Layer, wanted: Filter, snapshot: Snapshot) -> str:
        """Name the content of a layer in a tile's address, so that browsers may keep the tile."""
        name = self.etag(layer, snapshot.resolve(wanted), snapshot)
        return hashlib.sha256(name.encode()).hexdigest()[:12]

    def address(self, layer: Layer, wanted: Filter) -> str:
        """Give the template of a layer's tiles, its filter and version in the query."""
        pairs = heeded_filter(layer, wanted).to_pairs()
        version = self.version_name(layer, wanted, self.snapshot)
        if layer.tile == "changes" and self.since is not None:
            pairs.append(("since", format_instant(self.since)))
        if self.snapshot.known_at is not None:
            pairs.append(("known_at", format_instant(self.snapshot.known_at)))
        template = f"/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.{layer.tile_format}?"
        return template + urlencode([*pairs, ("v", version)])

    def addresses(self, wanted: Filter) -> dict[str, str]:
        """Give the templates of all layers by id."""
        return {layer.id: self.address(layer, wanted) for layer in self.layers.values()}

    def figures(self, wanted: Filter) -> SegmentFigures | None:
        """Give the figures per segment under a filter; None where no region is loaded."""
        snapshot = self.snapshot
        resolved = snapshot.resolve(wanted)
        return self._made.figures(resolved, snapshot)

    def impacts(self, wanted: Filter) -> Impacts | None:
        """Give the impact levels of the filter's records; None where no region is loaded."""
        snapshot = self.snapshot
        return self._made.impacts(snapshot.resolve(wanted), snapshot)

    def series(self, statistic: Statistic, wanted: Filter) -> tuple[pd.DataFrame, bool]:
        """Give the whole series of a statistic, and whether it is synthetic."""
        snapshot = self.snapshot
        return self._made.series(statistic, snapshot.resolve(wanted), snapshot)

    def statistic(self, statistic: Statistic, wanted: Filter) -> StatisticFigures:
        """Give the figures of a statistic for the window, records and sectors of a filter.

        Kinds, counties and sources of events do not apply.
        """
        snapshot = self.snapshot
        return self._made.statistic(statistic, snapshot.resolve(wanted), snapshot)

    def rasters(self, snapshot: Snapshot) -> list[Raster]:
        """Give the rasters of heights of a snapshot, the finest first."""
        key = ("rasters", snapshot.catalogue.digest("terrain"))
        answer: list[Raster] = self._kept.once(key, lambda: list_rasters(self.warehouse, snapshot))
        return answer

    def hotspots(self, wanted: Filter) -> HotspotFigures:
        """Give the hot-spot trends of the cells under a filter."""
        snapshot = self.snapshot
        return self._made.hotspots(snapshot.resolve(wanted), snapshot)

    def surface(self, wanted: Filter) -> Surface | None:
        """Give the forecasts of the cells under a filter; None where no region is loaded."""
        snapshot = self.snapshot
        return self._made.surface(snapshot.resolve(wanted), snapshot)

    def has_surface(self, wanted: Filter) -> bool:
        """Say whether those forecasts are at hand: to make them takes a second or two."""
        snapshot = self.snapshot
        return self._made.surface_key(snapshot.resolve(wanted), snapshot) in self._kept

    def changes(self, wanted: Filter) -> Changes:
        """Give what changed under a filter since ``since``; FilterError where that is not set."""
        snapshot = self.snapshot
        return self._made.changes(snapshot.resolve(wanted), snapshot, self.since)

    def counted(self, layer: Layer, wanted: Filter) -> Counted | None:
        """Count the features of an uploaded layer under a filter; None where they are not there."""
        snapshot = self.snapshot
        resolved = snapshot.resolve(wanted)
        key = ("counted", self.etag(layer, resolved, snapshot))
        count = partial(count_uploads, self.warehouse, snapshot, layer, resolved)
        answer: Counted | None = self._kept.once(key, count)
        return answer

    def presence(self, layer: Layer, wanted: Filter) -> Presence | None:
        """Give the sources that hold rows for a layer, None where there are none."""
        snapshot = self.snapshot
        resolved = snapshot.resolve(wanted)
        key = ("presence", layer.id, snapshot.version, resolved.records)
        answer: Presence | None = self._kept.once(
            key, lambda: read_presence(self.warehouse, snapshot, layer, resolved)
        )
        return answer

    def summary(self, by: str, wanted: Filter) -> Summary:
        """Give the events of a filter, grouped."""
        return self.answer(
            f"summary by {by}",
            wanted,
            lambda snapshot, resolved: build_summary(self.warehouse, snapshot, by, resolved),
        )

    def answer(
        self, name: str, wanted: Filter, build: Callable[[Snapshot, Filter], Answer]
    ) -> Answer:
        """Give what ``build`` makes of the snapshot and the resolved filter, kept under ``name``.

        ``build`` must not ask this service for anything else that it keeps.
        """
        snapshot = self.snapshot
        resolved = replace(snapshot.resolve(wanted), ahead=None)
        key = (snapshot.version, snapshot.known_at, name, repr(resolved.to_pairs()))
        found: Answer = self._kept.once(key, lambda: build(snapshot, resolved))
        return found

    def keep(self, key: tuple[Any, ...], build: Callable[[], Answer]) -> Answer:
        """Give what ``build`` makes, kept under a key that names all it depends on.

        ``build`` must not ask this service for anything else that it keeps.
        """
        found: Answer = self._kept.once(key, build)
        return found

    def incomplete_after(self, wanted: Filter) -> datetime | None:
        """Give since when reports of events are still to come; None where all have."""
        snapshot = self.snapshot
        if "segments" not in snapshot.catalogue.files:
            return None
        resolved = snapshot.resolve(wanted)
        heeded = heeded_by_risk(resolved, forecast_origin(snapshot, resolved.within(TimeWindow())))
        key = (snapshot.version, snapshot.known_at, "incomplete", repr(heeded.to_pairs()))
        segments = read_segments(snapshot)["segment_id"]
        answer: datetime | None = self._kept.once(
            key,
            lambda: find_incomplete(self.warehouse, snapshot, resolved, segments),
        )
        return answer

    def _render(self, layer: Layer, tile: Tile, resolved: Filter, snapshot: Snapshot) -> bytes:
        if not layer.min_zoom <= tile.z <= layer.max_zoom:
            return b""
        if layer.tile == "events":
            return render_event_tile(self.warehouse, snapshot, layer, tile, resolved)
        if layer.tile == "sensors":
            return render_sensor_tile(self.warehouse, snapshot, layer, tile, resolved)
        if layer.tile in ("segments", "impacts", "surface"):
            return self._render_segments(layer, tile, resolved, snapshot)
        if layer.tile == "hotspots":
            hotspots = self._made.hotspots(resolved, snapshot)
            return render_hotspot_tile(self.warehouse, layer, tile, hotspots)
        return self._render_rest(layer, tile, resolved, snapshot)

    def _render_segments(
        self, layer: Layer, tile: Tile, resolved: Filter, snapshot: Snapshot
    ) -> bytes:
        drawn = (self.warehouse, snapshot, layer, tile)
        if layer.tile == "surface":
            surface = self._made.surface(resolved, snapshot)
            return b"" if surface is None else render_surface_tile(layer, tile, surface, resolved)
        if layer.tile == "impacts":
            impacts = self._made.impacts(resolved, snapshot)
            return b"" if impacts is None else render_impact_tile(*drawn, impacts)
        figures = self._made.figures(resolved, snapshot)
        return b"" if figures is None else render_segment_tile(*drawn, figures)

    def _render_rest(self, layer: Layer, tile: Tile, resolved: Filter, snapshot: Snapshot) -> bytes:
        if layer.tile == "basemap":
            return self.basemap.read(tile) if self.basemap else b""
        if layer.tile == "terrain":
            return render_hillshade_tile(self.warehouse, self.rasters(snapshot), layer, tile)
        if layer.tile in ("uploads", "rasters"):
            render = render_upload_tile if layer.tile == "uploads" else render_raster_tile
            return render(self.warehouse, snapshot, layer, tile, resolved)
        if layer.tile == "changes":
            if self.since is None:
                return b""
            changes = self._made.changes(resolved, snapshot, self.since)
            return render_change_tile(self.warehouse, layer, tile, changes)
        joined = [(s, self._made.statistic(s, resolved, snapshot)) for s in layer.statistics]
        return render_feature_tile(self.warehouse, snapshot, layer, tile, resolved, figures=joined)
