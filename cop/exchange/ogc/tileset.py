"""Tilesets of collections, and the tile matrix set that they are cut by."""

from functools import cache
from typing import Any, Final

from cop.exchange.ogc.link import (
    JSON,
    MVT,
    RELATION,
    Document,
    Pairs,
    build_address,
    build_link,
)
from cop.layerkind.service.collection import Collection

QUAD: Final = "WebMercatorQuad"
_URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
_CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"


def build_tilesets(base: str, collection: Collection, *, query: Pairs = ()) -> Document:
    """Return the tilesets of a collection: the one there is."""
    pairs = list(query)
    own = build_address(base, "collections", collection.id, "tiles", query=pairs)
    tileset = build_tileset(base, collection, query=pairs)
    links = [one for one in tileset["links"] if one["rel"] in ("self", "item")]
    return {"links": [build_link(own, "self", JSON)], "tilesets": [{**tileset, "links": links}]}


def build_tileset(base: str, collection: Collection, *, query: Pairs = ()) -> Document:
    """Return the tileset of a collection."""
    pairs, layer = list(query), collection.layer
    parts = ("collections", collection.id, "tiles", QUAD)
    text = build_address("", query=pairs)
    template = f"{build_address(base, *parts)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{text}"
    scheme = build_address(base, "tileMatrixSets", QUAD)
    return {
        "title": layer.title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _URI,
        "tileMatrixSetLimits": [
            {
                "tileMatrix": str(zoom),
                "minTileRow": 0,
                "maxTileRow": 2**zoom - 1,
                "minTileCol": 0,
                "maxTileCol": 2**zoom - 1,
            }
            for zoom in range(layer.min_zoom, layer.max_zoom + 1)
        ],
        "marking": collection.marking,
        "links": [
            build_link(build_address(base, *parts, query=pairs), "self", JSON),
            build_link(template, "item", MVT, templated=True),
            build_link(scheme, f"{RELATION}/tiling-scheme", JSON, QUAD),
        ],
    }


def build_matrix_sets(base: str) -> Document:
    """Return the tile matrix sets: the one there is."""
    link = build_link(build_address(base, "tileMatrixSets", QUAD), "self", JSON)
    return {"tileMatrixSets": [{"id": QUAD, "title": QUAD, "uri": _URI, "links": [link]}]}


@cache
def build_matrix_set() -> dict[str, Any]:
    """Return the definition of the tile matrix set (OGC 17-083r4)."""
    import morecantile

    found: dict[str, Any] = morecantile.tms.get(QUAD).model_dump(mode="json", exclude_none=True)
    return {**found, "crs": _CRS}
