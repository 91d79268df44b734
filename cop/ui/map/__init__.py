"""The map: what it shows (spec), its pydeck description, its legend, and the component."""

from cop.ui.map.component import render_map
from cop.ui.map.spec import Click, LayerChange, LayerView, MapCamera, MapSpec, MapState

__all__ = ["Click", "LayerChange", "LayerView", "MapCamera", "MapSpec", "MapState", "render_map"]
