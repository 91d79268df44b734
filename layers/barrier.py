"""Barriers on the ground by kind, over the segments: the two lie meters apart."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

UNKNOWN = Paint("#8b95a0", "#7a8591")

LAYER = Layer(
    id="barriers",
    title="Barriers",
    note="Fences and walls as published in January 2017. Pedestrian barriers stop people on "
    "foot; vehicle barriers stop only vehicles. Some have no kind. Later "
    "construction is not included",
    dataset="lines",
    tile="features",
    group="place",
    order=52,
    where=(("line_type", ("barrier",)),),
    columns=("record_id", "kind", "name", "length_km"),
    fields=(
        Field(property="kind", label="Barrier", in_tooltip=True),
        Field(property="name", label="Name", in_tooltip=True),
        Field(property="length_km", label="Length", unit="km", in_tooltip=True),
    ),
    style=Style(
        line=Classes(
            property="kind",
            classes=(
                StyleClass(
                    value="pedestrian",
                    label="pedestrian",
                    paint=Paint("#f4ede6", "#1b2530"),
                    shape="line",
                ),
                StyleClass(
                    value="vehicle",
                    label="vehicle only",
                    paint=Paint("#cc79a7", "#b0457f"),
                    shape="line",
                ),
                StyleClass(value="unknown", label="kind unknown", paint=UNKNOWN, shape="line"),
            ),
            other=UNKNOWN,
        ),
        line_width_px=1.6,
        line_widths_px=(("pedestrian", 2.6), ("vehicle", 1.8), ("unknown", 1.6)),
    ),
    visible=False,
)
