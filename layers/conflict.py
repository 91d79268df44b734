"""Armed conflict alone, apart from the events of the border; cmcrameri's bilbao in the squares."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Ramp, Style, StyleClass
from layers.event import CONFLICT

UNMATCHED = Paint("#9aa5b1", "#7a8591")

LAYER = Layer(
    id="conflict",
    title="Armed conflict",
    note="Conflict events in the window. Positions are town centers or, where the place "
    "is less certain, a municipality or state",
    dataset="events",
    tile="events",
    order=61,
    where=(("kind", ("conflict",)),),
    visible=False,
    fields=(
        Field(property="kind", label="Kind", in_tooltip=True),
        Field(property="count", label="Total count", in_tooltip=True),
        Field(property="occurred_at", label="When", in_tooltip=True),
        Field(property="segment_id", label="Nearest segment"),
        Field(property="sector", label="Sector"),
        Field(property="source", label="Source", in_tooltip=True),
        Field(property="confidence", label="Confidence"),
        Field(property="marking", label="Marking"),
    ),
    style=Style(
        fill=Classes(
            property="kind",
            classes=(
                StyleClass(value="conflict", label="Armed conflict", paint=CONFLICT, shape="burst"),
            ),
            other=UNMATCHED,
        ),
        cell=Ramp(
            property="n",
            breaks=(5, 20, 100, 500),
            paints=(
                Paint("#7a2e3399", "#cfcdc4b3"),
                Paint("#9a5052a6", "#bcb189b3"),
                Paint("#a77d5cb3", "#a9825ecc"),
                Paint("#bdb692cc", "#9a4f51d9"),
                Paint("#f4f3f1e6", "#5f1216e6"),
            ),
            unit="conflict events per square",
            unknown=UNMATCHED,
            whole=True,
        ),
        point_radius_px=6.0,
    ),
)
