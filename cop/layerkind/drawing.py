"""What each kind of layer says of its drawing, and a layer as it is drawn."""

from types import MappingProxyType
from typing import Final

from cop.model.drawing import KindDrawing, ResolvedStyle, resolve_style
from cop.model.layer import Layer
from cop.model.legend import RELIEF, Block, build_legend
from cop.model.style import Theme
from cop.model.styling import CELL
from cop.model.uploaded import FEATURE_ID

_FAINT: Final = 45
"""Areas cover much of the map, so that the one under the pointer is lit less than a line."""
_OWN_IDS: Final = ("record_id", "cell_id", "cell", "code", "sector")

KIND_DRAWINGS: Final = MappingProxyType[str, KindDrawing](
    {
        "events": KindDrawing(points="drawn", id_property="event_id", crowded=True),
        "segments": KindDrawing(id_property="segment_id", round_caps=True),
        "impacts": KindDrawing(id_property="segment_id", round_caps=True),
        "sensors": KindDrawing(id_property="sensor_id"),
        "features": KindDrawing(points="drawn", area_highlight=_FAINT, binary=True),
        "hotspots": KindDrawing(),
        "changes": KindDrawing(points="drawn"),
        "terrain": KindDrawing(has_rows=False, relief=True),
        "basemap": KindDrawing(points="hidden", has_rows=False, stacks_areas=True),
        "uploads": KindDrawing(
            points="drawn",
            id_property=FEATURE_ID,
            crowded=True,
            square_property=CELL,
            labels_shapes=True,
            area_highlight=_FAINT,
        ),
        "rasters": KindDrawing(has_rows=False),
        "surface": KindDrawing(has_rows=False, themed=True),
    }
)


def drawing_of(layer: Layer) -> KindDrawing:
    """Return what the kind of a layer says of its drawing."""
    return KIND_DRAWINGS[layer.tile]


def resolve_layer(
    layer: Layer, theme: Theme, *, opacity: float = 1.0, scale: float = 1
) -> ResolvedStyle:
    """Return a layer, colored by a measure where it has any, as it is drawn."""
    kind = drawing_of(layer)
    return resolve_style(layer.style, theme, kind=kind, opacity=opacity, scale=scale)


def build_layer_legend(layer: Layer, theme: Theme) -> list[Block]:
    """Return the legend of a layer; the background explains itself but for the relief."""
    if drawing_of(layer).relief:
        return [{"type": "relief", "label": RELIEF}]
    return [] if layer.group == "background" else build_legend(layer.style, theme)


def feature_id(layer: Layer) -> str | None:
    """Return the property that tells the features of a layer apart, None where there is none."""
    own = drawing_of(layer).id_property
    return own or next((name for name in _OWN_IDS if name in layer.columns), None)
