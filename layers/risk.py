"""Expected events per segment and week, as a band behind the line; cmcrameri's lajolla."""

from cop.model.layer import Field, Layer
from cop.model.style import Paint, Ramp, Style

LAYER = Layer(
    id="risk",
    title="Forecast risk (baseline)",
    note="Decayed weekly mean of past events with its interval; one part of the threat",
    dataset="segments",
    tile="segments",
    order=30,
    fields=(
        Field(property="segment_id", label="Segment", in_tooltip=True),
        Field(property="risk", label="Expected", unit="events a week", in_tooltip=True),
        Field(property="risk_low", label="Interval from", unit="events a week", in_tooltip=True),
        Field(property="risk_high", label="Interval to", unit="events a week", in_tooltip=True),
        Field(property="sector", label="Sector"),
        Field(property="county", label="County"),
    ),
    style=Style(
        line=Ramp(
            property="risk",
            breaks=(0.5, 2, 5, 15, 50),
            paints=(
                Paint("#66342999", "#fbe9a6b3"),
                Paint("#a6464499", "#f2c35fb3"),
                Paint("#d95f4e99", "#e58751b3"),
                Paint("#e58751a6", "#d95f4eb3"),
                Paint("#edad54b3", "#8a3b38b3"),
                Paint("#fbeaa6b3", "#372411b3"),
            ),
            unit="events expected per segment and week",
            unknown=Paint("#76818d80", "#98a2ac80"),
        ),
        line_width_px=13.0,
    ),
    stale_after_hours=72,
)
