"""The map as a Streamlit component: it gets a description and returns camera, layers, and click."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from cop.context import AppContext
from cop.errors import LayerError
from cop.layerkind.base.kind import LayerKind
from cop.layerkind.registry import kind_of
from cop.layerkind.service.drawing import feature_id
from cop.model.annotation import LASTS_H, PURPOSES, SHAPES
from cop.model.board import BOARD_SOCKET
from cop.model.display import WheelMode
from cop.model.layer import Field
from cop.model.marking import MARKINGS
from cop.model.moment import format_instant
from cop.model.text import format_sources
from cop.ui.component.asset import ignore_change, mount_component
from cop.ui.component.context import CONTEXT
from cop.ui.map.deck import build_deck, build_measure_patch
from cop.ui.map.drop import build_drop_words
from cop.ui.map.right import build_viewer
from cop.ui.map.spec import BoardSeat, LayerView, MapSpec, MapState, MapUnits, read_state

__all__ = ["LayerView", "MapSpec", "MapState", "read_seat", "reads_units", "render_map"]

ASSETS = Path(__file__).with_name("asset")
DECK_URL = "/assets/deck/index.js"
HEALTH_URL = "/healthz"
SEARCH_URL = "/api/search"
VALUES_URL = "/api/values"
POSITION_URL = "/api/position"
SIGHT_URL = "/api/sight"
ANNOTATIONS_URL = "/api/annotations"
NAME = "cop.map"
_HTML = '<div class="copmap" style="visibility:hidden"></div>'
_CSS_HEIGHT = re.compile(r"\d+(vh|dvh|px)|calc\([0-9a-z%+* .-]+\)")


def render_map(
    spec: MapSpec,
    *,
    key: str,
    height: int | str = 640,
    on_draft: Callable[[], None] = ignore_change,
) -> MapState:
    """Draw the map and return what the user did with it.

    ``height`` is pixels, ``"stretch"``, or a CSS length such as ``"100vh"`` or
    ``"calc(100vh - 180px)"``. Every report of the browser reruns the script or the fragment
    that calls this; ``on_draft`` is called first where it is about a private draft.
    """
    css_height, outer = _heights(height)
    report = st.session_state.get(key) or {}
    seen = ((report.get("layers") or {}) if hasattr(report, "get") else {}).get("rev", 0)
    mount = mount_component(NAME, assets=ASSETS, html=_HTML, css="map.css", js="map.js")
    result = mount(
        key=key,
        data=build_data(spec)
        | {"height": css_height, "seen": seen, "wheel": _wheel(spec), "viewer": build_viewer()},
        height=outer,
        on_camera_change=ignore_change,
        on_layers_change=ignore_change,
        on_click_change=ignore_change,
        on_follow_change=ignore_change,
        on_marked_change=ignore_change,
        on_seat_change=ignore_change,
        on_units_change=ignore_change,
        on_draft_change=on_draft,
    )
    return read_state(result)


def read_seat(key: str) -> BoardSeat | None:
    """Return the seat at the board that a map's browser reported; None before it did."""
    report = st.session_state.get(key)
    return read_state(report).seat if report else None


def reads_units(key: str) -> bool:
    """Return whether own units are switched on at a map, as its browser reported."""
    report = st.session_state.get(key)
    return read_state(report).has_units if report else False


def build_data(spec: MapSpec) -> dict[str, Any]:
    """Build what the browser gets: the Deck's JSON and the words around it."""
    return {
        "deck": json.loads(build_deck(spec).to_json()),
        "layers": [_layer_words(view, spec) for view in spec.layers],
        "theme": spec.theme,
        "camera": {"lon": spec.camera.lon, "lat": spec.camera.lat, "zoom": spec.camera.zoom}
        if spec.camera
        else None,
        "home": list(spec.home),
        "cameraNonce": spec.camera_nonce,
        "attribution": list(spec.attribution),
        "wall": spec.wall,
        "emptyNote": spec.empty_note,
        "wanted": [list(pair) for pair in spec.filter_pairs],
        "choices": spec.choices,
        "board": {"socket": BOARD_SOCKET, "role": spec.board} if spec.board else None,
        "annotations": _annotation_words(spec),
        "alerts": [asdict(alert) for alert in spec.alerts],
        "knownAt": format_instant(spec.known_at) if spec.known_at else None,
        "link": spec.link,
        "name": spec.name,
        "asksSeat": spec.asks_seat,
        "drop": None if spec.drop is None else build_drop_words(spec.drop, spec.theme),
        "units": None if spec.units is None else _unit_words(spec.units),
        "assets": {
            "deck": DECK_URL,
            "health": HEALTH_URL,
            "search": SEARCH_URL,
            "values": VALUES_URL,
            "position": POSITION_URL,
            "sight": SIGHT_URL,
        },
    }


