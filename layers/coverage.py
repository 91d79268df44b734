"""What working sensors see over terrain at the end of the window, as an image.

Several, one and perhaps are green to sand after Okabe and Ito; a pattern tells each apart.
"""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

LAYER = Layer(
    id="coverage",
    title="Sensor coverage",
    note="Ground that the sensors that work at the end of the window see, targets of 1.7 m, with "
    "earth curvature and refraction; weather, vegetation and darkness are not considered. Where no "
    "terrain is loaded it is range and field of view alone",
    dataset="viewsheds",
    tile="coverage",
    tile_format="png",
    order=20,
    max_zoom=13,
    fields=(
        Field(property="sensor_id", label="Sensor"),
        Field(property="kind", label="Kind"),
        Field(property="state", label="State"),
        Field(property="terrain", label="Terrain known"),
        Field(property="view", label="Seen"),
    ),
    style=Style(
        fill=Classes(
            property="view",
            classes=(
                StyleClass(
                    value="several",
                    label="several sensors",
                    paint=Paint("#2fa58a61", "#00795c59"),
                    shape="area",
                ),
                StyleClass(
                    value="one",
                    label="one sensor",
                    paint=Paint("#3fbf9f57", "#009e7352"),
                    shape="stripes",
                ),
                StyleClass(
                    value="unsure",
                    label="perhaps seen",
                    paint=Paint("#e0b96a66", "#b4770066"),
                    shape="dots",
                ),
                StyleClass(
                    value="hidden",
                    label="in range, not seen",
                    paint=Paint("#8fa0b43d", "#33404d52"),
                    shape="bars",
                ),
                StyleClass(
                    value="gained",
                    label="what-if: gained",
                    paint=Paint("#56b4e9a6", "#0072b28c"),
                    shape="plus",
                ),
                StyleClass(
                    value="lost",
                    label="what-if: lost",
                    paint=Paint("#ff8f7aa6", "#b3261e8c"),
                    shape="cross",
                ),
                StyleClass(
                    value="unknown",
                    label="unknown",
                    paint=Paint("#a8a0c466", "#6b608f5c"),
                    shape="checks",
                ),
            ),
        ),
    ),
    stale_after_hours=72,
)
