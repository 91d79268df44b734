"""What a kind of layer is: what it reads, what of a filter matters, its tiles, status, features."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Literal

import geopandas as gpd

from cop.errors import FilterError, LayerError
from cop.layerkind.base.item import build_items
from cop.layerkind.base.note import StatusNote, format_notes
from cop.layerkind.base.row import Rows, read_rows
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import MAX_ZOOM, Layer
from cop.model.legend import RELIEF, Block, build_legend
from cop.model.style import Theme
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.item.table import ItemTable
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.snapshot import Snapshot

StatusCode = Literal["ok", "unknown", "empty", "error"]


@dataclass(frozen=True, kw_only=True)
class SquareTip:
    """What the map's tooltip and card say of a square that stands for many features.

    ``marked_by`` is a property that is 1 on squares, ``n`` the one of how many ``noun`` it stands
    for. With ``summed`` it has ``people``, those counted in it, and the most frequent ``kind``.
    """

    marked_by: str
    n: str
    noun: str
    summed: bool = False


@dataclass(frozen=True, kw_only=True)
class LayerStatus:
    """The part of a LayerView that is known of the layer's data."""

    sources: tuple[str, ...] | None = None
    """Titles; None where the layer has none of its own."""
    as_of: datetime | None = None
    stale: bool = False
    stale_after_hours: float | None = None
    """The age that its source allows; None is the layer's own limit."""
    marking: str | None = None
    synthetic: bool = False
    is_loaded: bool = True
    status: StatusCode = "ok"
    notes: tuple[StatusNote, ...] = ()
    credits: tuple[str, ...] = ()

    @property
    def status_note(self) -> str:
        """The notes in words."""
        return format_notes(self.notes)


class LayerKind(ABC):
    """A kind of layer, one stateless value each; a layer names its kind in ``tile``.

    The defaults suit layers of shapes that use the whole filter except the period of forecasts.
    """

    name: ClassVar[str]
    drawing: ClassVar[KindDrawing] = KindDrawing()
    """How its features or images are drawn, whatever the style of a layer."""
    square: ClassVar[SquareTip | None] = None
    """What its squares say, where squares take the place of features."""
    has_event_details: ClassVar[bool] = False
    """Its features are events, whose details can be asked for by ``event_id``."""
    follows_time: ClassVar[bool] = False
    """Its tiles of a part of the window show that part, so that time can be played over them."""
    has_values: ClassVar[bool] = False
    """It can be probed for a value at a place."""
    probe_takes_filter: ClassVar[bool] = False
    built_when_shown: ClassVar[bool] = False
    """It takes a while to compute, so that its status is found out when it is shown."""
    shows_impacts: ClassVar[bool] = False
    """It shows impact levels, which are of every source whatever the filter names."""
    has_items: ClassVar[bool] = False
    """What it shows can be listed one by one, with ids."""
    key_reads: ClassVar[bool] = False
    """``key_parts`` may have to query."""
    states_caveats: ClassVar[bool] = False
    """Its status takes care of records in quarantine itself."""

    @abstractmethod
    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return the datasets that a layer's tiles are built from."""

    @abstractmethod
    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return a tile within the layer's zooms; empty if nothing lies in it."""

    @abstractmethod
    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return what is known of a layer, its caveats apart."""

    def place(self, service: QueryService, layer: Layer) -> Layer | None:
        """Return a declared layer as this server shows it; None if it cannot."""
        return layer

    def is_loaded(self, snapshot: Snapshot, layer: Layer) -> bool:
        """Return whether the layer's data are there."""
        return layer.dataset in snapshot.catalogue.files

    def drawn_as(self, layer: Layer) -> Layer:
        """Return the layer whose tiles a layer shows: several may share theirs."""
        return layer

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the part of a filter that changes what a layer shows."""
        return replace(resolved, ahead=None)

    def key_parts(self, service: QueryService, view: View) -> tuple[Hashable, ...]:
        """Return what names a tile's content beside datasets, filter and moment."""
        return ()

    def address_pairs(self, view: View) -> list[tuple[str, str]]:
        """Return what a tile's address has beside the filter."""
        return []

    def caveat_windows(self, view: View) -> set[TimeWindow]:
        """Return the windows whose records the layer rests on."""
        return {view.filter.window}

    def describe_tiles(self, service: QueryService, layer: Layer) -> dict[str, Any]:
        """Return what the TileJSON of a layer has beside its title, address and zooms."""
        if layer.tile_format != "mvt":
            return {}
        fields = {field.property: field.label for field in layer.fields}
        return {"vector_layers": [{"id": self.drawn_as(layer).id, "fields": fields}]}

    def build_legend(self, layer: Layer, theme: Theme) -> list[Block]:
        """Return the legend of a layer; the background explains itself but for the relief."""
        if self.drawing.relief:
            return [{"type": "relief", "label": RELIEF}]
        return [] if layer.group == "background" else build_legend(layer.style, theme)

    def in_theme(self, layer: Layer, theme: Theme) -> Layer:
        """Return a layer whose images are painted as a theme asks for."""
        return layer

    def restyled(self, view: View, layer: Layer, style: str) -> Layer:
        """Return a raster layer as another style (JSON) draws it; FilterError if it is none."""
        raise FilterError(f"style: layer {layer.id} accepts one only if it is a raster")

    def select_rows(
        self, service: QueryService, view: View, layer: Layer, zoom: int
    ) -> Rows | None:
        """Select what a layer shows, as exact as at a zoom; None if nothing is there.

        LayerError if the kind has no shapes.
        """
        raise LayerError(f"layer {layer.id}: its {self.name} are no shapes; use its tiles")

    def select_items(self, service: QueryService, view: View, layer: Layer) -> ItemTable | None:
        """Select what a layer shows with an id each, whole; None if nothing is there."""
        rows = self.select_rows(service, view, layer, MAX_ZOOM)
        return build_items(service, rows, self.drawing.id_property)

    def count_features(self, service: QueryService, view: View, layer: Layer) -> int | None:
        """Return how many features a layer shows; None if there are never too many to show."""
        return None

    def read_features(
        self, service: QueryService, view: View, layer: Layer, *, zoom: int, most: int
    ) -> gpd.GeoDataFrame:
        """Return what a layer shows, EPSG:4326, as exact as at a zoom; of events the newest."""
        rows = self.select_rows(service, view, layer, zoom)
        return read_rows(service.warehouse, rows, zoom)

    def read_cells(
        self, service: QueryService, view: View, layer: Layer, *, bits: int
    ) -> gpd.GeoDataFrame:
        """Return the features as square cells of 2**bits Web Mercator integers a side."""
        raise LayerError(f"layer {layer.id}: its {self.name} are not summed up by cells")

    def probe(
        self, service: QueryService, view: View, layer: Layer, *, lon: float, lat: float
    ) -> dict[str, Any]:
        """Return ``{layer, title, unit, value, state}`` at a place (degrees, EPSG:4326)."""
        raise LayerError(f"layer {layer.id} is not a raster: it has no value at a place")
