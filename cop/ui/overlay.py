"""From the Picture to what the map shows: each layer with its tiles, source, age and state."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.moment import format_dtg, utc_now
from cop.model.picture import Picture, ShownLayer, Viewpoint
from cop.store.warehouse import Edition
from cop.tiles.figure import SegmentFigures
from cop.tiles.picture import PictureService
from cop.tiles.registry import load_layers
from cop.ui.frame import Theme
from cop.ui.map import LayerView, MapSpec, MapState
from cop.ui.map.spec import Camera, Status

WORLD = (-125.0, 20.0, -90.0, 40.0)


def build_map(
    service: PictureService, picture: Picture, theme: Theme, *, wall: bool = False
) -> MapSpec:
    """Describe the map of a settled Picture."""
    edition = service.edition
    figures = service.figures(picture.wanted)
    views = [_view(layer, service, picture, edition, figures) for layer in load_layers().values()]
    total = service.summary("kind", picture.wanted).total
    return MapSpec(
        layers=_in_order(views, picture),
        home=_home(edition),
        camera=_camera(picture.viewpoint),
        theme=theme,
        attribution=_attribution(edition, picture.wanted),
        wall=wall,
        empty_note="" if total else _empty_note(edition, picture.wanted),
    )


def _empty_note(edition: Edition, wanted: Filter) -> str:
    newest = edition.newest(wanted.records or "real")
    if newest is None:
        return f"No {wanted.records} records are loaded"
    return f"No records in this window and filter; the newest is of {format_dtg(newest)}"


def seen_picture(picture: Picture, state: MapState) -> Picture:
    """Give the Picture as the user has set the map: viewpoint, layers, measure."""
    camera = state.camera
    viewpoint = (
        Viewpoint(lat=camera.lat, lon=camera.lon, zoom=camera.zoom) if camera else picture.viewpoint
    )
    measure = next((c.measure for c in state.changes.values() if c.measure), picture.measure)
    shown = picture.shown
    if state.changes or state.order:
        views = [_placed(layer, picture) for layer in load_layers().values()]
        shown = tuple(
            ShownLayer(id=view.layer.id, opacity=round(view.opacity, 2))
            for view in state.apply(views)
            if view.visible
        )
    return replace(picture, viewpoint=viewpoint, shown=shown, measure=measure)


def _placed(layer: Layer, picture: Picture) -> LayerView:
    shown = {s.id: s for s in picture.shown} if picture.shown is not None else None
    return LayerView(
        layer=layer,
        tile_url="",
        visible=layer.visible if shown is None else layer.id in shown,
        opacity=shown[layer.id].opacity if shown and layer.id in shown else layer.opacity,
        measure=picture.measure if layer.measures else None,
    )


def _view(
    layer: Layer,
    service: PictureService,
    picture: Picture,
    edition: Edition,
    figures: SegmentFigures | None,
) -> LayerView:
    wanted = picture.wanted
    records = wanted.records or "real"
    if layer.tile == "features":
        credit = "; ".join(edition.credits)
        return replace(
            _placed(layer, picture), tile_url=tile_url(layer, service, wanted), source=credit
        )
    newest = edition.newest(records)
    stale = (
        layer.stale_after_hours is not None
        and newest is not None
        and utc_now() - newest > timedelta(hours=layer.stale_after_hours)
    )
    status, note = _status(layer, figures)
    return replace(
        _placed(layer, picture),
        tile_url=tile_url(layer, service, wanted),
        source=_source_titles(edition, wanted),
        as_of=newest,
        stale=stale,
        marking=layer.marking,
        synthetic=records == "synthetic",
        status=status,
        status_note=note,
    )


def tile_url(layer: Layer, service: PictureService, wanted: Filter) -> str:
    """Give the tile address template of a layer, its filter and version in the query."""
    edition = service.edition
    pairs = [] if layer.tile == "features" else wanted.to_pairs()
    version = service.version_name(layer, wanted, edition)
    return f"/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.mvt?" + urlencode([*pairs, ("v", version)])


def _status(layer: Layer, figures: SegmentFigures | None) -> tuple[Status, str]:
    if figures is None:
        return "unknown", "no region is loaded"
    if layer.id == "coverage" and figures.table["coverage"].isna().all():
        return "unknown", "unknown: no sensors are loaded for these records"
    if layer.id == "risk":
        return ("ok" if figures.baseline.reason is None else "unknown"), describe_track(figures)
    return "ok", ""


def describe_track(figures: SegmentFigures) -> str:
    """Say how the baseline forecast has done, or why that is not known."""
    if figures.baseline.reason is not None:
        return f"no forecast: {figures.baseline.reason}"
    track = figures.track_record
    if track.mae is None or track.last_value_mae is None:
        return f"no track record: {track.reason}"
    better = track.skill is not None and track.skill > 0
    verdict = f"{track.skill:.0%} better" if better else "no skill over it"
    held = track.interval_coverage
    return (
        f"Last {track.weeks} weeks: mean error {track.mae:.2f} a segment and week; repeating last "
        f"week {track.last_value_mae:.2f}: {verdict}"
        + ("" if held is None else f"; 80% interval held {held:.0%}")
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


def _source_titles(edition: Edition, wanted: Filter) -> str:
    titles = [
        state.source.title
        for name, state in edition.sources.items()
        if state.source.synthetic == (wanted.records == "synthetic")
        and (not wanted.sources or name in wanted.sources)
    ]
    return "; ".join(titles) or "no source loaded"


def _attribution(edition: Edition, wanted: Filter) -> tuple[str, ...]:
    own = [
        state.source.attribution
        for state in edition.sources.values()
        if state.source.attribution and state.source.synthetic == (wanted.records == "synthetic")
    ]
    return (*own, *edition.credits)


def _home(edition: Edition) -> tuple[float, float, float, float]:
    return edition.line_bounds or WORLD


def _camera(viewpoint: Viewpoint | None) -> Camera | None:
    if viewpoint is None:
        return None
    return Camera(lon=viewpoint.lon, lat=viewpoint.lat, zoom=viewpoint.zoom)
