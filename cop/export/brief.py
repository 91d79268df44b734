"""The facts that every hand-out carries: what it shows, from whom, how old, how marked, its id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import cos, radians

from cop.export.impact import build_impact_lines
from cop.export.legend import LegendBlock, build_rows
from cop.export.map import find_camera, list_shown
from cop.layerkind.base.kind import LayerStatus
from cop.layerkind.service.status import read_status
from cop.model.annotation import Annotation
from cop.model.filter import Filter
from cop.model.layer import Layer
from cop.model.marking import highest_marking
from cop.model.moment import format_age, format_dtg
from cop.model.picture import Picture, Viewpoint
from cop.model.place import format_lat_lon, format_mgrs, mgrs_digits
from cop.model.style import Theme
from cop.model.text import FigureText
from cop.query.figure import read_figures
from cop.query.forecast.track import format_window, title_layer
from cop.query.headline import read_headline
from cop.query.marking import page_marking
from cop.query.service import QueryService
from cop.query.text import describe_forecast, format_figure
from cop.query.view import View
from cop.store.snapshot import Snapshot

SCENE_PX = (1280, 720)
"""The map that a scene's camera is fitted for, and that its image shows."""
_WORLD_PX, _WORLD_M = 512, 40_075_016.7
_MGRS_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class HandoutScene:
    """A Picture to be handed out, with the id and the revision that open it again.

    ``view`` is of what was known when the Picture was; ``lost`` is whether that is no longer
    kept, so that it is of what is known now. ``annotations`` are those that were
    on the map when the Picture was saved.
    """

    service: QueryService
    view: View
    picture: Picture
    title: str
    picture_id: str
    revision: int
    lost: bool = False
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BriefLayer:
    """A shown layer, colored as chosen, what is known of it, and its legend."""

    layer: Layer
    title: str
    opacity: float
    standing: LayerStatus
    age: str
    legend: Sequence[LegendBlock]

    @property
    def lines(self) -> Sequence[str]:
        """What stands under the legend: the source, the newest record's age, and its state."""
        standing = self.standing
        if not standing.held:
            return ["unknown: not loaded"]
        synthetic = "SYNTHETIC" if standing.synthetic else ""
        said = (standing.source, self.age, standing.marking or "", synthetic, standing.status_note)
        return [" · ".join(word for word in said if word)]


@dataclass(frozen=True, kw_only=True)
class BriefSource:
    """A source behind what is shown: its terms, marking, and how old its newest record is."""

    title: str
    publisher: str
    terms: str
    attribution: str
    marking: str
    age: str


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a hand-out says of a scene, in words; ages are those at the moment it is known at.

    ``bounds`` (west, south, east, north) are to be fitted where the Picture has no viewpoint of its
    own; ``viewpoint`` then fits SCENE_PX.
    """

    title: str
    region: str
    marking: str
    synthetic: bool
    window: str
    known: str
    filters: str
    made_at: datetime
    version: str
    picture_id: str
    revision: int
    viewpoint: Viewpoint
    bounds: tuple[float, float, float, float] | None
    centre: str
    figures: Sequence[FigureText]
    layers: Sequence[BriefLayer]
    sources: Sequence[BriefSource]
    credits: Sequence[str]
    caveats: Sequence[str]
    annotations: Sequence[Annotation] = ()
    impact_lines: Sequence[str] = ()
    forecast: str = ""

    @property
    def explained(self) -> Sequence[BriefLayer]:
        """The layers that need a legend, top first; the background's sources are the credits."""
        return [la for la in reversed(self.layers) if la.layer.group != "background"]

    @property
    def banner(self) -> str:
        """What stands at the top and at the bottom of every page."""
        return f"{self.marking} · SYNTHETIC" if self.synthetic else self.marking

    @property
    def identity(self) -> str:
        """The Picture's id and revision."""
        return f"Picture {self.picture_id} revision {self.revision}"

    @property
    def address(self) -> str:
        """The address that opens the same Picture on the server that made the hand-out."""
        return f"/?picture={self.picture_id}&revision={self.revision}"

    @property
    def made(self) -> str:
        """When the hand-out was made, as a date-time group."""
        return format_dtg(self.made_at)

    @property
    def source_lines(self) -> Sequence[str]:
        """One line a source, then whom the map is owed to."""
        lines = [
            f"{s.title} ({s.publisher}): newest {s.age}; {s.marking}; {s.terms}"
            for s in self.sources
        ]
        return [*lines, f"Map data: {'; '.join(self.credits)}"] if self.credits else lines

    @property
    def picture_lines(self) -> Sequence[str]:
        """What the Picture is: window, filter, forecast, what was known, center, id, address."""
        return (
            f"Window {self.window}",
            f"Filter: {self.filters}",
            *([self.forecast] if self.forecast else []),
            f"Data {self.known}, {self.version}",
            f"Centre {self.centre}",
            f"Made {self.made}",
            self.identity,
            f"Open it again: {self.address}",
        )

    @property
    def annotation_lines(self) -> Sequence[str]:
        """One line an annotation."""
        return [annotation.line for annotation in self.annotations]

    @property
    def stamp(self) -> str:
        """One line that says which Picture this is, and when it was made from what."""
        return f"{self.identity} · made {self.made} · {self.known} · {self.version}"


