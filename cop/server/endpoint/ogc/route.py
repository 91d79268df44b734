"""The addresses of OGC API and STAC, each with its endpoint."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from cop.server.endpoint.ogc.feature import (
    list_items,
    read_collections,
    read_conformance,
    read_landing,
    read_one_collection,
    read_one_item,
    read_queryables,
)
from cop.server.endpoint.ogc.stac import (
    read_stac,
    read_stac_file,
    read_stac_item,
    read_stac_version,
)
from cop.server.endpoint.ogc.tile import (
    list_tilesets,
    read_collection_tile,
    read_matrix_set,
    read_matrix_sets,
    read_tileset,
)

_ONE: Final = "/ogc/collections/{collection}"
_VERSION: Final = "/stac/versions/{version}"
OGC_ROUTES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/ogc": read_landing,
    "/ogc/": read_landing,
    "/ogc/conformance": read_conformance,
    "/ogc/collections": read_collections,
    _ONE: read_one_collection,
    f"{_ONE}/queryables": read_queryables,
    f"{_ONE}/items": list_items,
    f"{_ONE}/items/{{item:path}}": read_one_item,
    f"{_ONE}/tiles": list_tilesets,
    f"{_ONE}/tiles/{{set}}": read_tileset,
    f"{_ONE}/tiles/{{set}}/{{matrix}}/{{row}}/{{column}}": read_collection_tile,
    "/ogc/tileMatrixSets": read_matrix_sets,
    "/ogc/tileMatrixSets/{set}": read_matrix_set,
    "/stac": read_stac,
    _VERSION: read_stac_version,
    f"{_VERSION}/items/{{dataset}}": read_stac_item,
    f"{_VERSION}/files/{{dataset}}/{{name}}": read_stac_file,
}
