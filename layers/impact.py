"""Impact levels of segments, proposed by rules or agreed by people; also shown by line width."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

UNKNOWN = Paint("#8b95a0", "#6b7784")

LAYER = Layer(
    id="impact",
    title="Impact level",
    note="Low, medium, high, or temporarily critical. Rules propose levels from expected events, "
    "coverage gaps, and trend; people agree or change them. Always current, whatever the "
    "window. See the Impact page for reasons and actions",
    dataset="segments",
    tile="impacts",
    order=51,
    columns=(),
    fields=(
        Field(property="segment_id", label="Segment", in_tooltip=True),
        Field(property="title", label="Impact level", in_tooltip=True),
        Field(property="standing", label="Status", in_tooltip=True),
        Field(property="why", label="Why", in_tooltip=True),
        Field(property="expected", label="Expected", unit="events in 7 days", in_tooltip=True),
        Field(property="expected_low", label="Interval from", unit="events", in_tooltip=True),
        Field(property="expected_high", label="Interval to", unit="events", in_tooltip=True),
        Field(property="change", label="Change", unit="%"),
        Field(property="coverage", label="Coverage", unit="share of segment-hours"),
        Field(property="sector", label="Sector"),
        Field(property="county", label="County"),
        Field(property="length_km", label="Length", unit="km"),
    ),
    style=Style(
        line=Classes(
            property="level",
            classes=(
                StyleClass(
                    value="critical",
                    label="temporarily critical",
                    paint=Paint("#ffb3ec", "#6b0052"),
                    shape="line",
                ),
                StyleClass(
                    value="high", label="high", paint=Paint("#e8601c", "#b32a00"), shape="line"
                ),
                StyleClass(
                    value="medium", label="medium", paint=Paint("#f0e442", "#ba8800"), shape="line"
                ),
                StyleClass(
                    value="low", label="low", paint=Paint("#2f7fc0", "#3a8fd0"), shape="line"
                ),
                StyleClass(
                    value="unknown",
                    label="unknown: unobserved (dashed)",
                    paint=UNKNOWN,
                    shape="line",
                ),
                StyleClass(
                    value="outside",
                    label="outside the filter (thin dashes)",
                    paint=UNKNOWN,
                    shape="line",
                ),
            ),
            other=UNKNOWN,
        ),
        line_width_px=3.0,
        line_widths_px=(
            ("critical", 11.0),
            ("high", 8.0),
            ("medium", 5.5),
            ("low", 3.5),
            ("unknown", 3.0),
            ("outside", 1.5),
        ),
    ),
    visible=False,
    stale_after_hours=72,
)
