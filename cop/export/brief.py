"""The facts on every hand-out: content, sources, ages, marking and id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import cos, radians

from cop.export.change import build_alert_lines, build_change_lines
from cop.export.impact import build_impact_lines
from cop.export.legend import LegendBlock, build_rows
from cop.export.map import find_camera, list_shown
from cop.layerkind.base.kind import LayerStatus
from cop.layerkind.base.note import ForecastWindowNote, NotLoadedNote
from cop.layerkind.service.status import read_status
from cop.model.annotation import Annotation
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.marking import highest_marking
from cop.model.moment import format_age, format_dtg
from cop.model.picture import Picture, Viewpoint
from cop.model.place import format_lat_lon, format_mgrs, mgrs_digits
from cop.model.style import Theme
from cop.model.text import FigureText, format_sources
from cop.query.figure import read_figures
from cop.query.filter_area import home_bounds
from cop.query.forecast.track import title_layer
from cop.query.headline import read_headline
from cop.query.marking import page_marking
from cop.query.scope import STALE, WHAT_IF, Scope, read_scope
from cop.query.service import QueryService
from cop.query.text import describe_forecast, format_figure
from cop.query.view import View
from cop.store.snapshot import Snapshot

SCENE_PX = (1280, 720)
"""The map size that a scene's camera and image are for."""
_WORLD_PX, _WORLD_M = 512, 40_075_016.7
_MGRS_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class HandoutScene:
    """A Picture to export, with the id and revision that open it again if it is saved.

    ``view`` has the data of the time of the Picture, or current data if those are ``lost``.
    ``annotations`` are those on the map when the Picture was saved.
    """

    service: QueryService
    view: View
    picture: Picture
    title: str
    picture_id: str = ""
    revision: int = 0
    lost: bool = False
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BriefLayer:
    """A shown layer, colored as chosen, with its status and legend."""

    layer: Layer
    title: str
    opacity: float
    status: LayerStatus
    age: str
    legend: Sequence[LegendBlock]

    @property
    def lines(self) -> Sequence[str]:
        """The lines under the legend: source, age of the newest record, and status."""
        status = self.status
        if not status.is_loaded:
            absent = [note for note in status.notes if isinstance(note, NotLoadedNote)]
            return [absent[0].brief if absent else "unknown: not loaded"]
        synthetic = "SYNTHETIC" if status.synthetic else ""
        parts = (
            format_sources(status.sources),
            self.age,
            status.marking or "",
            synthetic,
            status.status_note,
        )
        return [" · ".join(part for part in parts if part)]


