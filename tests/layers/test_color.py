"""Color is never alone: a layer's classes differ in shape, width or fill, too."""

import pytest

from cop.model.layer import Layer
from cop.model.style import Classes
from cop.query.registry import load_layers

pytestmark = pytest.mark.glance

REFERENCE = ("background", "basemap")
"""What lies below the picture and says nothing of it."""


def looks(layer: Layer) -> dict[str, tuple[object, ...]]:
    """Return how each class of a layer is drawn, apart from its color."""
    style = layer.style
    widths = dict(style.line_widths_px)
    found: dict[str, tuple[object, ...]] = {}
    for part in (style.fill, style.line):
        if not isinstance(part, Classes):
            continue
        for one in part.classes:
            if one.shape in ("area", "line"):
                filled = one.shape == "area" and one.paint.rgba("dark")[3] > 0
                look = (one.shape, filled, widths.get(one.value))
            else:
                look = (one.glyph,)
            found.setdefault(one.label, ())
            found[one.label] += look
    return found


@pytest.mark.parametrize("name", sorted(set(load_layers()) - set(REFERENCE)))
def test_color_is_never_alone(name: str) -> None:
    """B16: whoever sees no colors tells the classes apart."""
    found = looks(load_layers()[name])
    assert len(set(found.values())) == len(found), found
