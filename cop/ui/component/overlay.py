"""From the Picture to what the map shows: each layer with its tiles, source, age and state."""

from dataclasses import replace
from zlib import crc32

from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.marking import own_marking, picture_marking
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import build_address
from cop.model.alert import sort_alerts
from cop.model.board import Role
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.moment import format_dtg
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.model.style import Theme
from cop.query.absence import describe_absence
from cop.query.alert.open_alert import read_alerts
from cop.query.figure import SegmentFigures, read_figures
from cop.query.filter_area import home_bounds, places_of
from cop.query.forecast.track import title_layer
from cop.query.reporting import read_reporting
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.query.view import View
from cop.ui.component.address import choices
from cop.ui.component.frame import summarize_caveats
from cop.ui.map import LayerView, MapSpec, MapState
from cop.ui.map.spec import MapAlert, MapCamera

_MOST_ALERTS = 8
WORLD = (-125.0, 20.0, -90.0, 40.0)


def build_map(
    service: QueryService,
    view: View,
    picture: Picture,
    theme: Theme,
    *,
    board: Role | None = None,
    wall: bool = False,
    camera_nonce: int = 0,
) -> MapSpec:
    """Describe the map of a settled Picture; a new ``camera_nonce`` moves the camera there.

    With ``board`` the map has a seat at the live board.
    """
    snapshot = view.snapshot
    figures = read_figures(service, view)
    views = [
        _view(layer, service, view, picture, figures)
        for layer in read_layers(service, view).values()
    ]
    counted = read_summary(service, view, "kind")
    return MapSpec(
        layers=_in_order(views, picture),
        home=home_bounds(service, view) or WORLD,
        camera=_camera(picture.viewpoint),
        camera_nonce=camera_nonce + _number(view.filter),
        theme=theme,
        attribution=snapshot.credits,
        wall=wall,
        board=board,
        choices=choices(),
        filter_pairs=tuple(picture.filter_pairs()),
        empty_note=_note(service, view, counted),
        known_at=snapshot.known_at,
        marking=picture_marking(service, view, picture),
        own_marking=own_marking(service, view, picture),
        alerts=_alerts(service, view),
    )


def _alerts(service: QueryService, view: View) -> tuple[MapAlert, ...]:
    """Return the newest active alerts in a few words; the strip lists them all."""
    found = sort_alerts(read_alerts(service, view))[:_MOST_ALERTS]
    return tuple(
        MapAlert(
            lon=alert.finding.lon,
            lat=alert.finding.lat,
            title=alert.finding.label,
            open=alert.state == "open",
        )
        for alert in found
    )


def _note(service: QueryService, view: View, counted: Summary) -> str:
    """Return the one line over the map: what is in quarantine, or why nothing is there."""
    if counted.caveats:
        return summarize_caveats(counted.caveats)
    return "" if counted.total else _empty_note(service, view)


def _empty_note(service: QueryService, view: View) -> str:
    newest = view.snapshot.newest(view.records)
    if newest is None:
        return describe_absence(view.snapshot, f"{view.records} records")
    if not read_reporting(service, view).places:
        return "No source reports here in this window: unknown, not zero"
    return f"No records in this window and filter; newest {format_dtg(newest)}"


def seen_picture(service: QueryService, view: View, picture: Picture, state: MapState) -> Picture:
    """Return the Picture as the user has set the map: viewpoint, layers, measure."""
    camera = state.camera
    viewpoint = (
        Viewpoint(lat=camera.lat, lon=camera.lon, zoom=camera.zoom) if camera else picture.viewpoint
    )
    shown, measures = picture.shown, picture.measures
    if state.changes or state.order:
        views = state.apply(
            [_placed(layer, picture) for layer in read_layers(service, view).values()]
        )
        shown = tuple(
            ShownLayer(id=view.layer.id, opacity=round(view.opacity, 2))
            for view in views
            if view.visible
        )
        chosen = {v.measure for v in views if v.measure and v.measure != v.layer.measures[0].key}
        measures = tuple(sorted(chosen))
    return replace(picture, viewpoint=viewpoint, shown=shown, measures=measures)


def _placed(layer: Layer, picture: Picture) -> LayerView:
    shown = {s.id: s for s in picture.shown} if picture.shown is not None else None
    return LayerView(
        layer=layer,
        tile_url="",
        visible=layer.visible if shown is None else layer.id in shown,
        opacity=shown[layer.id].opacity if shown and layer.id in shown else layer.opacity,
        measure=next((m.key for m in layer.measures if m.key in picture.measures), None),
    )


def _view(
    layer: Layer,
    service: QueryService,
    view: View,
    picture: Picture,
    figures: SegmentFigures | None,
) -> LayerView:
    placed = _placed(title_layer(layer, figures), picture)
    status = read_status(service, view, layer, shown=placed.visible)
    return replace(
        placed,
        tile_url=build_address(service, view, layer),
        visible=placed.visible and status.is_loaded,
        **vars(status),
    )


def _in_order(views: list[LayerView], picture: Picture) -> list[LayerView]:
    if picture.shown is None:
        return views
    rank = {shown.id: place for place, shown in enumerate(picture.shown)}
    slots = [i for i, view in enumerate(views) if view.layer.id in rank]
    ordered = sorted((views[i] for i in slots), key=lambda view: rank[view.layer.id])
    for slot, view in zip(slots, ordered, strict=True):
        views[slot] = view
    return views


def _number(resolved: Filter) -> int:
    """Return a number of a filter's places: other places move the camera there."""
    pairs = places_of(resolved).to_pairs()
    return crc32(repr(pairs).encode()) if pairs else 0


def _camera(viewpoint: Viewpoint | None) -> MapCamera | None:
    if viewpoint is None:
        return None
    return MapCamera(lon=viewpoint.lon, lat=viewpoint.lat, zoom=viewpoint.zoom)
