"""The schemas of the HTTP API's answers."""

from typing import Final, get_args

from cop.analysis.sight.footprint import Band
from cop.model.alert import Alert, AlertFinding
from cop.model.annotation import PURPOSES, SHAPES
from cop.model.event import COMPOSITION, KINDS, TIME_PRECISIONS
from cop.model.filter import Records
from cop.model.impact import State
from cop.model.impact_rule import LEVELS, UNKNOWN
from cop.model.layer import Group
from cop.model.marking import MARKINGS
from cop.model.own_unit import MadeUp
from cop.query.position import PositionAnswer
from cop.query.search import SearchAnswer
from cop.query.summary import Summary
from cop.server.openapi.ogc import build_ogc_schemas
from cop.server.openapi.schema import (
    FLAG,
    INSTANT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    build_object,
    describe_types,
    list_of,
    map_of,
    name_schema,
    one_of,
    or_null,
)

_LEVEL: Final = one_of((*LEVELS, UNKNOWN))
_NAMES: Final = list_of(TEXT)
_GEOMETRY: Final[Schema] = {
    "type": "object",
    "properties": {"type": TEXT, "coordinates": {"type": "array"}},
    "required": ["type"],
}
_EVENT_ID: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}


def build_schemas() -> dict[str, Schema]:
    """Return the schema of every answer by name, with those that they refer to."""
    typed = describe_types(Summary, SearchAnswer, PositionAnswer, Alert, AlertFinding)
    position, alert, finding = (
        typed.pop(kind.__name__)["properties"] for kind in (PositionAnswer, Alert, AlertFinding)
    )
    # How the release counts is not answered.
    del alert["finding"], alert["smallest_count"]
    return {
        **typed,
        "Error": _error(),
        "Health": _health(),
        "Session": _session(),
        "Layers": _layers(),
        "TileJSON": _tilejson(),
        "Event": _event(),
        "Position": build_object({"lon": NUMBER, "lat": NUMBER, **position}),
        "Values": _values(),
        "SightAround": _collection({"terrain": TEXT}, _seen()),
        "SightAlong": _sight_along(),
        "Annotations": _collection({"now": INSTANT}, _annotation()),
        "Units": _units(),
        "Features": {"type": "object", "required": ["type"]},
        "Impacts": _impacts(),
        "Alert": build_object({**alert, **finding, **_alert_words()}),
        "Alerts": build_object(
            {
                "now": INSTANT,
                "records": one_of(get_args(Records)),
                "alerts": list_of(name_schema("Alert")),
            }
        ),
        **build_ogc_schemas(),
        "Description": {"type": "object", "required": ["openapi", "info", "paths"]},
    }


def _error() -> Schema:
    """Return the schema of a reason; a health check without a session gets no reason."""
    reason = build_object({"error": TEXT})
    return {"anyOf": [reason, build_object({"status": one_of(("unavailable",))})]}


def _health() -> Schema:
    status = one_of(("ok", "degraded"))
    properties = {"status": status, "caveats": _NAMES, "version": WHOLE}
    return build_object(properties, optional=("caveats", "version"))


def _session() -> Schema:
    words = dict.fromkeys(("id", "name", "agency", "origin"), TEXT)
    return build_object({**words, "roles": _NAMES, "highest": one_of(MARKINGS), "verified": FLAG})


def _layers() -> Schema:
    words = dict.fromkeys(("id", "title", "note", "dataset", "marking", "tilejson"), TEXT)
    layer = build_object(
        {
            **words,
            "group": one_of(get_args(Group)),
            "held": FLAG,
            "min_zoom": WHOLE,
            "max_zoom": WHOLE,
        }
    )
    return build_object({"version": WHOLE, "published_at": INSTANT, "layers": list_of(layer)})


def _tilejson() -> Schema:
    fields = build_object({"id": TEXT, "fields": map_of(TEXT)})
    return build_object(
        {
            "tilejson": one_of(("3.0.0",)),
            "name": TEXT,
            "description": TEXT,
            "scheme": one_of(("xyz",)),
            "tiles": list_of(TEXT),
            "minzoom": WHOLE,
            "maxzoom": WHOLE,
            "vector_layers": list_of(fields),
            "bounds": list_of(NUMBER),
            "attribution": TEXT,
        },
        optional=("vector_layers", "bounds", "attribution"),
    )


