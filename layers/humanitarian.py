"""Rescues and deaths alone, so that where help is needed does not drown among other events."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Ramp, Style, StyleClass

UNMATCHED = Paint("#9aa5b1", "#7a8591")

LAYER = Layer(
    id="humanitarian",
    title="Humanitarian incidents",
    note="Rescues and deaths in the window",
    dataset="events",
    tile="events",
    order=60,
    where=(("kind", ("rescue", "death")),),
    visible=False,
    fields=(
        Field(property="kind", label="Kind", in_tooltip=True),
        Field(property="count", label="People", in_tooltip=True),
        Field(property="occurred_at", label="When", in_tooltip=True),
        Field(property="segment_id", label="Segment", in_tooltip=True),
        Field(property="sector", label="Sector"),
        Field(property="source", label="Source", in_tooltip=True),
        Field(property="marking", label="Marking"),
    ),
    style=Style(
        fill=Classes(
            property="kind",
            classes=(
                StyleClass(
                    value="rescue", label="Rescue", paint=Paint("#1fbf8f", "#009e73"), shape="plus"
                ),
                StyleClass(
                    value="death", label="Death", paint=Paint("#ffffff", "#000000"), shape="ring"
                ),
            ),
            other=UNMATCHED,
        ),
        cell=Ramp(
            property="n",
            breaks=(5, 20, 100, 500),
            paints=(
                Paint("#595481", "#dda2c2"),
                Paint("#7d638e", "#cf789f"),
                Paint("#a76690", "#a76690"),
                Paint("#dda2c2", "#7d638e"),
                Paint("#f0eafa", "#413362"),
            ),
            unit="incidents per square",
            unknown=UNMATCHED,
            whole=True,
        ),
        point_radius_px=6.0,
    ),
)
