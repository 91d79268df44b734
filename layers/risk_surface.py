"""Expected events per cell in a day or week ahead, as an image along the line; lajolla."""

from cop.model.layer import Layer
from cop.model.style import Paint, Ramp, Style

LAYER = Layer(
    id="risk_surface",
    title="Risk surface",
    note="Expected events per cell, 80% interval under the pointer. Clear is near zero, gray is "
    "unobserved, not low. One input to a threat assessment",
    dataset="segments",
    tile="surface",
    tile_format="png",
    order=15,
    style=Style(
        fill=Ramp(
            property="expected",
            breaks=(0.02, 0.1, 0.5, 1.5, 5, 15),
            paints=(
                Paint("#66342900", "#fbe9a600"),
                Paint("#66342980", "#fbe9a699"),
                Paint("#a6464499", "#f2c35fa6"),
                Paint("#d95f4ea6", "#e58751b3"),
                Paint("#e58751b3", "#d95f4eb3"),
                Paint("#edad54bf", "#8a3b38bf"),
                Paint("#fbeaa6cc", "#372411cc"),
            ),
            unit="events expected per cell in the period",
            unknown=Paint("#76818d40", "#98a2ac4d"),
            unknown_label="unobserved",
        ),
    ),
    max_zoom=11,
    visible=False,
    opacity=0.85,
    stale_after_hours=72,
)
