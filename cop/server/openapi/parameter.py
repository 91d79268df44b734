"""The parameters of the HTTP API: name, place and schema of each."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from cop.exchange.ogc.tileset import QUAD
from cop.ingest.layer.shelf import DRAFT_HEADER
from cop.layerkind.rasters import LONGEST_STYLE
from cop.layerkind.service.probe import MOST_LAYERS
from cop.model.ahead import MOST_AHEAD
from cop.model.alert import State
from cop.model.area import LONGEST_TEXT
from cop.model.event import KINDS
from cop.model.filter import MOST_VALUES, Records
from cop.model.layer import MAX_ZOOM, TileFormat
from cop.model.style import Theme
from cop.model.tile import STYLE_PARAMETER
from cop.model.trial import LONGEST_TRIAL, MOST_TRIALS
from cop.query.coverage.sight import LONGEST_KM
from cop.query.item.crs import SYSTEMS
from cop.query.item.expression import LONGEST_EXPRESSION
from cop.query.item.page import MOST_ITEMS
from cop.query.search import MOST_LETTERS
from cop.query.summary import BY
from cop.server.endpoint.ogc.answer import FORM_PARAMETER, FORMS
from cop.server.endpoint.ogc.question import FILTER_LANG, LONGEST_ID, USUAL_LIMIT
from cop.server.endpoint.sight import MOST_HEIGHT_M
from cop.server.endpoint.tile import THEME_PARAMETER, VERSION_PARAMETER
from cop.server.openapi.schema import TEXT, Schema, one_of

_LAYER_ID: Final[Schema] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,40}$"}
_MOST_TILE: Final = 2**MAX_ZOOM - 1
_MOST_VERSION: Final = 10**15 - 1


@dataclass(frozen=True, kw_only=True)
class ApiParameter:
    """One parameter; one that ``repeats`` may be given up to so many times.

    The values of one that is ``separated`` are an array, separated by commas.
    """

    name: str
    note: str
    schema: Schema
    place: Literal["query", "path", "header"] = "query"
    required: bool = False
    repeats: int = 1
    separated: bool = False
    example: str | int | float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as an OpenAPI parameter object."""
        schema, example = self.schema, self.example
        if self.repeats > 1:
            schema = {"type": "array", "items": schema, "maxItems": self.repeats}
        return {
            "name": self.name,
            "in": self.place,
            "description": self.note,
            "required": self.required,
            "schema": schema,
            **({"style": "form", "explode": True} if self.repeats > 1 else {}),
            **({"style": "form", "explode": False} if self.separated else {}),
            **({} if example is None else {"example": [example] if self.repeats > 1 else example}),
        }


def _moment(name: str, note: str) -> ApiParameter:
    schema: Schema = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
    note = f"{note}; ISO 8601 of the years 1900 to 2199, a bare date is 00:00Z"
    return ApiParameter(name=name, note=note, schema=schema)


def _named(name: str, note: str, schema: Schema, *, most: int = MOST_VALUES) -> ApiParameter:
    return ApiParameter(name=name, note=note, schema=schema, repeats=most)


def _number(
    name: str,
    note: str,
    low: float,
    high: float,
    *,
    required: bool = False,
    example: float | None = None,
) -> ApiParameter:
    schema: Schema = {"type": "number", "minimum": low, "maximum": high}
    return ApiParameter(name=name, note=note, schema=schema, required=required, example=example)


