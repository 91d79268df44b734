"""Shaded relief of the loaded heights, under the lines of the map."""

from cop.model.layer import Layer
from cop.model.style import Style

LAYER = Layer(
    id="hillshade",
    title="Terrain relief",
    note="Light from the northwest. DTED level 0 has one height about every 900 m and flattens "
    "peaks by up to 230 m. Not suitable for line of sight",
    dataset="terrain",
    tile="terrain",
    tile_format="png",
    group="background",
    order=5,
    max_zoom=11,
    opacity=0.8,
    style=Style(),
)
