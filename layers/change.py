"""Changes since the moment chosen on the Changes page: new, late, corrected, withdrawn."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Sizes, Style, StyleClass

LAYER = Layer(
    id="changes",
    title="Changes since the brief",
    note="Records new, late, corrected, or withdrawn since a chosen time, whenever they "
    "occurred. The Changes page lists them",
    dataset="events",
    tile="changes",
    order=65,
    visible=False,
    fields=(
        Field(property="change", label="Change", in_tooltip=True),
        Field(property="n", label="Records", in_tooltip=True),
        Field(property="kind", label="Kind", in_tooltip=True),
        Field(property="count", label="Count"),
        Field(property="occurred_at", label="When", in_tooltip=True),
        Field(property="segment_id", label="Segment"),
        Field(property="sector", label="Sector"),
        Field(property="source", label="Source", in_tooltip=True),
        Field(property="marking", label="Marking"),
    ),
    style=Style(
        fill=Classes(
            property="change",
            classes=(
                StyleClass(
                    value="new", label="New", paint=Paint("#56b4e9", "#0072b2"), shape="star"
                ),
                StyleClass(
                    value="late", label="Late", paint=Paint("#e69f00", "#e69f00"), shape="wedge"
                ),
                StyleClass(
                    value="corrected",
                    label="Corrected",
                    paint=Paint("#cc79a7", "#cc79a7"),
                    shape="diamond",
                ),
                StyleClass(
                    value="withdrawn",
                    label="Withdrawn",
                    paint=Paint("#d55e00", "#d55e00"),
                    shape="cross",
                ),
            ),
        ),
        point_radius_px=6.0,
        point_sizes=Sizes(
            property="n", breaks=(2, 10, 100), radii_px=(6.0, 8.0, 10.0, 13.0), unit="records"
        ),
    ),
)
