"""Expected events per segment in a day or week ahead, as a band behind the line; lajolla."""

from cop.model.layer import Field, Layer
from cop.model.style import Paint, Ramp, Style

LAYER = Layer(
    id="risk",
    title="Forecast risk",
    note="Expected events with 80% interval. Gray is unobserved, not low. One input to a threat "
    "assessment",
    dataset="segments",
    tile="segments",
    order=30,
    fields=(
        Field(property="segment_id", label="Segment", in_tooltip=True),
        Field(property="risk", label="Expected", unit="events", in_tooltip=True),
        Field(property="risk_low", label="80% interval from", unit="events", in_tooltip=True),
        Field(property="risk_high", label="80% interval to", unit="events", in_tooltip=True),
        Field(property="risk_change", label="Change from the last period", unit="events"),
        Field(property="sector", label="Sector"),
        Field(property="county", label="County"),
    ),
    style=Style(
        line=Ramp(
            property="risk",
            breaks=(0.1, 0.5, 1.5, 5, 15),
            paints=(
                Paint("#66342999", "#fbe9a6b3"),
                Paint("#a6464499", "#f2c35fb3"),
                Paint("#d95f4e99", "#e58751b3"),
                Paint("#e58751a6", "#d95f4eb3"),
                Paint("#edad54b3", "#8a3b38b3"),
                Paint("#fbeaa6b3", "#372411b3"),
            ),
            unit="events expected per segment in the period",
            unknown=Paint("#76818d80", "#98a2ac80"),
            unknown_label="unobserved",
        ),
        line_width_px=13.0,
    ),
    stale_after_hours=72,
)