@dataclass(frozen=True, kw_only=True)
class BriefSource:
    """A source of shown data: its terms, marking, and the age of its newest record."""

    title: str
    publisher: str
    terms: str
    attribution: str
    marking: str
    age: str


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The facts of a scene in words; ages are at the moment of its data.

    ``bounds`` (west, south, east, north) are fitted if the Picture has no viewpoint of its own;
    ``viewpoint`` then fits SCENE_PX. ``base`` is the server's own address, as ``http://host:8501``.
    """

    title: str
    scope: Scope
    marking: str
    synthetic: bool
    window: str
    known: str
    filters: str
    created_at: datetime
    version: str
    picture_id: str
    revision: int
    viewpoint: Viewpoint
    bounds: tuple[float, float, float, float] | None
    center: str
    figures: Sequence[FigureText]
    layers: Sequence[BriefLayer]
    sources: Sequence[BriefSource]
    credits: Sequence[str]
    caveats: Sequence[str]
    annotations: Sequence[Annotation] = ()
    impact_lines: Sequence[str] = ()
    forecast: str = ""
    alert_lines: Sequence[str] = ()
    change_summary: str = ""
    change_lines: Sequence[str] = ()
    prepared_by: str = ""
    base: str = ""

    @property
    def explained(self) -> Sequence[BriefLayer]:
        """The layers that need a legend, top first; the background's sources are the credits."""
        return [la for la in reversed(self.layers) if la.layer.group != "background"]

    @property
    def banner(self) -> str:
        """The banner at the top and bottom of every page."""
        return " · ".join([self.marking, *self.warnings])

    @property
    def warnings(self) -> Sequence[str]:
        """What stands beside the marking: SYNTHETIC and STALE, where that is so."""
        stated = (
            ("SYNTHETIC", self.synthetic),
            (WHAT_IF, bool(self.scope.trial)),
            (STALE, bool(self.scope.stale)),
        )
        return [word for word, holds in stated if holds]

    @property
    def identity(self) -> str:
        """The Picture's id and revision."""
        if not self.picture_id:
            return "Picture not saved"
        return f"Picture {self.picture_id} revision {self.revision}"

    @property
    def address(self) -> str:
        """The address that opens the Picture on the server of the hand-out; empty without one."""
        if not self.picture_id:
            return ""
        return f"/?picture={self.picture_id}&revision={self.revision}"

    @property
    def link(self) -> str:
        """The address with the server's, as the QR code has it; empty without one."""
        return f"{self.base}{self.address}" if self.address else ""

    @property
    def created(self) -> str:
        """The export time as a date-time group."""
        return format_dtg(self.created_at)

    @property
    def source_lines(self) -> Sequence[str]:
        """One line per source, then the map credits."""
        lines = [
            f"{s.title} ({s.publisher}): newest {s.age}; {s.marking}; {s.terms}"
            for s in self.sources
        ]
        return [*lines, f"Map data: {'; '.join(self.credits)}"] if self.credits else lines

    @property
    def picture_lines(self) -> Sequence[str]:
        """The Picture's lines: window, filter, forecast, data version, center, id, address."""
        return (
            f"Window {self.window}",
            *([f"Filter: {self.filters}"] if self.filters else []),
            *([self.forecast] if self.forecast else []),
            f"Data {self.known}, {self.version}",
            f"Center {self.center}",
            f"Exported {self.created}",
            self.identity,
            *([f"Open: {self.link}"] if self.link else []),
        )

    @property
    def changed_lines(self) -> Sequence[str]:
        """What changed in all, then where most did."""
        return [self.change_summary, *self.change_lines] if self.change_summary else []

    @property
    def annotation_lines(self) -> Sequence[str]:
        """One line per annotation."""
        return [annotation.line for annotation in self.annotations]

    @property
    def stamp(self) -> str:
        """One line with the Picture's id, the export time and the data version."""
        return f"{self.identity} · exported {self.created} · {self.known} · {self.version}"


def build_brief(
    scene: HandoutScene,
    *,
    created_at: datetime,
    theme: Theme = "light",
    prepared_by: str = "",
    base: str = "",
) -> Brief:
    """Gather the facts of a scene; ``theme`` is that of the legend's colors."""
    service, view, picture = scene.service, scene.view, scene.picture
    snapshot, requested = view.snapshot, view.filter
    moment = created_at if snapshot.known_at is None else snapshot.known_at
    layers = _layers(scene, moment, theme)
    width, height = SCENE_PX
    camera = find_camera(service, view, picture, width_px=width, height_px=height)
    markings = [layer.status.marking for layer in layers if layer.status.marking]
    markings += [annotation.marking for annotation in scene.annotations]
    forecast = describe_forecast(service, view)
    changed, change_lines = build_change_lines(service, view)
    return Brief(
        title=scene.title,
        scope=read_scope(service, view),
        marking=highest_marking([page_marking(view), *markings]),
        synthetic=requested.records == "synthetic" or any(la.status.synthetic for la in layers),
        window=_window(requested),
        known=f"as known at {format_dtg(moment)}",
        filters=_filters(requested),
        created_at=created_at,
        version=f"data version {snapshot.version}",
        picture_id=scene.picture_id,
        revision=scene.revision,
        viewpoint=camera.viewpoint,
        bounds=home_bounds(service, view) if picture.viewpoint is None else None,
        center=_center(camera.viewpoint),
        figures=[format_figure(figure) for figure in read_headline(service, view)],
        layers=layers,
        sources=_sources(snapshot, requested, layers, moment),
        credits=tuple(
            dict.fromkeys([*snapshot.credits, *(c for la in layers for c in la.status.credits)])
        ),
        caveats=(*_caveats(scene, snapshot, requested), *service.room.caveats),
        annotations=scene.annotations,
        impact_lines=build_impact_lines(service, view, [la.layer for la in layers]),
        forecast="" if forecast is None else forecast.line,
        alert_lines=build_alert_lines(service, view),
        change_summary=changed,
        change_lines=change_lines,
        prepared_by=prepared_by,
        base=base,
    )


