"""Encounters of the Border Patrol by sector and month, as a choropleth under everything else.

Ramps are cmcrameri's acton (encounters), and berlin and vik (trend, as for the segments). The
classes are three to four times each other, so that one month and a whole year both spread over
them: a sector's month is 280 to 52,000 (5th to 95th percentile of all sectors 1999-2022), nine
sectors' year 3,000 to 550,000. Half of all changes against the year before lie within -25 and 30 %.
"""

from cop.model.layer import Field, Layer, Measure, Statistic
from cop.model.style import Paint, Ramp, Style

UNKNOWN = Paint("#76818d38", "#98a2ac40")

ENCOUNTERS = Ramp(
    property="encounters",
    breaks=(1_000, 3_000, 10_000, 30_000, 100_000),
    paints=(
        Paint("#534c7a80", "#ebd9ed99"),
        Paint("#79638d8c", "#e2b2cf99"),
        Paint("#a8669099", "#d483a899"),
        Paint("#d27da3a6", "#af6790a6"),
        Paint("#e0accab3", "#79638db3"),
        Paint("#eddef0bf", "#403261bf"),
    ),
    unit="people encountered",
    unknown=UNKNOWN,
    whole=True,
)
TREND = Ramp(
    property="encounters_change",
    breaks=(-50, -10, 10, 50, 200),
    paints=(
        Paint("#9eb0ff99", "#03448199"),
        Paint("#529fd399", "#5b9bbd99"),
        Paint("#4b556099", "#cbc6c299"),
        Paint("#bc6e6199", "#d69c7a99"),
        Paint("#e08d8499", "#b2571f99"),
        Paint("#ffc4c099", "#59000899"),
    ),
    unit="% change from the same months a year earlier",
    unknown=UNKNOWN,
    unknown_label="none before",
)

LAYER = Layer(
    id="encounters",
    title="Encounters by sector",
    note="Monthly encounters between ports, rounded to 10 by the publisher. Whole months only. "
    "The kind, county, and source filters do not apply",
    dataset="sectors",
    tile="features",
    group="statistic",
    order=10,
    columns=("sector", "name"),
    statistics=(
        Statistic(
            property="encounters",
            title="Encounters",
            measures=("encounters",),
            place_kind="sector",
            key="sector",
            unit="people",
        ),
    ),
    measures=(
        Measure(key="encounters", title="Encounters", color=ENCOUNTERS),
        Measure(key="trend", title="Trend", color=TREND, note="vs. same months a year earlier"),
    ),
    fields=(
        Field(property="name", label="Sector", in_tooltip=True),
        Field(property="sector", label="Code"),
        Field(property="encounters", label="Encounters", in_tooltip=True),
        Field(property="encounters_before", label="A year earlier", in_tooltip=True),
        Field(property="encounters_change", label="Change", unit="%", in_tooltip=True),
    ),
    style=Style(fill=ENCOUNTERS),
    visible=False,
)
