"""Recent events by kind, in Okabe-Ito colors that a shape repeats.

Squares stand for many events where a tile holds too many points; their ramp is cmcrameri's navia.
"""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Ramp, Style, StyleClass

OTHER = Paint("#9aa5b1", "#7a8591")
CONFLICT = Paint("#ff6b78", "#a3123c")

KINDS = Classes(
    property="kind",
    classes=(
        StyleClass(
            value="crossing", label="Crossing", paint=Paint("#56b4e9", "#3f9fd6"), shape="arrow"
        ),
        StyleClass(value="apprehension", label="Apprehension", paint=Paint("#e69f00", "#e69f00")),
        StyleClass(
            value="turn-back", label="Turn-back", paint=Paint("#f0e442", "#d9cc1f"), shape="wedge"
        ),
        StyleClass(
            value="got-away", label="Got-away", paint=Paint("#d55e00", "#d55e00"), shape="triangle"
        ),
        StyleClass(value="rescue", label="Rescue", paint=Paint("#1fbf8f", "#009e73"), shape="plus"),
        StyleClass(value="death", label="Death", paint=Paint("#ffffff", "#000000"), shape="ring"),
        StyleClass(
            value="seizure", label="Seizure", paint=Paint("#3d8fd1", "#0072b2"), shape="square"
        ),
        StyleClass(
            value="tunnel", label="Tunnel", paint=Paint("#c9a27a", "#8a6a45"), shape="diamond"
        ),
        StyleClass(value="drone", label="Drone", paint=Paint("#cc79a7", "#cc79a7"), shape="star"),
        StyleClass(value="conflict", label="Armed conflict", paint=CONFLICT, shape="burst"),
        StyleClass(value="other", label="Other", paint=OTHER, shape="cross"),
    ),
    other=OTHER,
)
CELLS = Ramp(
    property="n",
    breaks=(10, 100, 1_000, 10_000),
    paints=(
        Paint("#2a78ab66", "#b9d690a6"),
        Paint("#2e8a988c", "#88c369b3"),
        Paint("#5ab07fb3", "#418a80cc"),
        Paint("#a3d474cc", "#1a608fd9"),
        Paint("#f6f0b5e6", "#07305ce6"),
    ),
    unit="events per square",
    unknown=OTHER,
    whole=True,
)
FIELDS = (
    Field(property="kind", label="Kind", in_tooltip=True),
    Field(property="count", label="Count", in_tooltip=True),
    Field(property="occurred_at", label="When", in_tooltip=True),
    Field(property="segment_id", label="Segment", in_tooltip=True),
    Field(property="sector", label="Sector"),
    Field(property="source", label="Source", in_tooltip=True),
    Field(property="confidence", label="Confidence"),
    Field(property="marking", label="Marking"),
)

LAYER = Layer(
    id="events",
    title="Recent events",
    note="Events in the window. Places and flows, never individuals",
    dataset="events",
    tile="events",
    order=45,
    fields=FIELDS,
    style=Style(fill=KINDS, cell=CELLS, point_radius_px=5.0),
    stale_after_hours=72,
)
