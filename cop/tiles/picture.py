"""The one door to tiles and figures: resolves filters, keeps answers, names their version."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache

from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.region import Region
from cop.model.tile import Tile
from cop.store.warehouse import Edition, Warehouse
from cop.tiles.event import render_event_tile
from cop.tiles.feature import render_feature_tile
from cop.tiles.figure import SegmentFigures, build_segment_figures
from cop.tiles.segment import render_segment_tile, render_sensor_tile
from cop.tiles.summary import Summary, build_summary

FORMAT = "1"
"""Raise it when a tile of the same data comes out different, so that browsers fetch it again."""

_FIGURES_KEPT = 64
_LOCKS = 64


@dataclass(frozen=True, kw_only=True)
class TileAnswer:
    """A tile's bytes (empty where nothing is there) and the name of their version."""

    mvt: bytes
    etag: str


class PictureService:
    """Answers every reader of the picture from one warehouse; equal questions are answered once."""

    def __init__(self, warehouse: Warehouse, *, tile_cache_mb: int) -> None:
        """Keep up to ``tile_cache_mb`` of tiles."""
        self.warehouse = warehouse
        self._tiles: LRUCache[Any, bytes] = LRUCache(
            tile_cache_mb * 1_000_000, getsizeof=lambda mvt: len(mvt) + 200
        )
        self._figures: LRUCache[Any, Any] = LRUCache(_FIGURES_KEPT)
        self._guard = threading.Lock()
        self._tile_locks = [threading.Lock() for _ in range(_LOCKS)]
        self._figure_locks = [threading.Lock() for _ in range(_LOCKS)]

    @property
    def edition(self) -> Edition:
        """The edition that is read now."""
        return self.warehouse.edition

    @property
    def region(self) -> Region | None:
        """The region whose datasets are loaded."""
        return self.edition.region

    @property
    def zones(self) -> dict[str, str]:
        """The IANA time zone of each sector."""
        region = self.region
        return {s.code: s.time_zone for s in region.sectors} if region else {}

    def check(self) -> None:
        """Raise StoreError where the warehouse cannot be read."""
        edition = self.edition
        selection = self.warehouse.events(edition, Filter())
        self.warehouse.query(f"SELECT 1 FROM {selection.source} LIMIT 1", selection.values)

    def tile(self, layer: Layer, tile: Tile, wanted: Filter) -> TileAnswer:
        """Give a layer's tile under a filter."""
        edition = self.edition
        resolved = edition.resolve(wanted)
        key = (self.etag(layer, resolved, edition), tile)
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:20]
        mvt = self._once(self._tiles, key, lambda: self._render(layer, tile, resolved, edition))
        return TileAnswer(mvt=mvt, etag=f'"{name}"')

    def etag(self, layer: Layer, resolved: Filter, edition: Edition) -> str:
        """Name the content of a layer: it changes only when its data, filter or format does."""
        datasets = {
            "events": ("events",),
            "segments": ("segments", "events", "sensors", "outages"),
            "sensors": (layer.dataset, "outages"),
            "features": (layer.dataset,),
        }[layer.tile]
        pairs = "" if layer.tile == "features" else repr(resolved.to_pairs())
        return f"{FORMAT} {layer!r} {edition.snapshot.digest(*datasets)} {pairs}"

    def version_name(self, layer: Layer, wanted: Filter, edition: Edition) -> str:
        """Name the content of a layer in a tile's address, so that browsers may keep the tile."""
        name = self.etag(layer, edition.resolve(wanted), edition)
        return hashlib.sha256(name.encode()).hexdigest()[:12]

    def figures(self, wanted: Filter) -> SegmentFigures | None:
        """Give the figures per segment under a filter; None where no region is loaded."""
        edition = self.edition
        resolved = edition.resolve(wanted)
        return self._resolved_figures(resolved, edition)

    def summary(self, by: str, wanted: Filter) -> Summary:
        """Give the events of a filter, grouped."""
        edition = self.edition
        resolved = edition.resolve(wanted)
        key = (edition.version, by, repr(resolved.to_pairs()))
        answer: Summary = self._once(
            self._figures, key, lambda: build_summary(self.warehouse, edition, by, resolved)
        )
        return answer

    def people(self, wanted: Filter) -> int:
        """Give the sum of the events of a filter that count people."""
        edition = self.edition
        resolved = edition.resolve(wanted)

        def count() -> int:
            selection = self.warehouse.events(edition, resolved)
            sql = (
                f"SELECT coalesce(sum(count), 0)::BIGINT FROM {selection.source} "
                f"WHERE {selection.where} AND unit = 'people'"
            )
            return int(self.warehouse.query(sql, selection.values)[0][0])

        key = (edition.version, "people", repr(resolved.to_pairs()))
        return int(self._once(self._figures, key, count))

    def _resolved_figures(self, resolved: Filter, edition: Edition) -> SegmentFigures | None:
        key = (edition.version, "figures", repr(resolved.to_pairs()))
        answer: SegmentFigures | None = self._once(
            self._figures, key, lambda: build_segment_figures(self.warehouse, edition, resolved)
        )
        return answer

    def _render(self, layer: Layer, tile: Tile, resolved: Filter, edition: Edition) -> bytes:
        if not layer.min_zoom <= tile.z <= layer.max_zoom:
            return b""
        if layer.tile == "events":
            return render_event_tile(self.warehouse, edition, layer, tile, resolved)
        if layer.tile == "sensors":
            return render_sensor_tile(self.warehouse, edition, layer, tile, resolved)
        if layer.tile == "segments":
            figures = self._resolved_figures(resolved, edition)
            if figures is None:
                return b""
            return render_segment_tile(self.warehouse, edition, layer, tile, figures)
        return render_feature_tile(self.warehouse, edition, layer, tile)

    def _once(self, cache: LRUCache[Any, Any], key: Any, build: Callable[[], Any]) -> Any:
        """Compute a key once even when many ask at the same moment.

        A tile may wait for figures, never the other way round: so each has locks of its own.
        """
        locks = self._tile_locks if cache is self._tiles else self._figure_locks
        with self._guard:
            if key in cache:
                return cache[key]
        with locks[hash(key) % _LOCKS]:
            with self._guard:
                if key in cache:
                    return cache[key]
            value = build()
            with self._guard:
                try:
                    cache[key] = value
                except ValueError:
                    return value
            return value
