"""The layer of what sensors see at a moment: PNG tiles, and the number of sensors at a place."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from cop.analysis.coverage.overlap import VIEWS, compare_views, overlap_views
from cop.analysis.coverage.sighting import project_to_world
from cop.analysis.coverage.status import STATE_CODES
from cop.analysis.sight.footprint import outline
from cop.layerkind.base.kind import LayerKind, LayerStatus
from cop.layerkind.base.note import UnknownNote
from cop.layerkind.base.source import own_sources, sources_of, status_of_events
from cop.model.drawing import KindDrawing
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.style import CLEAR, Classes, Paint, Shape, Theme
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.absence import name_absence
from cop.query.coverage.place import read_sights
from cop.query.coverage.segment import BASIS, microseconds_of
from cop.query.coverage.sights import Sights
from cop.query.service import QueryService
from cop.query.view import View

_PATTERN_PX, _LINE_PX, _CHECK_PX = 8, 2, 4
_TILE_PX = 256
_WORKING = {STATE_CODES[state]: state for state in ("up", "degraded")}
_GAP_SHARE = 0.3
"""How strong the gaps of a pattern are, of what it draws."""


@dataclass(frozen=True, kw_only=True)
class HeightsNote:
    """Over how many places the heights are known, all of them, or none."""

    placed: int
    full: int
    none: int

    @property
    def line(self) -> str:
        """The fact in words."""
        if self.none == self.placed:
            return "no terrain: range and field of view alone"
        words = [f"terrain known around {self.full} of {self.placed} sensor places"]
        if self.none:
            words.append(f"{self.none} without any: their range alone")
        return ", ".join(words)


class CoverageKind(LayerKind):
    """What the sensors see that worked at the end of the window, as PNG."""

    name = "coverage"
    follows_time = True
    drawing = KindDrawing(id_property="sensor_id", themed=True)
    has_values = True
    probe_takes_filter = True

    def datasets(self, layer: Layer) -> tuple[str, ...]:
        """Return what coverage follows from."""
        return BASIS

    def relevant_filter(self, layer: Layer, resolved: Filter) -> Filter:
        """Return the window's end, the records, and the sensors that are tried."""
        return Filter(
            window=TimeWindow(end=resolved.window.end),
            records=resolved.records,
            trials=resolved.trials,
        )

    def in_theme(self, layer: Layer, theme: Theme) -> Layer:
        """Return the layer painted as a theme asks for; dark ones are as declared."""
        fill = layer.style.fill
        if theme == "dark" or not isinstance(fill, Classes):
            return layer
        classes = tuple(
            replace(one, paint=Paint(one.paint.light, one.paint.light)) for one in fill.classes
        )
        return replace(layer, style=replace(layer.style, fill=replace(fill, classes=classes)))

    def render_tile(self, service: QueryService, view: View, layer: Layer, tile: Tile) -> bytes:
        """Return the PNG of what is seen in a tile."""
        sights = _read(service, view)
        if sights is None:
            return b""
        before = None
        if view.filter.trials:
            before = read_sights(service.warehouse, view.snapshot, view.filter, tried=False)
        return _render(layer, tile, [s for s in (before, sights) if s is not None], _moment(view))

    def read_status(
        self, service: QueryService, view: View, layer: Layer, *, shown: bool
    ) -> LayerStatus:
        """Return whose sensors they are, and over how many of them heights are known."""
        sights = _read(service, view)
        kind = "sensors" if sources_of(view.snapshot, "sensors") else "events"
        names = own_sources(view, kind)
        if sights is None:
            absent = name_absence(view.snapshot.release)
            note = UnknownNote(reason=f"no sensors are {absent} for these records")
            return status_of_events(service, view, layer, ("unknown", (note,)), names=names)
        terrain = sights.placements["terrain"]
        heights = HeightsNote(
            placed=len(terrain),
            full=int((terrain == "full").sum()),
            none=int((terrain == "none").sum()),
        )
        return status_of_events(service, view, layer, ("ok", (heights,)), names=names)

    def read_features(
        self, service: QueryService, view: View, layer: Layer, *, zoom: int, most: int
    ) -> gpd.GeoDataFrame:
        """Return what each working sensor sees: one row for each sensor and band."""
        found = _outline(_read(service, view), _moment(view))
        half_pixel_deg = 180 / (_TILE_PX << zoom)
        return found.assign(geometry=found.simplify(half_pixel_deg))

    def probe(
        self, service: QueryService, view: View, layer: Layer, *, lon: float, lat: float
    ) -> dict[str, Any]:
        """Return how many working sensors see a place."""
        named = {"layer": layer.id, "title": layer.title, "unit": "sensors"}
        sights = _read(service, view)
        if sights is None:
            return {**named, "value": None, "state": "nodata"}
        return {**named, **_probe(sights, _moment(view), lon=lon, lat=lat)}


