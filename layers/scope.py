"""What the filter names, in an outline, and the rest of the region under gray hatching."""

from cop.model.layer import Layer
from cop.model.style import Classes, Paint, Style, StyleClass

HATCH = Paint("#98a2ac3d", "#4c5b6938")

LAYER = Layer(
    id="scope",
    title="Filter area",
    note="Outline of the sectors, counties, or area in the filter. Hatched: outside the filter, "
    "not zero",
    dataset="sectors",
    tile="scope",
    group="background",
    order=54,
    style=Style(
        line=Classes(
            property="part",
            classes=(
                StyleClass(
                    value="edge",
                    label="in the filter",
                    paint=Paint("#ffffffd9", "#102030d9"),
                    shape="line",
                ),
                StyleClass(value="outside", label="outside the filter", paint=HATCH, shape="line"),
            ),
            other=HATCH,
        ),
        line_width_px=1.0,
        line_widths_px=(("edge", 2.2), ("outside", 1.0)),
    ),
)
