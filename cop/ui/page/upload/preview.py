"""The preview of a draft: on the map in the style that is chosen, its first rows, its problems."""

from urllib.parse import urlencode

import streamlit as st

from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import build_address
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.picture import Picture
from cop.model.tile import STYLE_PARAMETER
from cop.model.upload import RasterSeen
from cop.model.uploaded import UploadedLayer
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.frame import page_theme
from cop.ui.component.known import open_view
from cop.ui.component.overlay import build_map
from cop.ui.map import LayerView, MapSpec, render_map
from cop.ui.page.upload.finding import count
from cop.ui.page.upload.measure import render_measures
from cop.ui.page.upload.photo import render_photo
from cop.ui.page.upload.work import FIRST_ROWS, Incoming

MAP_PX = 420
_LEAST_DEGREES = 0.02


def render_preview(incoming: Incoming, layer: UploadedLayer) -> None:
    """Draw a draft as it would be on everyone's map."""
    spec = build_preview(incoming, layer, use_context().service)
    # A map is fitted when it is mounted: a draft of another reach gets a map of its own.
    reach = "-".join(f"{edge:.3f}" for edge in spec.home)
    render_map(spec, key=incoming.named(f"map-{reach}"), height=MAP_PX)
    report = incoming.report
    if report is None:
        return
    if len(incoming.rows):
        with st.expander(f"First {min(report.accepted, FIRST_ROWS)} rows"):
            st.dataframe(incoming.rows, hide_index=True, height=240)
    if report.raster is not None:
        st.caption(describe_grid(report.raster))
        render_measures(layer, incoming.key)
        return
    _render_problems(incoming, report.accepted, report.rows)
    render_photo(layer, incoming.key)


def describe_grid(grid: RasterSeen) -> str:
    """Describe the size and values of a raster draft."""
    size = f"{grid.width:,} x {grid.height:,} pixels"
    if grid.low is None or grid.high is None:
        return f"{size}, all without data"
    of = f"; band 1 of {grid.bands} shown" if grid.bands > 1 else ""
    return f"{size}, values from {grid.low:g} to {grid.high:g}{of}"


def build_preview(incoming: Incoming, layer: UploadedLayer, service: QueryService) -> MapSpec:
    """Describe the map: the background, and the draft over it."""
    view, picture = open_view(service, Picture())
    spec = build_map(service, view, picture, page_theme())
    shown = layer.build_layer()
    everything = view.narrowed(Filter(records=view.records))
    status = read_status(service, everything, shown)
    own = LayerView(
        layer=shown,
        tile_url=_address(layer, shown, service, everything),
        opacity=shown.opacity,
        **vars(status),
    )
    ground = [v for v in spec.layers if v.layer.group == "background" and v.layer.id != shown.id]
    bounds = incoming.report.bounds if incoming.report else None
    return MapSpec(
        layers=[*ground, own],
        home=_widened(bounds) if bounds else spec.home,
        theme=spec.theme,
        attribution=spec.attribution,
        marking=layer.declared.marking,
        own_marking=layer.declared.marking,
    )


def _address(layer: UploadedLayer, shown: Layer, service: QueryService, view: View) -> str:
    """Return the address of the draft's tiles; those of a raster are colored by the server."""
    if layer.content.raster is None:
        return build_address(service, view, read_layer(service, view, shown.id))
    style = layer.style.model_dump_json(exclude_defaults=True)
    return f"{build_address(service, view, shown)}&{urlencode({STYLE_PARAMETER: style})}"


def _widened(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    by = max(_LEAST_DEGREES, 0.1 * (east - west), 0.1 * (north - south))
    return max(west - by, -180), max(south - by, -85), min(east + by, 180), min(north + by, 85)


def _render_problems(incoming: Incoming, accepted: int, rows: int) -> None:
    words, button = st.columns([3, 1], vertical_alignment="center")
    n = max(0, incoming.problems.count(b"\n") - 1)
    if not n:
        words.caption(f"{accepted:,} of {rows:,} rows are in the draft. No problems found.")
        return
    words.caption(f"{accepted:,} of {rows:,} rows are in the draft. {count(n, 'problem')} found.")
    offer_download(
        "Problems",
        at=button,
        data=incoming.problems,
        file_name="problems.csv",
        subject=f"problems of file {incoming.name}",
        mime="text/csv",
        key=incoming.named("problems"),
        width="stretch",
    )
