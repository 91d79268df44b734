"""The layer of the user's own background: the tiles of the PMTiles file of the settings."""

from dataclasses import replace
from typing import Any

from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import MAX_ZOOM, Layer
from cop.model.tile import Tile
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot
from cop.tiles.basemap import Basemap


class BasemapKind(LayerKind):
    """The tiles of a file, as they are."""

    name = "basemap"
    drawing = KindDrawing(points="hidden", has_rows=False, stacks_areas=True)

    def place(self, service: QueryService, layer: Layer) -> Layer | None:
        """Return the layer as the file has it; None without a file."""
        return None if service.basemap is None else place_basemap(service.basemap, layer)

    def is_loaded(self, snapshot: Snapshot, layer: Layer) -> bool:
        """Return True: without a file there is no such layer."""
        return True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return none: the file is beside the warehouse."""
        return ()

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return nothing of the filter."""
        return Filter()

    def key_parts(self, service: QueryService, view: View) -> tuple[str, ...]:
        """Return the identity of the file."""
        return (service.basemap.identity,) if service.basemap else ()

    def describe_tiles(self, service: QueryService, layer: Layer) -> dict[str, Any]:
        """Return the file's metadata."""
        described = super().describe_tiles(service, layer)
        return described | (service.basemap.tilejson() if service.basemap else {})

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the file's tile, maybe gzip."""
        return service.basemap.read(tile) if service.basemap else b""

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return whom the file credits."""
        credit = service.basemap.attribution if service.basemap else ""
        return LayerStatus(sources=(credit,), credits=(credit,)) if credit else LayerStatus()


KIND = BasemapKind()


def place_basemap(basemap: Basemap, layer: Layer) -> Layer:
    """Return the layer with the format and the zooms of a file."""
    return replace(
        layer,
        visible=True,
        tile_format=basemap.format,
        tile_px=basemap.tile_px,
        min_zoom=basemap.header["min_zoom"],
        max_zoom=min(basemap.header["max_zoom"], MAX_ZOOM),
    )
