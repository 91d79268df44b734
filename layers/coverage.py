"""What sensors reach, as a circle or a sector of their nominal range."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

_DOWN = Paint("#97a3afb3", "#6b7784b3")
_NO_FILL = Paint("#97a3af00", "#6b778400")

LAYER = Layer(
    id="coverage",
    title="Sensor coverage (range only, no terrain)",
    note="Nominal range and field of view. Terrain, weather, and darkness are not considered",
    dataset="coverage",
    tile="sensors",
    order=20,
    columns=("sensor_id", "kind", "range_m", "height_m", "agency", "state"),
    fields=(
        Field(property="sensor_id", label="Sensor", in_tooltip=True),
        Field(property="kind", label="Kind", in_tooltip=True),
        Field(property="state", label="State", in_tooltip=True),
        Field(property="range_m", label="Range", unit="m"),
        Field(property="height_m", label="Height", unit="m"),
        Field(property="agency", label="Agency"),
    ),
    style=Style(
        fill=Classes(
            property="state",
            classes=(
                StyleClass(
                    value="up", label="working", paint=Paint("#2fa58a2e", "#009e7326"), shape="area"
                ),
                StyleClass(value="down", label="down (outline only)", paint=_NO_FILL, shape="area"),
            ),
        ),
        line=Classes(
            property="state",
            classes=(
                StyleClass(
                    value="up", label="working", paint=Paint("#3fbf9f80", "#00855f80"), shape="line"
                ),
                StyleClass(value="down", label="down (outline only)", paint=_DOWN, shape="line"),
            ),
        ),
        line_width_px=1.0,
    ),
    stale_after_hours=72,
)