def build_brief(scene: HandoutScene, *, made_at: datetime, theme: Theme = "light") -> Brief:
    """Gather the facts of a scene; ``theme`` is that of the legend's colors."""
    service, view, picture = scene.service, scene.view, scene.picture
    snapshot, wanted = view.snapshot, view.filter
    moment = made_at if snapshot.known_at is None else snapshot.known_at
    layers = _layers(scene, moment, theme)
    width, height = SCENE_PX
    camera = find_camera(view, picture, width_px=width, height_px=height)
    markings = [layer.standing.marking for layer in layers if layer.standing.marking]
    markings += [annotation.marking for annotation in scene.annotations]
    forecast = describe_forecast(service, view)
    return Brief(
        title=scene.title,
        region=snapshot.region.title if snapshot.region else "no region",
        marking=highest_marking([page_marking(view), *markings]),
        synthetic=wanted.records == "synthetic" or any(la.standing.synthetic for la in layers),
        window=_window(wanted),
        known=f"as known at {format_dtg(moment)}",
        filters=_filters(wanted),
        made_at=made_at,
        version=f"data version {snapshot.version}",
        picture_id=scene.picture_id,
        revision=scene.revision,
        viewpoint=camera.viewpoint,
        bounds=snapshot.line_bounds if picture.viewpoint is None else None,
        centre=_centre(camera.viewpoint),
        figures=[format_figure(figure) for figure in read_headline(service, view)],
        layers=layers,
        sources=_sources(snapshot, wanted, layers, moment),
        credits=tuple(
            dict.fromkeys([*snapshot.credits, *(c for la in layers for c in la.standing.credits)])
        ),
        caveats=_caveats(scene, snapshot, wanted),
        annotations=scene.annotations,
        impact_lines=build_impact_lines(service, view, [la.layer for la in layers]),
        forecast="" if forecast is None else forecast.line,
    )


def _layers(scene: HandoutScene, moment: datetime, theme: Theme) -> tuple[BriefLayer, ...]:
    service, view, picture = scene.service, scene.view, scene.picture
    figures = read_figures(service, view)
    found = []
    for layer, opacity in list_shown(service, view, picture):
        standing = read_status(service, view, layer)
        if layer.id == "risk" and standing.status == "ok" and figures is not None:
            # Its track record stands among the lines of the Picture, whatever is shown.
            standing = replace(standing, status_note=format_window(figures.risk_window))
        age = _age(standing.as_of, moment)
        found.append(
            BriefLayer(
                layer=layer,
                title=_title(title_layer(layer, figures), picture),
                opacity=opacity,
                standing=standing,
                age=f"{age}, STALE" if age and standing.stale else age,
                legend=build_rows(layer, theme) if standing.held else (),
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
    snapshot: Snapshot, wanted: Filter, layers: Sequence[BriefLayer], moment: datetime
) -> tuple[BriefSource, ...]:
    """Return the sources that the layers name, and those whose events the figures count."""
    said = [layer.standing.source for layer in layers]
    # A person may write any title, one with a semicolon too.
    named = {title for source in said for title in (source, *source.split("; "))}
    found = []
    for name, state in snapshot.sources.items():
        source = state.source
        counted = (
            source.kind == "events"
            and source.synthetic == (wanted.records == "synthetic")
            and (not wanted.sources or name in wanted.sources)
        )
        if counted or source.title in named:
            found.append(
                BriefSource(
                    title=source.title,
                    publisher=source.publisher,
                    terms=source.terms,
                    attribution=source.attribution,
                    marking=source.marking,
                    age=_age(state.newest, moment) or f"loaded {format_dtg(state.loaded_at)}",
                )
            )
    return tuple(found)


def _caveats(scene: HandoutScene, snapshot: Snapshot, wanted: Filter) -> tuple[str, ...]:
    found = snapshot.caveats({row.dataset for row in snapshot.quarantine}, wanted)
    lost = "The data of this Picture are no longer kept: it shows what is known now."
    return (*([lost] if scene.lost else []), *(caveat.text for caveat in found))


def _age(newest: datetime | None, moment: datetime) -> str:
    if newest is None:
        return ""
    return f"{format_dtg(newest)}, {format_age(moment - newest)} old"


def _window(wanted: Filter) -> str:
    start, end = wanted.window.start, wanted.window.end
    begin = "the oldest record" if start is None else format_dtg(start)
    return f"{begin} to {'now' if end is None else format_dtg(end)}"


def _filters(wanted: Filter) -> str:
    parts = [
        f"{name}: {', '.join(values)}"
        for name, values in (
            ("sectors", wanted.sectors),
            ("counties", wanted.counties),
            ("kinds", wanted.kinds),
            ("sources", wanted.sources),
        )
        if values
    ]
    if wanted.area is not None:
        parts.append(f"area of {wanted.area.size} ({wanted.area.to_text()})")
    return "; ".join(parts) or "no filter"


def _centre(viewpoint: Viewpoint) -> str:
    """Write the center no finer than a pixel of the map bears out."""
    pixel_m = _WORLD_M / _WORLD_PX / 2**viewpoint.zoom * cos(radians(viewpoint.lat))
    digits = mgrs_digits(pixel_m)
    grid = format_mgrs(viewpoint.lat, viewpoint.lon, digits=digits)
    exact_m = 10 ** (_MGRS_DIGITS - digits)
    return f"MGRS {grid}, to {exact_m:,} m ({format_lat_lon(viewpoint.lat, viewpoint.lon)})"