def _unit_words(units: MapUnits) -> dict[str, Any]:
    return {
        "url": units.url,
        "records": units.records,
        "servers": list(units.servers),
        "on": units.is_on,
    }


def _annotation_words(spec: MapSpec) -> dict[str, Any]:
    """What the browser needs to draw annotations, and to offer drawing them."""
    return {
        "url": ANNOTATIONS_URL,
        "marking": spec.marking,
        "ownMarking": spec.own_marking,
        "markings": list(MARKINGS),
        "shapes": dict(SHAPES),
        "lasts": list(LASTS_H),
        "purposes": [
            {"key": key, "title": purpose.title, "color": list(purpose.paint.rgba(spec.theme)[:3])}
            for key, purpose in PURPOSES.items()
        ],
    }


def _layer_words(view: LayerView, spec: MapSpec) -> dict[str, Any]:
    layer = view.layer.measured_by(view.measure)
    # Of what is not loaded the panel says just that: its legends would be most of the message.
    known = layer.measures if view.is_loaded else ()
    measures = [
        {
            "key": measure.key,
            "title": measure.title,
            "note": measure.note,
            "legend": kind_of(layer).build_legend(layer.measured_by(measure.key), spec.theme),
            "patch": build_measure_patch(layer, measure, spec.theme, wall=spec.wall),
        }
        for measure in known
    ]
    return {
        "id": layer.id,
        "title": layer.title,
        "note": layer.note,
        "group": layer.group,
        "visible": view.visible,
        "opacity": view.opacity,
        "measure": view.measure or (layer.measures[0].key if layer.measures else None),
        "measures": measures,
        "legend": []
        if measures or not view.is_loaded
        else kind_of(layer).build_legend(layer, spec.theme),
        "idProperty": feature_id(layer),
        "held": view.is_loaded,
        "fields": [
            _field_words(field)
            for field in layer.fields
            if view.is_loaded and layer.tile_format == "mvt"
        ],
        "source": format_sources(view.sources),
        "asOf": f"{view.as_of.isoformat(timespec='seconds')}Z" if view.as_of else None,
        "stale": view.stale,
        "marking": view.marking or layer.marking,
        **({"staleAfterHours": limit} if (limit := _limit(view)) is not None else {}),
        "synthetic": view.synthetic,
        "status": view.status,
        "statusNote": view.status_note,
        "credits": list(view.credits),
        **_kind_words(kind_of(layer)),
    }


def _limit(view: LayerView) -> float | None:
    """Return the age from which a layer is drawn as stale, in hours."""
    own = view.layer.stale_after_hours
    return None if own is None else view.stale_after_hours or own


def _kind_words(kind: LayerKind) -> dict[str, Any]:
    """Return what the browser needs of a layer's kind; what does not apply is left out."""
    square = kind.square
    words = {
        "square": square
        and {
            "markedBy": square.marked_by,
            "n": square.n,
            "noun": square.noun,
            "summed": square.summed,
        },
        "hasEventDetails": kind.has_event_details,
        "followsTime": kind.follows_time,
        "hasValues": kind.has_values,
        "probeTakesFilter": kind.probe_takes_filter,
    }
    return {name: value for name, value in words.items() if value}


def _field_words(field: Field) -> dict[str, Any]:
    """Return what the browser needs of a field, without defaults, as there are many."""
    words: dict[str, Any] = {"property": field.property, "label": field.label}
    if field.unit:
        words["unit"] = field.unit
    return words | ({"tip": True} if field.in_tooltip else {})


def _heights(height: int | str) -> tuple[str, int | str]:
    if isinstance(height, int):
        return f"{height}px", height
    if height == "stretch":
        return "100%", height
    if not _CSS_HEIGHT.fullmatch(height):
        raise LayerError(
            f"map height {height!r}: give pixels, 'stretch', or a CSS length such as '100vh'"
        )
    return height, "content"


def _wheel(spec: MapSpec) -> WheelMode:
    """Return when a turn of the wheel zooms; a wall has no page to scroll."""
    context: AppContext | None = st.session_state.get(CONTEXT)
    return "always" if spec.wall else context.wheel if context else "focus"
