"""The operations of the HTTP API: address, parameters and answers of each, declared once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cop.exchange.ogc.link import HTML, MVT, OPENAPI, SCHEMA
from cop.ingest.layer.shelf import DRAFT_URL
from cop.query.stored_file import PARQUET
from cop.server.endpoint.draft import GEOJSON
from cop.server.endpoint.tile import MEDIA_TYPES
from cop.server.gate import HEALTH_PATH, SESSION_PATH
from cop.server.openapi.parameter import (
    ASSET,
    COLLECTION,
    CRS,
    DATASET,
    DRAFT_TOKEN,
    DRAWING,
    ETAG,
    EVENT_ID,
    FILE_NAME,
    FILTER,
    FORM,
    GROUPING,
    ITEM,
    ITEMS,
    KNOWN_AT,
    LAT,
    LAYER,
    LON,
    MATRIX_SET,
    MATRIX_TILE,
    PROBED,
    RECORDS,
    SIGHT,
    SIGHT_END,
    SNAPSHOT,
    STAC_VERSION,
    STATE,
    TILE,
    WORDS,
    ApiParameter,
)
from cop.server.openapi.schema import TEXT, Schema, name_schema
from cop.server.token_gate import is_for_tokens

TOKEN_SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer"},
    "password": {"type": "http", "scheme": "basic", "description": "The token as the password"},
}
"""How programs send a token, as OpenAPI has it."""
DESCRIPTION_PATH: Final = "/api/openapi.json"
JSON: Final = "application/json"
PLAIN: Final = "text/plain"
SCRIPT: Final = "text/javascript"
TIFF: Final = "image/tiff"

Content = Mapping[str, Schema]
"""The schema of each media type; an empty one is of bytes."""
_ERROR: Final[Content] = {JSON: name_schema("Error")}
_WORDS: Final[Content] = {PLAIN: TEXT}
STATUSES: Final[dict[int, tuple[str, Content]]] = {
    204: ("an empty tile", {}),
    304: ("not changed", {}),
    400: ("a parameter or its value is not valid", _ERROR),
    401: ("nobody is signed in", _WORDS),
    403: ("the roles do not allow it", _WORDS),
    404: ("nothing of that name, or no such version", {**_ERROR, **_WORDS}),
    410: ("that version shows a damaged file", _ERROR),
    429: ("too many requests: see Retry-After", _WORDS),
    503: ("the warehouse or signing in is not possible now", {**_ERROR, **_WORDS}),
}
"""What is answered beside 200: why, and what the body is."""
_USUAL: Final = frozenset({400, 401, 403, 429, 503})
_READ: Final = _USUAL | {404, 410}


@dataclass(frozen=True, kw_only=True)
class ApiOperation:
    """What GET of an address takes and answers; ``path`` is as the routes have it.

    ``content`` is the answer's; ``statuses`` are all beside 200.
    """

    path: str
    title: str
    content: Content
    parameters: tuple[ApiParameter, ...] = ()
    statuses: frozenset[int] = _USUAL
    is_open: bool = False
    takes_more: bool = False
    """It takes further parameters, which depend on its path, and checks them itself."""

    @property
    def address(self) -> str:
        """The path as OpenAPI writes it."""
        return self.path.replace(":path}", "}")

    @property
    def query_names(self) -> tuple[str, ...]:
        """The query parameters that it takes; any other is refused."""
        return tuple(one.name for one in self.parameters if one.place == "query")

    def to_json(self) -> dict[str, Any]:
        """Return it as an OpenAPI operation object."""
        free: list[dict[str, list[str]]] = [{}] if self.is_open else []
        tokens = [*map(_need, TOKEN_SCHEMES)] if is_for_tokens(self.path) else []
        answers = {200: ("the answer", self.content), **STATUSES}
        return {
            "summary": self.title,
            "parameters": [parameter.to_json() for parameter in self.parameters],
            "security": [*free, _need("session"), _need("room"), *tokens],
            "responses": {
                str(status): _describe(*answers[status]) for status in (200, *sorted(self.statuses))
            },
        }


def _need(scheme: str) -> dict[str, list[str]]:
    return {scheme: []}


def _describe(note: str, content: Content) -> dict[str, Any]:
    found = {kind: {"schema": schema} for kind, schema in content.items()}
    return {"description": note, **({"content": found} if found else {})}


def _json(*names: str) -> Content:
    schemas = [name_schema(name) for name in names]
    return {JSON: schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}


def _paged(name: str, kind: str = JSON) -> Content:
    return {kind: name_schema(name), HTML: TEXT}


_MOMENTS: Final = SNAPSHOT[:2]
OGC_OPERATIONS: Final = (
    *(
        ApiOperation(
            path=path,
            title="OGC API: landing page",
            parameters=(FORM, *_MOMENTS),
            content=_paged("OgcLanding"),
            statuses=_USUAL | {304},
        )
        for path in ("/ogc", "/ogc/")
    ),
    ApiOperation(
        path="/ogc/conformance",
        title="OGC API: conformance classes",
        parameters=(FORM,),
        content=_paged("OgcConformance"),
        statuses=_USUAL | {304},
    ),
    ApiOperation(
        path="/ogc/api",
        title="OGC API: description in OpenAPI 3.0",
        parameters=_MOMENTS,
        content={OPENAPI: name_schema("Description")},
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections",
        title="OGC API: collections",
        parameters=(FORM, *_MOMENTS),
        content=_paged("OgcCollections"),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections/{collection}",
        title="OGC API: one collection",
        parameters=(COLLECTION, FORM, *_MOMENTS),
        content=_paged("OgcCollection"),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections/{collection}/queryables",
        title="OGC API: properties that a filter may name",
        parameters=(COLLECTION, FORM, *_MOMENTS),
        content=_paged("OgcQueryables", SCHEMA),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections/{collection}/items",
        title="OGC API: features; a property of the collection is a parameter too",
        parameters=(COLLECTION, *ITEMS, FORM, *FILTER, *_MOMENTS),
        content=_paged("OgcFeatures", GEOJSON),
        statuses=_READ | {304},
        takes_more=True,
    ),
    ApiOperation(
        path="/ogc/collections/{collection}/items/{item:path}",
        title="OGC API: one feature",
        parameters=(COLLECTION, ITEM, CRS, FORM, *_MOMENTS),
        content=_paged("OgcFeature", GEOJSON),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections/{collection}/tiles",
        title="OGC API: tilesets of a collection",
        parameters=(COLLECTION, FORM, *FILTER, *_MOMENTS),
        content=_paged("OgcTilesets"),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections/{collection}/tiles/{set}",
        title="OGC API: one tileset",
        parameters=(COLLECTION, MATRIX_SET, FORM, *FILTER, *_MOMENTS),
        content=_paged("OgcTileset"),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/ogc/collections/{collection}/tiles/{set}/{matrix}/{row}/{column}",
        title="OGC API: one tile",
        parameters=(*MATRIX_TILE, *FILTER, *_MOMENTS, ETAG),
        content={MVT: {}},
        statuses=_READ | {204, 304},
    ),
    ApiOperation(
        path="/ogc/tileMatrixSets",
        title="OGC API: tile matrix sets",
        parameters=(FORM,),
        content=_paged("OgcMatrixSets"),
        statuses=_USUAL | {304},
    ),
    ApiOperation(
        path="/ogc/tileMatrixSets/{set}",
        title="OGC API: one tile matrix set",
        parameters=(MATRIX_SET, FORM),
        content=_paged("OgcMatrixSet"),
        statuses=_USUAL | {304, 404},
    ),
)
OPERATIONS: Final = (
    ApiOperation(
        path=HEALTH_PATH,
        title="Readiness; without a session the status alone",
        content=_json("Health"),
        statuses=_USUAL - {401},
        is_open=True,
    ),
    ApiOperation(path=DESCRIPTION_PATH, title="This description", content=_json("Description")),
    ApiOperation(path=SESSION_PATH, title="Who the sender is", content=_json("Session")),
    ApiOperation(
        path="/api/layers",
        title="The catalogue of layers",
        parameters=SNAPSHOT,
        content=_json("Layers"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/summary",
        title="Events of a filter, grouped",
        parameters=(GROUPING, *FILTER, *SNAPSHOT),
        content=_json("Summary"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/events/{event_id}",
        title="One event",
        parameters=(EVENT_ID, *SNAPSHOT),
        content=_json("Event"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/search",
        title="Places that match a text",
        parameters=(WORDS,),
        content=_json("SearchAnswer"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/values",
        title="Values of rasters and surfaces at a place",
        parameters=(LON, LAT, PROBED, *FILTER, *SNAPSHOT),
        content=_json("Values"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/position",
        title="Sector, county and nearest segment of a place",
        parameters=(LON, LAT, *SNAPSHOT),
        content=_json("Position"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/sight",
        title="What is seen from a place, or the profile to another",
        parameters=(LON, LAT, *SIGHT, *SIGHT_END, *SNAPSHOT),
        content=_json("SightAround", "SightAlong"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/annotations",
        title="Annotations of the shared map",
        parameters=(KNOWN_AT,),
        content=_json("Annotations"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/units",
        title="Own units that are fresh now, for a map that shows them",
        parameters=(RECORDS,),
        content=_json("Units"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/impact",
        title="The impact level of every segment",
        parameters=(RECORDS, KNOWN_AT),
        content=_json("Impacts"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/api/alerts",
        title="Alerts of real or of synthetic records",
        parameters=(STATE, RECORDS, KNOWN_AT),
        content=_json("Alerts"),
        statuses=_READ,
    ),
    ApiOperation(
        path=DRAFT_URL,
        title="The features of a private draft",
        parameters=(DRAFT_TOKEN,),
        content={GEOJSON: name_schema("Features")},
        statuses=_USUAL | {404},
    ),
    ApiOperation(
        path="/tiles/{layer}.json",
        title="The TileJSON of a layer",
        parameters=(LAYER, *FILTER, *SNAPSHOT),
        content=_json("TileJSON"),
        statuses=_READ,
    ),
    ApiOperation(
        path="/tiles/{layer}/{z}/{x}/{y}.{format}",
        title="One tile of a layer",
        parameters=(*TILE, *FILTER, *SNAPSHOT, *DRAWING, ETAG),
        content={kind: {} for kind in MEDIA_TYPES.values()},
        statuses=_READ | {204, 304},
    ),
    ApiOperation(
        path="/assets/{name:path}",
        title="A script of the pages",
        parameters=(ASSET,),
        content={SCRIPT: {}},
        statuses=_USUAL | {304, 404},
    ),
    *OGC_OPERATIONS,
    ApiOperation(
        path="/stac",
        title="STAC: stored files by version",
        content=_json("Stac"),
        statuses=_USUAL | {304},
    ),
    ApiOperation(
        path="/stac/versions/{version}",
        title="STAC: the datasets of one version",
        parameters=(STAC_VERSION,),
        content=_json("Stac"),
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/stac/versions/{version}/items/{dataset}",
        title="STAC: the files of a dataset at one version",
        parameters=(STAC_VERSION, DATASET),
        content={GEOJSON: name_schema("Stac")},
        statuses=_READ | {304},
    ),
    ApiOperation(
        path="/stac/versions/{version}/files/{dataset}/{name}",
        title="STAC: one file, for who may export",
        parameters=(STAC_VERSION, DATASET, FILE_NAME),
        content={PARQUET: {}, TIFF: {}},
        statuses=_READ | {304},
    ),
)
