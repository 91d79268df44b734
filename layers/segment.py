"""Border segments, colored by events, change, forecast, coverage or gap, or by barrier.

Ramps are cmcrameri's navia (events), berlin and vik (change), lajolla (risk and gap), devon
(coverage) and tokyo (barrier), sampled so that the lowest class still stands out from the land of
either theme.
"""

from cop.model.layer import Field, Layer, Measure
from cop.model.style import Paint, Ramp, Style

UNKNOWN = Paint("#76818d", "#98a2ac")

EVENTS = Ramp(
    property="n",
    breaks=(1, 5, 20, 80, 300),
    paints=(
        Paint("#2a5f93", "#c3d3a4"),
        Paint("#2a7ea6", "#a0cb7c"),
        Paint("#3593a0", "#66ad71"),
        Paint("#5ab07f", "#3b8787"),
        Paint("#a9d977", "#1a608f"),
        Paint("#fcf4c4", "#072a57"),
    ),
    unit="events per segment (at most 5 km)",
    unknown=UNKNOWN,
    whole=True,
)
CHANGE = Ramp(
    property="change",
    breaks=(-50, -10, 10, 50, 200),
    paints=(
        Paint("#9eb0ff", "#034481"),
        Paint("#529fd3", "#5b9bbd"),
        Paint("#4b5560", "#cbc6c2"),
        Paint("#bc6e61", "#d69c7a"),
        Paint("#e08d84", "#b2571f"),
        Paint("#ffc4c0", "#590008"),
    ),
    unit="% change from the previous period",
    unknown=UNKNOWN,
    unknown_label="none before",
)
RISK = Ramp(
    property="risk",
    breaks=(0.1, 0.5, 1.5, 5, 15),
    paints=(
        Paint("#663429", "#fbe9a6"),
        Paint("#a64644", "#f2c35f"),
        Paint("#d95f4e", "#e58751"),
        Paint("#e58751", "#d95f4e"),
        Paint("#edad54", "#8a3b38"),
        Paint("#fbeaa6", "#372411"),
    ),
    unit="events expected in the period",
    unknown=UNKNOWN,
    unknown_label="unobserved",
)
RISK_CHANGE = Ramp(
    property="risk_change",
    breaks=(-5, -1, 1, 5, 15),
    paints=CHANGE.paints,
    unit="expected events minus the previous period's",
    unknown=UNKNOWN,
    unknown_label="unobserved",
)
COVERAGE = Ramp(
    property="coverage",
    breaks=(0.05, 0.25, 0.5, 0.75, 0.95),
    paints=(
        Paint("#5b3f8c", "#d9d7f2"),
        Paint("#4f5fb0", "#b0aaee"),
        Paint("#4271bc", "#7d8edd"),
        Paint("#7d8edd", "#4271bc"),
        Paint("#b0aaee", "#29588f"),
        Paint("#e4e2fa", "#2c1a4c"),
    ),
    unit="share of segment-hours seen",
    unknown=UNKNOWN,
    unknown_label="unknown",
)
GAP = Ramp(
    property="gap",
    breaks=RISK.breaks,
    paints=RISK.paints,
    unit="events expected in the period that nobody sees",
    unknown=UNKNOWN,
    unknown_label="unknown",
)
BARRIER = Ramp(
    property="barrier_share",
    breaks=(0.01, 0.25, 0.5, 0.75, 0.95),
    paints=(
        Paint("#61344c", "#c7f0b2"),
        Paint("#6f5551", "#8ec370"),
        Paint("#736953", "#798a56"),
        Paint("#788555", "#736953"),
        Paint("#85b364", "#6f5551"),
        Paint("#baeaa4", "#5c2f4a"),
    ),
    unit="share of length with a barrier",
    unknown=UNKNOWN,
)

LAYER = Layer(
    id="segments",
    title="Border segments",
    note="Segments of at most 5 km. No reports does not mean no activity",
    dataset="segments",
    tile="segments",
    order=50,
    measures=(
        Measure(key="n", title="Events", color=EVENTS),
        Measure(key="change", title="Change", color=CHANGE, note="vs. previous period"),
        Measure(
            key="risk", title="Forecast risk", color=RISK, note="expected, 80% interval on hover"
        ),
        Measure(key="coverage", title="Coverage", color=COVERAGE, note="by working sensors"),
        Measure(
            key="gap",
            title="Gap",
            color=GAP,
            note="expected events of the period x the share of segment-hours not seen",
        ),
        Measure(
            key="barrier",
            title="Barrier",
            color=BARRIER,
            note="published barriers within 1 km; lengths of parallel barriers are added",
        ),
        Measure(
            key="risk_change",
            title="Risk change",
            color=RISK_CHANGE,
            note="expected minus the count in the previous period of equal length",
        ),
    ),
    fields=(
        Field(property="segment_id", label="Segment", in_tooltip=True),
        Field(property="sector", label="Sector"),
        Field(property="county", label="County", in_tooltip=True),
        Field(property="kind", label="Border"),
        Field(property="km_from", label="From", unit="km"),
        Field(property="km_to", label="To", unit="km"),
        Field(property="length_km", label="Length", unit="km"),
        Field(property="n", label="Events", in_tooltip=True),
        Field(property="people", label="People"),
        Field(property="previous_n", label="Events before"),
        Field(property="change", label="Change", unit="%", in_tooltip=True),
        Field(property="risk", label="Expected", unit="events", in_tooltip=True),
        Field(property="risk_low", label="80% interval from", unit="events", in_tooltip=True),
        Field(property="risk_high", label="80% interval to", unit="events", in_tooltip=True),
        Field(property="risk_change", label="Expected minus previous period", unit="events"),
        Field(
            property="coverage", label="Coverage", unit="share of segment-hours", in_tooltip=True
        ),
        Field(property="coverage_unknown", label="May be covered", unit="share of segment-hours"),
        Field(property="gap", label="Expected unseen", unit="events"),
        Field(property="barrier_share", label="Barrier", unit="share of length"),
        Field(property="barrier_pedestrian_km", label="Pedestrian barrier", unit="km"),
        Field(property="barrier_vehicle_km", label="Vehicle barrier", unit="km"),
        Field(property="barrier_unknown_km", label="Barrier of unknown kind", unit="km"),
    ),
    style=Style(line=EVENTS, line_width_px=4.5),
    stale_after_hours=72,
)
