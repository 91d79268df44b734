"""Border Patrol stations, as small houses."""

from cop.model.layer import Field, Layer
from cop.model.style import Classes, Paint, Style, StyleClass

STATION = Paint("#b4c0cc", "#4a5866")

LAYER = Layer(
    id="stations",
    title="Border Patrol stations",
    note="Positions are the centers of the towns in the addresses, not the buildings",
    dataset="facilities",
    tile="features",
    group="place",
    order=43,
    where=(("facility_type", ("station",)),),
    columns=("record_id", "facility_type", "name", "sector", "county", "segment_id"),
    fields=(
        Field(property="name", label="Station", in_tooltip=True),
        Field(property="sector", label="Sector", in_tooltip=True),
        Field(property="county", label="County"),
        Field(property="segment_id", label="Nearest segment"),
    ),
    style=Style(
        fill=Classes(
            property="facility_type",
            classes=(StyleClass(value="station", label="Station", paint=STATION, shape="house"),),
            other=STATION,
        ),
        point_radius_px=7.0,
    ),
    visible=False,
)
