"""The user's own background, from the PMTiles file of the settings; by the layers' common names.

Protomaps basemaps name them earth, landcover, landuse, water, roads, boundaries, buildings;
OpenMapTiles landcover, landuse, park, water, waterway, transportation, boundary, building.
"""

from cop.model.layer import Layer
from cop.model.style import CLEAR, Classes, Paint, Style, StyleClass

LAND = Paint("#18222d", "#f6f7f8")
GREEN = Paint("#1b2a2e", "#ebf0ea")
BUILT = Paint("#1f2a36", "#eeeff1")
WATER = Paint("#0a1017", "#d9e3ec")
RIVER = Paint("#1d3446", "#bdd2e3")
BUILDING = Paint("#263241", "#dfe3e7")
ROAD = Paint("#3a4756", "#cdd3d9")
BORDER = Paint("#4d5d6e", "#a3afba")

_AREAS = (
    ("earth", "land", LAND),
    ("landcover", "land cover", GREEN),
    ("park", "park", GREEN),
    ("landuse", "land use", BUILT),
    ("water", "water", WATER),
    ("building", "building", BUILDING),
    ("buildings", "building", BUILDING),
)
_LINES = (
    ("water", "river", RIVER),
    ("waterway", "river", RIVER),
    ("roads", "road", ROAD),
    ("transportation", "road", ROAD),
    ("boundaries", "boundary", BORDER),
    ("boundary", "boundary", BORDER),
)

LAYER = Layer(
    id="basemap",
    title="Basemap",
    note="The PMTiles file named in the settings",
    dataset="basemap",
    tile="basemap",
    group="background",
    order=-10,
    visible=False,
    style=Style(
        fill=Classes(
            property="layerName",
            classes=tuple(
                StyleClass(value=name, label=label, paint=paint, shape="area")
                for name, label, paint in _AREAS
            ),
        ),
        line=Classes(
            property="layerName",
            classes=tuple(
                StyleClass(value=name, label=label, paint=paint, shape="line")
                for name, label, paint in _LINES
            ),
            other=CLEAR,
        ),
        line_width_px=0.0,
        line_widths_px=(
            ("water", 0.6),
            ("waterway", 0.9),
            ("roads", 1.0),
            ("transportation", 1.0),
            ("boundaries", 1.2),
            ("boundary", 1.2),
        ),
    ),
)