def _layers(scene: HandoutScene, moment: datetime, theme: Theme) -> tuple[BriefLayer, ...]:
    service, view, picture = scene.service, scene.view, scene.picture
    figures = read_figures(service, view)
    found = []
    for layer, opacity in list_shown(service, view, picture):
        status = read_status(service, view, layer)
        if layer.id == "risk" and status.status == "ok" and figures is not None:
            # Its track record is among the Picture's lines, whatever is shown.
            past = figures.is_past(view.snapshot.now)
            note = ForecastWindowNote(window=figures.risk_window, past=past)
            status = replace(status, notes=(note,))
        age = _age(status.as_of, moment)
        found.append(
            BriefLayer(
                layer=layer,
                title=_title(title_layer(layer, figures), picture),
                opacity=opacity,
                status=status,
                age=f"{age}, STALE" if age and status.stale else age,
                legend=build_rows(layer, theme) if status.is_loaded else (),
            )
        )
    return tuple(found)


def _title(layer: Layer, picture: Picture) -> str:
    if not layer.measures:
        return layer.title
    chosen = {m.key: m for m in layer.measures if m.key in picture.measures}
    measure = next(iter(chosen.values()), layer.measures[0])
    return f"{layer.title}: {measure.title}"


def _sources(
    snapshot: Snapshot, requested: Filter, layers: Sequence[BriefLayer], moment: datetime
) -> tuple[BriefSource, ...]:
    """Return the sources of the layers, and those of the counted events."""
    named = {title for layer in layers for title in layer.status.sources or ()}
    found = []
    for name, state in snapshot.sources.items():
        source = state.source
        counted = (
            source.kind == "events"
            and source.synthetic == (requested.records == "synthetic")
            and (not requested.sources or name in requested.sources)
        )
        if counted or source.title in named:
            found.append(
                BriefSource(
                    title=source.title,
                    publisher=source.publisher,
                    terms=source.terms,
                    attribution=source.attribution,
                    marking=state.marking,
                    age=_age(state.newest, moment) or f"loaded {format_dtg(state.loaded_at)}",
                )
            )
    return tuple(found)


def _caveats(scene: HandoutScene, snapshot: Snapshot, requested: Filter) -> tuple[str, ...]:
    found = snapshot.page_caveats(requested)
    lost = "The data of this Picture are no longer stored: it shows current data."
    return (*([lost] if scene.lost else []), *(caveat.text for caveat in found))


def _age(newest: datetime | None, moment: datetime) -> str:
    if newest is None:
        return ""
    return f"{format_dtg(newest)}, {format_age(moment - newest)} old"


def _window(requested: Filter) -> str:
    start, end = requested.window.start, requested.window.end
    begin = "the oldest record" if start is None else format_dtg(start)
    return f"{begin} to {'now' if end is None else format_dtg(end)}"


def _filters(requested: Filter) -> str:
    parts = [
        f"{name}: {', '.join(values)}"
        for name, values in (
            ("sectors", requested.sectors),
            ("counties", requested.counties),
            ("kinds", requested.kinds),
            ("sources", requested.sources),
        )
        if values
    ]
    if requested.area is not None:
        parts.append(f"area of {requested.area.size} ({requested.area.to_text()})")
    return "; ".join(parts)


def _center(viewpoint: Viewpoint) -> str:
    """Write the center no finer than one map pixel."""
    pixel_m = _WORLD_M / _WORLD_PX / 2**viewpoint.zoom * cos(radians(viewpoint.lat))
    digits = mgrs_digits(pixel_m)
    grid = format_mgrs(viewpoint.lat, viewpoint.lon, digits=digits)
    exact_m = 10 ** (_MGRS_DIGITS - digits)
    return f"MGRS {grid}, to {exact_m:,} m ({format_lat_lon(viewpoint.lat, viewpoint.lon)})"
