"""A layer as it is drawn: its style, and the drawing of its kind."""

from typing import Final

from cop.layerkind.registry import kind_of
from cop.model.drawing import ResolvedStyle, resolve_style
from cop.model.layer import Layer
from cop.model.style import Theme

_OWN_IDS: Final = ("record_id", "cell_id", "cell", "code", "sector")


def resolve_layer(
    layer: Layer, theme: Theme, *, opacity: float = 1.0, scale: float = 1
) -> ResolvedStyle:
    """Return a layer, colored by a measure where it has any, as it is drawn."""
    kind = kind_of(layer).drawing
    return resolve_style(layer.style, theme, kind=kind, opacity=opacity, scale=scale)


def feature_id(layer: Layer) -> str | None:
    """Return the property that identifies the features of a layer; None if there is none."""
    own = kind_of(layer).drawing.id_property
    return own or next((name for name in _OWN_IDS if name in layer.columns), None)
