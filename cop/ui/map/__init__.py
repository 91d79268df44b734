"""The map: what it shows (spec), its pydeck description, its legend, and the component."""

from cop.ui.map.component import read_seat, reads_units, render_map
from cop.ui.map.spec import BoardSeat, Click, LayerChange, LayerView, MapCamera, MapSpec, MapState

__all__ = [
    "BoardSeat",
    "Click",
    "LayerChange",
    "LayerView",
    "MapCamera",
    "MapSpec",
    "MapState",
    "read_seat",
    "reads_units",
    "render_map",
]
