"""The map's input and output as plain frozen objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cop.layerkind.base.kind import StatusCode
from cop.layerkind.base.note import StatusNote, format_notes
from cop.model.alert import MOST_NAME
from cop.model.board import Role
from cop.model.filter import Records
from cop.model.layer import Layer
from cop.model.style import Theme
from cop.ui.map.drop import DropArea


@dataclass(frozen=True, kw_only=True)
class MapCamera:
    """Center in degrees (EPSG:4326), zoom, and the bounds (west, south, east, north) if known."""

    lon: float
    lat: float
    zoom: float
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class LayerView:
    """A layer in the picture: its tiles, how it is shown, and its status.

    ``tile_url`` is a template with {z}, {x}, {y} and the filter in its query; ``as_of`` is the
    newest record's time in UTC (naive); ``measure`` is a key of the layer's measures. ``is_loaded``
    is whether its dataset is loaded at all: where not, a note says what would load it.
    ``credits`` appear on the map while the layer is shown.
    """

    layer: Layer
    tile_url: str
    visible: bool = True
    opacity: float = 1.0
    measure: str | None = None
    sources: tuple[str, ...] | None = None
    as_of: datetime | None = None
    stale: bool = False
    stale_after_hours: float | None = None
    marking: str | None = None
    synthetic: bool = False
    is_loaded: bool = True
    status: StatusCode = "ok"
    notes: tuple[StatusNote, ...] = ()
    credits: tuple[str, ...] = ()

    @property
    def status_note(self) -> str:
        """The notes in words."""
        return format_notes(self.notes)


@dataclass(frozen=True, kw_only=True)
class MapAlert:
    """An active alert: position of its records (degrees), its words, whether it is open."""

    lon: float
    lat: float
    title: str
    open: bool


@dataclass(frozen=True, kw_only=True)
class MapUnits:
    """Own units that a map may show: where it reads them, of which records, from which servers."""

    url: str
    records: Records
    servers: tuple[str, ...]
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """Everything the map needs: layers from bottom to top, theme, camera, notes.

    The camera is applied when the map is mounted and when ``camera_nonce`` changes, never else;
    without one, and on the home button, ``home`` (west, south, east, north) is fitted beside the
    layer panel. ``wall`` leaves out every control and enlarges legend and labels. ``filter_pairs``
    are those of the tiles' filter, which the viewer has changed ``choices`` times; with ``board``
    the map is at the live board. Maps of one page with the same ``link`` move together; each has a
    ``name`` that a screen reader tells it by. ``marking`` is what the page says that it is of:
    annotations of a higher one wait for it; ``own_marking`` is what the sources ask for. With
    ``asks_seat`` the browser reports its seat at the board. With ``drop`` files that are dropped on
    the page are shown on this map. With ``units`` its viewer may switch own units on.
    """

    layers: Sequence[LayerView]
    home: tuple[float, float, float, float]
    camera: MapCamera | None = None
    camera_nonce: int = 0
    theme: Theme = "dark"
    attribution: tuple[str, ...] = ()
    wall: bool = False
    empty_note: str = ""
    filter_pairs: tuple[tuple[str, str], ...] = ()
    board: Role | None = None
    choices: int = 0
    known_at: datetime | None = None
    link: str | None = None
    name: str = ""
    marking: str = "TLP:CLEAR"
    own_marking: str = "TLP:CLEAR"
    alerts: tuple[MapAlert, ...] = ()
    asks_seat: bool = False
    drop: DropArea | None = None
    units: MapUnits | None = None


@dataclass(frozen=True, kw_only=True)
class BoardSeat:
    """This viewer's name at the board, and who presents there; an empty ``presenter`` is nobody."""

    name: str
    presenter: str
    presenting: bool

    @property
    def may_decide(self) -> bool:
        """Whether this viewer may change what everyone is shown."""
        return self.presenting or not self.presenter


@dataclass(frozen=True, kw_only=True)
class LayerChange:
    """How a user set a layer on the map."""

    visible: bool
    opacity: float
    measure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Click:
    """The feature that a user picked: layer id, properties, and where (degrees)."""

    layer: str
    properties: Mapping[str, Any]
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class MapState:
    """What the browser reported last; empty until the user does something.

    ``followed`` are the pairs of the board's filter, given once when the page is to follow it.
    ``has_units`` is whether own units are switched on.
    """

    camera: MapCamera | None = None
    order: tuple[str, ...] = ()
    changes: Mapping[str, LayerChange] = field(default_factory=dict)
    click: Click | None = None
    followed: tuple[tuple[str, str], ...] | None = None
    seat: BoardSeat | None = None
    has_units: bool = False

    def apply(self, views: Sequence[LayerView]) -> list[LayerView]:
        """Return the layers in the user's order with the user's switches, opacity and measures."""
        rank = {layer_id: place for place, layer_id in enumerate(self.order)}
        ordered = sorted(enumerate(views), key=lambda item: rank.get(item[1].layer.id, item[0]))
        return [self._changed(view) for _, view in ordered]

    def _changed(self, view: LayerView) -> LayerView:
        change = self.changes.get(view.layer.id)
        if change is None:
            return view
        known = {measure.key for measure in view.layer.measures}
        measure = change.measure if change.measure in known else view.measure
        return replace(view, visible=change.visible, opacity=change.opacity, measure=measure)


def read_state(value: Mapping[str, Any]) -> MapState:
    """Read what the component reports; anything malformed counts as not reported."""
    camera = value.get("camera")
    layers = value.get("layers") or {}
    click = value.get("click")
    changes = {
        layer_id: LayerChange(
            visible=bool(change["visible"]),
            opacity=min(1.0, max(0.0, float(change["opacity"]))),
            measure=change.get("measure"),
        )
        for layer_id, change in (layers.get("changes") or {}).items()
    }
    return MapState(
        camera=_read_camera(camera) if camera else None,
        order=tuple(layers.get("order") or ()),
        changes=changes,
        click=Click(
            layer=click["layer"],
            properties=click["properties"],
            lon=float(click["lon"]),
            lat=float(click["lat"]),
        )
        if click
        else None,
        followed=_read_followed(value.get("follow")),
        seat=_read_seat(value.get("seat")),
        has_units=bool((value.get("units") or {}).get("on")),
    )


def _read_seat(value: Any) -> BoardSeat | None:
    if not value:
        return None
    return BoardSeat(
        name=str(value["name"])[:MOST_NAME],
        presenter=str(value["presenter"])[:MOST_NAME],
        presenting=bool(value["presenting"]),
    )


def _read_followed(value: Any) -> tuple[tuple[str, str], ...] | None:
    if not value:
        return None
    return tuple((str(name), str(text)) for name, text in value["wanted"])


def _read_camera(value: Mapping[str, Any]) -> MapCamera:
    west, south, east, north = (float(edge) for edge in value["bounds"])
    return MapCamera(
        lon=float(value["lon"]),
        lat=float(value["lat"]),
        zoom=float(value["zoom"]),
        bounds=(west, south, east, north),
    )
