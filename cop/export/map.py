"""The map as an image: the browser's tiles, styles and camera, without a browser."""

from collections.abc import Sequence
from dataclasses import dataclass

from cop.export.annotation import draw_annotations, draw_area
from cop.export.camera import Place, StillCamera
from cop.export.canvas import Canvas
from cop.export.feature import Feature, build_land, read_features
from cop.export.label import Box, PlacedLabel, place_labels
from cop.export.paint import tint
from cop.export.raster import RasterLayer, draw_raster
from cop.export.vector import VectorLayer, draw_labels, draw_vector
from cop.layerkind.registry import kind_of
from cop.layerkind.service.drawing import resolve_layer
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.tile import read_tile
from cop.model.annotation import Annotation
from cop.model.drawing import ResolvedStyle
from cop.model.layer import Layer
from cop.model.picture import Picture
from cop.model.style import Paint, Theme
from cop.query.filter_area import home_bounds
from cop.query.service import QueryService
from cop.query.view import View

WORLD = (-125.0, 20.0, -90.0, 40.0)
"""The bounds shown if no border line is loaded."""
_WATER = Paint("#0a1017", "#d9e3ec")


def render_map(
    service: QueryService,
    view: View,
    picture: Picture,
    *,
    width_px: int,
    height_px: int,
    theme: Theme,
    scale: float = 1.0,
    annotations: Sequence[Annotation] = (),
) -> bytes:
    """Draw the map of a resolved Picture as PNG, ``scale`` pixels per screen pixel.

    ``view`` is at the moment of the Picture. Without a viewpoint the border line is fitted. The
    image is ``width_px * scale`` wide: 0.5 for a thumbnail of the same view, 2 for print. Raise
    LayerError if a layer or measure of the Picture does not exist.
    """
    camera = find_camera(service, view, picture, width_px=width_px, height_px=height_px)
    canvas = draw_layers(service, view, picture, camera, theme=theme, scale=scale)
    if picture.filter.area is not None:
        draw_area(canvas, camera, picture.filter.area, theme)
    draw_annotations(canvas, camera, annotations, theme)
    return canvas.png()


def draw_layers(
    service: QueryService,
    view: View,
    picture: Picture,
    camera: StillCamera,
    *,
    theme: Theme,
    scale: float = 1.0,
    canvas: Canvas | None = None,
) -> Canvas:
    """Draw the layers that a Picture shows on a sheet of a camera's size, or over what is there."""
    if canvas is None:
        size = (camera.width_px, camera.height_px)
        canvas = Canvas(*size, scale=scale, ground=tint(_WATER.css(theme)))
    read = [
        _read_layer(
            _Tiles(service, view, camera),
            kind_of(layer).in_theme(layer, theme),
            resolve_layer(layer, theme, opacity=opacity),
        )
        for layer, opacity in list_shown(service, view, picture)
    ]
    labels = _place_labels([part for part in read if isinstance(part, VectorLayer)])
    for part in read:
        if isinstance(part, VectorLayer):
            draw_vector(canvas, part)
            draw_labels(canvas, part, labels.get(part.layer.id, []))
        else:
            draw_raster(canvas, part)
    return canvas


def find_camera(
    service: QueryService, view: View, picture: Picture, *, width_px: int, height_px: int
) -> StillCamera:
    """Return the camera of a Picture on a map of that size."""
    if picture.viewpoint is None:
        bounds = home_bounds(service, view) or WORLD
        return StillCamera.fit(bounds, width_px=width_px, height_px=height_px)
    return StillCamera(viewpoint=picture.viewpoint, width_px=width_px, height_px=height_px)


def list_shown(service: QueryService, view: View, picture: Picture) -> list[tuple[Layer, float]]:
    """Return the layers that a Picture shows, bottom first, colored by its measures, and opacities.

    A layer that this server does not have is left out, as on the screen.
    """
    known = read_layers(service, view)
    if picture.shown is None:
        chosen = [(layer, layer.opacity) for layer in known.values() if layer.visible]
    else:
        chosen = [(known[s.id], s.opacity) for s in picture.shown if s.id in known]
    return [(_measured(layer, picture), opacity) for layer, opacity in chosen]


def _measured(layer: Layer, picture: Picture) -> Layer:
    key = next((m.key for m in layer.measures if m.key in picture.measures), None)
    return layer.measured_by(key)


@dataclass(frozen=True)
class _Tiles:
    """The tiles that a camera sees, under a view."""

    service: QueryService
    view: View
    camera: StillCamera

    def of(self, layer: Layer) -> list[tuple[Place, bytes]]:
        """Return a layer's tiles with their positions; empty ones are left out."""
        read = (
            (
                self.camera.place(tile),
                read_tile(self.service, self.view, layer, tile).unfolded(),
            )
            for tile in self.camera.tiles(layer)
        )
        return [(place, content) for place, content in read if content]


def _read_layer(tiles: _Tiles, layer: Layer, style: ResolvedStyle) -> VectorLayer | RasterLayer:
    if layer.tile_format != "mvt":
        return RasterLayer(style=style, tiles=tiles.of(layer))
    read = [(place, read_features(content)) for place, content in tiles.of(layer)]
    if style.area_order:
        read = [(place, _stack(features, style.area_order)) for place, features in read]
    return VectorLayer(layer=layer, style=style, tiles=read)


def _stack(features: list[Feature], order: Sequence[str]) -> list[Feature]:
    """Sort a basemap's areas by what covers what, with land below."""
    rank = {name: place + 1 for place, name in enumerate(order)}
    return sorted(
        [build_land(), *features], key=lambda feature: rank.get(feature.properties["layerName"], 0)
    )


def _place_labels(shown: Sequence[VectorLayer]) -> dict[str, list[PlacedLabel]]:
    """Place the labels of all layers; upper layers have priority."""
    taken: list[Box] = []
    placed = {}
    for part in reversed(shown):
        if part.style.text is not None:
            placed[part.layer.id] = place_labels(part.tiles, part.style.text.label, taken)
    return placed
