"""Layers made up for the browser tests: relief, sized ports, a choropleth, and one without data."""

from cop.model.layer import Field, Layer, Measure
from cop.model.style import Classes, Paint, Ramp, Sizes, Style, StyleClass

WHITE, GREY = Paint("#ffffff", "#000000"), Paint("#7f7f7f55", "#7f7f7f55")
LOW, HIGH = Paint("#204080", "#c0d0f0"), Paint("#f0c040", "#804000")
PEOPLE = Sizes(
    property="people", breaks=(100, 1_000, 100_000), radii_px=(4, 7, 11, 16), unit="people a month"
)
TRUCKS = Sizes(property="trucks", breaks=(10,), radii_px=(3, 9), unit="trucks a month")


def ramp(name: str, *, unit: str) -> Ramp:
    return Ramp(property=name, breaks=(0,), paints=(LOW, HIGH), unit=unit, unknown=GREY)


RELIEF = Layer(
    id="my_relief", title="Shaded relief", note="Made up", dataset="terrain", tile="terrain",
    tile_format="png", group="background", order=3, max_zoom=6, style=Style(), visible=True,
    opacity=0.8,
)  # fmt: skip
PORTS = Layer(
    id="my_ports", title="Ports of entry", note="Made up", dataset="facilities", tile="features",
    group="place", order=70, columns=("record_id", "name"),
    fields=(
        Field(property="name", label="Port", in_tooltip=True),
        Field(property="people", label="Pedestrians", unit="people", in_tooltip=True),
        Field(property="people_change", label="Change", unit="%", in_tooltip=True),
        Field(property="share", label="Share", unit="%"),
    ),
    measures=(
        Measure(key="people", title="People", sizes=PEOPLE,
                color=ramp("people_change", unit="% against a year earlier")),
        Measure(key="trucks", title="Trucks", sizes=TRUCKS,
                color=ramp("trucks_change", unit="% against a year earlier")),
    ),
    style=Style(fill=HIGH, line=WHITE, point_sizes=PEOPLE),
)  # fmt: skip
STATIONS = Layer(
    id="my_stations", title="Stations", note="Made up", dataset="facilities", tile="features",
    group="place", order=71, columns=("record_id", "facility_type", "name"), visible=False,
    fields=(Field(property="name", label="Station", in_tooltip=True),),
    style=Style(
        fill=Classes(
            property="facility_type",
            classes=(StyleClass(value="station", label="Station", paint=HIGH, shape="square"),),
        ),
        point_radius_px=6.0,
    ),
)  # fmt: skip
ENCOUNTERS = Layer(
    id="my_encounters", title="Encounters by sector", note="Made up", dataset="sectors",
    tile="features", group="statistic", order=10, columns=("sector", "name"), visible=True,
    fields=(
        Field(property="name", label="Sector", in_tooltip=True),
        Field(property="encounters", label="Encounters", unit="people", in_tooltip=True),
        Field(property="encounters_change", label="Change", unit="%", in_tooltip=True),
    ),
    measures=(
        Measure(key="encounters", title="Encounters",
                color=Ramp(property="encounters", breaks=(1_000,), paints=(LOW, HIGH),
                           unit="people", unknown=GREY, whole=True)),
        Measure(key="change", title="Trend", color=ramp("encounters_change", unit="%")),
    ),
    style=Style(fill=LOW, line=WHITE, line_width_px=1.5),
)  # fmt: skip
BASEMAP = Layer(
    id="my_basemap", title="Basemap", note="Made up", dataset="basemap", tile="basemap",
    group="background", order=1, visible=False,
    style=Style(
        fill=Classes(
            property="layerName",
            classes=(StyleClass(value="park", label="park", shape="area",
                                paint=Paint("#205020", "#c0e0c0")),),
        ),
        line=Classes(
            property="layerName",
            classes=(StyleClass(value="road", label="road", shape="line", paint=WHITE),),
        ),
        line_width_px=0.0,
        line_widths_px=(("road", 6.0),),
    ),
)  # fmt: skip
ABSENT = Layer(
    id="my_seizures", title="Seizures", note="Made up", dataset="statistics", tile="features",
    group="statistic", order=11, style=Style(fill=LOW),
)  # fmt: skip
EXTRA = (BASEMAP, RELIEF, ENCOUNTERS, ABSENT, PORTS, STATIONS)
