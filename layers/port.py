"""Ports of entry, as circles under the line by what crosses; cmcrameri's lapaz, berlin and vik.

Classes are about three times each other. In one month 4,000 to 3 million people cross at a port,
2,300 to 1.2 million vehicles, and at twenty of the 27 ports 16 to 206,000 trucks (March 2019).
"""

from cop.model.layer import Field, Layer, Measure, Statistic
from cop.model.style import Paint, Ramp, Sizes, Style

RADII_PX = (3.5, 5.0, 7.0, 9.5, 12.5, 16.0)
PAINTS = (
    Paint("#2a4b8e99", "#e4c9b299"),
    Paint("#3a6e9f99", "#a8a89599"),
    Paint("#5c8ca399", "#6f96a199"),
    Paint("#8aa09a99", "#467ba399"),
    Paint("#c1b29999", "#2d559499"),
    Paint("#f6ddcf99", "#1f1d6f99"),
)
UNKNOWN = Paint("#76818dcc", "#98a2accc")
PEOPLE = (100_000.0, 300_000.0, 1_000_000.0, 3_000_000.0, 10_000_000.0)
VEHICLES = (30_000.0, 100_000.0, 300_000.0, 1_000_000.0, 3_000_000.0)
TRUCKS = (1_000.0, 5_000.0, 20_000.0, 60_000.0, 200_000.0)
CHANGE = Ramp(
    property="people_change",
    breaks=(-50, -10, 10, 50, 200),
    paints=(
        Paint("#9eb0ffd9", "#034481d9"),
        Paint("#529fd3d9", "#5b9bbdd9"),
        Paint("#4b5560d9", "#cbc6c2d9"),
        Paint("#bc6e61d9", "#d69c7ad9"),
        Paint("#e08d84d9", "#b2571fd9"),
        Paint("#ffc4c0d9", "#590008d9"),
    ),
    unit="% change in people from the same months a year earlier",
    unknown=UNKNOWN,
    unknown_label="none before",
)


def _measure(key: str, title: str, breaks: tuple[float, ...], unit: str) -> Measure:
    return Measure(
        key=key,
        title=title,
        color=Ramp(
            property=key, breaks=breaks, paints=PAINTS, unit=unit, unknown=UNKNOWN, whole=True
        ),
        sizes=_sizes(key, breaks, unit),
    )


def _sizes(key: str, breaks: tuple[float, ...], unit: str) -> Sizes:
    return Sizes(property=key, breaks=breaks, radii_px=RADII_PX, unit=unit)


def _statistic(key: str, title: str, unit: str, *measures: str) -> Statistic:
    return Statistic(
        property=key, title=title, measures=measures, place_kind="port", key="code", unit=unit
    )


LAYER = Layer(
    id="ports",
    title="Ports of entry",
    note="Monthly northbound crossings at each port, whole months only. People: on foot, in "
    "cars, buses, and trains. Positions are rounded to about 1 km. The kind, county, and "
    "source filters do not apply",
    dataset="facilities",
    tile="features",
    group="place",
    order=40,
    where=(("facility_type", ("port",)),),
    columns=("name", "code", "sector", "county", "segment_id"),
    statistics=(
        _statistic(
            "people",
            "People",
            "people",
            "pedestrians",
            "personal_vehicle_passengers",
            "bus_passengers",
            "train_passengers",
        ),
        _statistic("vehicles", "Cars and buses", "vehicles", "personal_vehicles", "buses"),
        _statistic("trucks", "Trucks", "vehicles", "trucks"),
    ),
    measures=(
        _measure("people", "People", PEOPLE, "people crossing"),
        _measure("vehicles", "Vehicles", VEHICLES, "cars and buses crossing"),
        _measure("trucks", "Trucks", TRUCKS, "trucks crossing"),
        Measure(
            key="people_change",
            title="Change",
            color=CHANGE,
            note="people, vs. same months a year earlier",
            sizes=_sizes("people", PEOPLE, "people crossing"),
        ),
    ),
    fields=(
        Field(property="name", label="Port", in_tooltip=True),
        Field(property="code", label="Code"),
        Field(property="people", label="People", in_tooltip=True),
        Field(property="people_before", label="A year earlier"),
        Field(property="people_change", label="Change", unit="%", in_tooltip=True),
        Field(property="vehicles", label="Cars and buses", in_tooltip=True),
        Field(property="vehicles_change", label="Change of cars and buses", unit="%"),
        Field(property="trucks", label="Trucks", in_tooltip=True),
        Field(property="trucks_change", label="Change of trucks", unit="%"),
        Field(property="sector", label="Sector"),
        Field(property="county", label="County"),
        Field(property="segment_id", label="Segment"),
    ),
    style=Style(
        fill=_measure("people", "People", PEOPLE, "people crossing").color,
        line=Paint("#dfe6ed", "#1d2733"),
        line_width_px=1.3,
    ),
)
