"""The map: what it shows (spec), its pydeck description, its legend, and the component."""

from cop.ui.map.component import render_map
from cop.ui.map.spec import Camera, Click, LayerChange, LayerView, MapSpec, MapState

__all__ = ["Camera", "Click", "LayerChange", "LayerView", "MapSpec", "MapState", "render_map"]