KIND = CoverageKind()


def _read(service: QueryService, view: View) -> Sights | None:
    return read_sights(service.warehouse, view.snapshot, view.filter)


def _moment(view: View) -> int:
    now = view.snapshot.now
    return microseconds_of(min(view.filter.window.end or now, now))


def _render(layer: Layer, tile: Tile, sights: Sequence[Sights], moment: int) -> bytes:
    """Return the PNG of a tile; empty where nothing of it is in range of a sensor.

    Of two sights the first are those before what is tried.
    """
    side = layer.tile_px
    step = (np.arange(side) + 0.5) / side
    x, y = (tile.x + step) / (1 << tile.z), (tile.y + step) / (1 << tile.z)
    views = [_overlap(one, moment, x, y) for one in sights]
    index = compare_views(*views) if len(views) == 2 else views[0]  # noqa: PLR2004 before and after
    if not index.any():
        return b""
    fill = layer.style.fill
    if not isinstance(fill, Classes):
        return b""
    paints = {one.value: one.paint for one in fill.classes}
    palette = [paints.get(view, CLEAR).rgba("dark") for view in VIEWS]
    if not any(palette[number][3] for number in np.unique(index)):
        return b""
    index += np.uint8(len(VIEWS)) * _gaps(index, fill)
    palette += [(*color[:3], round(color[3] * _GAP_SHARE)) for color in palette]
    image = Image.fromarray(index, mode="P")
    image.putpalette([channel for color in palette for channel in color[:3]])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes(color[3] for color in palette))
    return file.getvalue()


def _overlap(
    sights: Sights, moment: int, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    near = [i for i, footprint in enumerate(sights.footprints) if footprint.touches(x, y)]
    footprints = [sights.footprints[i] for i in near]
    return overlap_views(footprints, sights.status.at(moment)[near], x, y)


def _gaps(index: npt.NDArray[np.uint8], fill: Classes) -> npt.NDArray[np.uint8]:
    """Return 1 for the pixels (rows, columns) that the pattern of their class leaves out.

    A tile's side is a whole number of patterns, so that they meet at its edges.
    """
    row, column = np.indices(index.shape)
    dotted = np.maximum(row % _PATTERN_PX, column % _PATTERN_PX)
    drawn: dict[Shape, npt.NDArray[np.bool_]] = {
        "stripes": np.less((row + column) % _PATTERN_PX, _PATTERN_PX // 2),
        "bars": np.less((row - column) % _PATTERN_PX, _LINE_PX),
        "dots": np.less(dotted, _LINE_PX),
        "plus": np.less(np.minimum(row % _PATTERN_PX, column % _PATTERN_PX), _LINE_PX),
        "cross": np.less(np.minimum((row + column) % _PATTERN_PX, (row - column) % _PATTERN_PX), 2),
        "checks": np.equal((row // _CHECK_PX + column // _CHECK_PX) % 2, 0),
    }
    gaps = np.zeros(index.shape, np.uint8)
    for one in fill.classes:
        if one.shape in drawn:
            gaps[(index == VIEWS.index(one.value)) & ~drawn[one.shape]] = 1
    return gaps


def _outline(sights: Sights | None, moment: int) -> gpd.GeoDataFrame:
    """Return sensor_id, kind, terrain, state and view (one: seen) of the areas of sensors."""
    rows, areas = [], []
    if sights is not None:
        states = sights.status.at(moment)
        for row, state, footprint in zip(
            sights.placements.itertuples(), states, sights.footprints, strict=True
        ):
            if state not in _WORKING:
                continue
            for band, area in outline(footprint).items():
                stated = (row.sensor_id, row.kind, row.terrain, _WORKING[state])
                rows.append((*stated, "one" if band == "seen" else band))
                areas.append(area)
    columns = ["sensor_id", "kind", "terrain", "state", "view"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=areas, crs="EPSG:4326")


def _probe(sights: Sights, moment: int, *, lon: float, lat: float) -> dict[str, Any]:
    x, y = project_to_world(np.array([[lon, lat]]))
    states = sights.status.at(moment)
    view = VIEWS[int(overlap_views(sights.footprints, states, x, y)[0, 0])]
    if view == "outside":
        return {"value": None, "state": "outside"}
    if view == "unknown":
        return {"value": None, "state": "nodata"}
    seen = sum(
        overlap_views([footprint], states[i : i + 1], x, y)[0, 0] >= VIEWS.index("one")
        for i, footprint in enumerate(sights.footprints)
        if footprint.touches(x, y)
    )
    return {"value": float(seen), "state": "value"}