def _event() -> Schema:
    words = ("unit", "sector", "segment_id", "county", "source", "source_title", "marking")
    figures = {name: or_null(WHOLE) for name in COMPOSITION}
    return build_object(
        {
            "event_id": _EVENT_ID,
            "kind": one_of(KINDS),
            "count": WHOLE,
            **dict.fromkeys(words, TEXT),
            **dict.fromkeys(("detection", "confidence"), or_null(TEXT)),
            "occurred_at": INSTANT,
            "reported_at": or_null(INSTANT),
            "ingested_at": INSTANT,
            "time_precision": one_of(TIME_PRECISIONS),
            "dtg": TEXT,
            "local_time": or_null(TEXT),
            **dict.fromkeys(("lat", "lon"), NUMBER),
            "uncertainty_m": or_null(NUMBER),
            **dict.fromkeys(("lat_lon", "mgrs"), TEXT),
            "synthetic": FLAG,
            "attributes": {"type": "object"},
            **figures,
        }
    )


def _values() -> Schema:
    value = build_object(
        {
            **dict.fromkeys(("layer", "title", "unit"), TEXT),
            "state": one_of(("value", "nodata", "outside", "unobserved")),
            **dict.fromkeys(("value", "low", "high"), or_null(NUMBER)),
        },
        optional=("low", "high"),
    )
    return build_object({"lon": NUMBER, "lat": NUMBER, "values": list_of(value)})


def _collection(properties: dict[str, Schema], feature: Schema) -> Schema:
    kind = one_of(("FeatureCollection",))
    return build_object({**properties, "type": kind, "features": list_of(feature)})


def _feature(properties: dict[str, Schema], **more: Schema) -> Schema:
    return build_object(
        {
            "type": one_of(("Feature",)),
            **more,
            "geometry": _GEOMETRY,
            "properties": build_object(properties),
        }
    )


def _seen() -> Schema:
    return _feature({"band": one_of(get_args(Band)), "area_km2": NUMBER})


def _sight_along() -> Schema:
    figures = ("chance", "error_m", "bearing_deg")
    lines = ("distance_m", "ground_m", "line_m", "height_m")
    known = {
        "blocked_m": or_null(NUMBER),
        **dict.fromkeys(figures, NUMBER),
        **dict.fromkeys(lines, list_of(or_null(NUMBER))),
    }
    return build_object({"known": FLAG, **known}, optional=known)


def _annotation() -> Schema:
    properties = {
        "revision": WHOLE,
        "shape": one_of(SHAPES),
        "purpose": one_of(PURPOSES),
        **dict.fromkeys(("title", "author", "marking", "size"), TEXT),
        "drawn_at": INSTANT,
        "valid_until": or_null(INSTANT),
    }
    return _feature(properties, id=TEXT)


def _units() -> Schema:
    unit = build_object(
        {
            **dict.fromkeys(("key", "type", "title", "callsign", "marking"), TEXT),
            **dict.fromkeys(("lon", "lat"), NUMBER),
            "accuracy_m": or_null(NUMBER),
            **dict.fromkeys(("at", "until"), INSTANT),
            "made_up": one_of(get_args(MadeUp)),
        }
    )
    return build_object(
        {
            "now": INSTANT,
            "records": one_of(get_args(Records)),
            "servers": _NAMES,
            "units": list_of(unit),
        }
    )


def _impacts() -> Schema:
    segment = build_object(
        {
            **dict.fromkeys(("segment_id", "sector"), TEXT),
            **dict.fromkeys(("level", "proposed"), _LEVEL),
            "state": one_of(get_args(State)),
            "until": or_null(INSTANT),
            **dict.fromkeys(("by", "reason", "rule", "note"), or_null(TEXT)),
            "revision": WHOLE,
            **dict.fromkeys(("reasons", "not_judged"), _NAMES),
            "figures": map_of(or_null(NUMBER)),
        }
    )
    return build_object(
        {
            "records": one_of(get_args(Records)),
            "synthetic": FLAG,
            "at": INSTANT,
            "window": list_of(INSTANT),
            "forecast_from": INSTANT,
            "track_record": TEXT,
            "counts": map_of(WHOLE),
            "checklists": map_of(_NAMES),
            "segments": list_of(segment),
        }
    )


def _alert_words() -> dict[str, Schema]:
    words: dict[str, Schema] = dict.fromkeys(("title", "where", "false_alarms"), TEXT)
    return {**words, "synthetic": FLAG, "ratio": or_null(NUMBER)}
