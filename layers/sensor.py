"""Sensors where they stood at the end of the window, by their state."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

LAYER = Layer(
    id="sensors",
    title="Sensors",
    note="State at the end of the window by outages and status reports; a sensor without any "
    "counts as working",
    dataset="placements",
    tile="sensors",
    order=55,
    columns=(
        "sensor_id", "name", "kind", "agency", "range_m", "height_m", "terrain", "state", "cause",
        "what_if",
    ),
    fields=(
        Field(property="sensor_id", label="Sensor", in_tooltip=True),
        Field(property="name", label="Name"),
        Field(property="kind", label="Kind", in_tooltip=True),
        Field(property="state", label="State", in_tooltip=True),
        Field(property="cause", label="Cause", in_tooltip=True),
        Field(property="what_if", label="What if", in_tooltip=True),
        Field(property="range_m", label="Range", unit="m"),
        Field(property="height_m", label="Height above ground", unit="m"),
        Field(property="terrain", label="Terrain known"),
        Field(property="agency", label="Agency"),
    ),
    style=Style(
        fill=Classes(
            property="state",
            classes=(
                StyleClass(value="up", label="working", paint=Paint("#3fbf9f", "#00855f")),
                StyleClass(
                    value="degraded", label="degraded", paint=Paint("#f0c860", "#a06a00"),
                    shape="triangle",
                ),
                StyleClass(
                    value="down", label="down", paint=Paint("#ff8f7a", "#b3261e"), shape="cross"
                ),
                StyleClass(
                    value="unknown", label="not reported", paint=Paint("#b9c2cc", "#5c6873"),
                    shape="ring",
                ),
            ),
        ),
        point_radius_px=4.0,
    ),
    visible=False,
    stale_after_hours=72,
)  # fmt: skip