def _in_path(name: str, note: str, schema: Schema, example: str | int) -> ApiParameter:
    return ApiParameter(
        name=name, note=note, schema=schema, place="path", required=True, example=example
    )


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _text(most: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": most}


KNOWN_AT: Final = _moment("known_at", "answer as was known at that moment")
SNAPSHOT: Final = (
    ApiParameter(name="version", note="answer as of that version", schema=_whole(0, _MOST_VERSION)),
    KNOWN_AT,
    _moment("since", "the moment from which changes count"),
)
RECORDS: Final = ApiParameter(
    name="records",
    note="which records; without it the sources or the room decide",
    schema=one_of(get_args(Records)),
    example="synthetic",
)
FILTER: Final = (
    _moment("from", "start of the window"),
    _moment("to", "end of the window, which is not in it"),
    _named("sector", "code of a sector", _text(100)),
    _named("county", "name of a county", _text(100)),
    _named("kind", "kind of event", one_of(KINDS)),
    _named("source", "name of a source", _text(100)),
    _named("whatif", "a change of sensors that is tried", _text(LONGEST_TRIAL), most=MOST_TRIALS),
    RECORDS,
    ApiParameter(
        name="area",
        note="only what lies in that polygon: lon lat,lon lat,...",
        schema=_text(LONGEST_TEXT),
    ),
    ApiParameter(
        name="ahead",
        note="period of forecasts",
        schema=one_of(f"{p}-{n}" for p in ("day", "week") for n in range(1, MOST_AHEAD + 1)),
    ),
)
GROUPING: Final = ApiParameter(
    name="by", note="what events are grouped by", schema=one_of(BY), required=True, example="sector"
)
WORDS: Final = ApiParameter(
    name="q",
    note="a town, facility, county, sector, segment, MGRS or lat, lon; no control characters",
    schema=_text(MOST_LETTERS),
    required=True,
    example="nogales",
)
LON: Final = _number("lon", "degrees east", -180, 180, required=True, example=-110.94)
LAT: Final = _number("lat", "degrees north", -90, 90, required=True, example=31.36)
SIGHT: Final = (
    _number("height", "meters above the ground", 0, MOST_HEIGHT_M, required=True, example=10),
    _number("range", "kilometers to look around", 0.1, LONGEST_KM, example=15),
)
SIGHT_END: Final = (
    _number(
        "to_lon",
        "degrees east of the other end, in place of range",
        -180,
        180,
    ),
    _number("to_lat", "degrees north of the other end", -90, 90),
    _number("to_height", "meters above the ground there", 0, MOST_HEIGHT_M),
)
STATE: Final = ApiParameter(
    name="state", note="only alerts in that state", schema=one_of(get_args(State)), example="open"
)
DRAFT_TOKEN: Final = ApiParameter(
    name=DRAFT_HEADER, note="token of the draft", schema=TEXT, place="header", required=True
)
EVENT_ID: Final = _in_path(
    "event_id", "id of an event", {"type": "string", "pattern": "^[0-9a-f]{32}$"}, "0" * 32
)
LAYER: Final = _in_path("layer", "id of a layer", _LAYER_ID, "events")
TILE: Final = (
    LAYER,
    _in_path("z", "zoom", _whole(0, MAX_ZOOM), 0),
    _in_path("x", "column", _whole(0, _MOST_TILE), 0),
    _in_path("y", "row", _whole(0, _MOST_TILE), 0),
    _in_path("format", "format of the layer's tiles", one_of(get_args(TileFormat)), "mvt"),
)
DRAWING: Final = (
    ApiParameter(
        name=VERSION_PARAMETER, note="version of the content: it may be kept", schema=TEXT
    ),
    ApiParameter(
        name=STYLE_PARAMETER, note="style of a raster as JSON", schema=_text(LONGEST_STYLE)
    ),
    ApiParameter(name=THEME_PARAMETER, note="theme of a surface", schema=one_of(get_args(Theme))),
)
ETAG: Final = ApiParameter(
    name="If-None-Match", note="ETags of tiles that are there", schema=TEXT, place="header"
)
PROBED: Final = ApiParameter(
    name="layer",
    note="id of a raster or surface",
    schema=_LAYER_ID,
    required=True,
    repeats=MOST_LAYERS,
    example="risk_surface",
)
FORM: Final = ApiParameter(
    name=FORM_PARAMETER, note="json, or html for a page", schema=one_of(FORMS), example="json"
)
COLLECTION: Final = _in_path("collection", "id of a collection", _LAYER_ID, "events")
ITEM: Final = _in_path("item", "id of a feature", _text(LONGEST_ID), "0" * 32)
STAC_VERSION: Final = _in_path("version", "a version", _whole(0, _MOST_VERSION), 1)
DATASET: Final = _in_path("dataset", "name of a dataset", _LAYER_ID, "events")
FILE_NAME: Final = _in_path("name", "name of a file", TEXT, f"{'0' * 64}.parquet")
MATRIX_SET: Final = _in_path("set", "name of a tile matrix set", one_of((QUAD,)), QUAD)
MATRIX_TILE: Final = (
    COLLECTION,
    MATRIX_SET,
    _in_path("matrix", "zoom", _whole(0, MAX_ZOOM), 0),
    _in_path("row", "row", _whole(0, _MOST_TILE), 0),
    _in_path("column", "column", _whole(0, _MOST_TILE), 0),
)
_SYSTEM: Final[Schema] = one_of(SYSTEMS)
CRS: Final = ApiParameter(
    name="crs", note="URI of the system that shapes are given in", schema=_SYSTEM
)
ITEMS: Final = (
    ApiParameter(
        name="limit",
        note=f"features of a page, {USUAL_LIMIT} without it; more than the most is the most",
        schema={"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": USUAL_LIMIT},
    ),
    ApiParameter(
        name="after",
        note="only features after that id: the link next has it",
        schema={"type": "string", "maxLength": LONGEST_ID},
    ),
    ApiParameter(
        name="bbox",
        note="only what touches that box: west, south, east, north; with heights six numbers",
        schema={"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        separated=True,
    ),
    ApiParameter(name="bbox-crs", note="URI of the system of bbox", schema=_SYSTEM),
    ApiParameter(
        name="datetime",
        note="a moment, or two separated by / of which one may be ..; both ends are included",
        schema=TEXT,
    ),
    CRS,
    ApiParameter(name="filter", note="condition in CQL2 text", schema=_text(LONGEST_EXPRESSION)),
    ApiParameter(name="filter-lang", note="language of filter", schema=one_of((FILTER_LANG,))),
    ApiParameter(name="filter-crs", note="URI of the system of shapes in filter", schema=_SYSTEM),
)
ASSET: Final = _in_path("name", "name of a file", TEXT, "session.js")
