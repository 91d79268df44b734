"""A page with the map and two filters, for the browser tests of the component."""

import datetime as dt
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))
from extra import EXTRA

from cop.layerkind.base.note import FaultNote, UnknownNote
from cop.query.registry import load_layers
from cop.ui.map import LayerView, MapCamera, MapSpec, render_map

st.set_page_config(layout="wide")
choice = st.radio("filter", ["all", "few", "broken"], horizontal=True)
query = st.query_params
camera = None
if "zoom" in query:
    camera = MapCamera(lon=float(query["lon"]), lat=float(query["lat"]), zoom=float(query["zoom"]))
NOTES = {
    "humanitarian": (UnknownNote(reason="no source loaded"),),
    "my_seizures": (FaultNote(fault=ValueError("Load seizures with the profile cbp_seizures")),),
}
views = []
declared = [*load_layers().values(), *(EXTRA if "extra" in query else ())]
for layer in sorted(declared, key=lambda layer: layer.order):
    filtered = layer.tile in ("events", "segments") or layer.id == "my_relief"
    address = "/tiles/" + layer.id + "/{z}/{x}/{y}." + layer.tile_format
    views.append(
        LayerView(
            layer=layer,
            tile_url=f"{address}?choice={choice if filtered else 'all'}",
            visible=layer.visible,
            sources=("<img src=x onerror=alert(1)>",),
            as_of=dt.datetime(2026, 11, 24, 18, 30),
            synthetic=filtered,
            stale=layer.id == "coverage",
            is_loaded=layer.id != "my_seizures",
            status="unknown" if layer.id == "humanitarian" else "ok",
            notes=NOTES.get(layer.id, ()),
        )
    )
spec = MapSpec(
    layers=views,
    home=(-117.2, 25.8, -97.0, 33.0),
    camera=camera,
    theme=query.get("theme", "dark"),
    wall=query.get("wall") == "1",
    attribution=("Made up for a test",),
    empty_note=query.get("empty", ""),
)
state = render_map(spec, key="map", height=560)
st.write("CLICK", state.click.layer if state.click else "none")
st.write("ORDER", " ".join(state.order))
st.write("CAMERA", f"{state.camera.zoom:.2f}" if state.camera else "none")
