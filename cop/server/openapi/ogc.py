"""The schemas of OGC API's answers; those of features and links are open, as the standards say."""

from typing import Final

from cop.server.openapi.schema import (
    FLAG,
    TEXT,
    WHOLE,
    Schema,
    list_of,
    name_schema,
    one_of,
)

_LINKS: Final = list_of({"$ref": "#/components/schemas/OgcLink"})


def build_ogc_schemas() -> dict[str, Schema]:
    """Return the schema of every answer by name; valid in OpenAPI 3.0 and 3.1."""
    return {
        "OgcLink": _open({"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT}, "href", "rel"),
        "OgcLanding": _open({"title": TEXT, "description": TEXT, "links": _LINKS}, "links"),
        "OgcConformance": _open({"conformsTo": list_of(TEXT), "links": _LINKS}, "conformsTo"),
        "OgcCollections": _open(
            {"links": _LINKS, "collections": list_of(name_schema("OgcCollection"))},
            *("links", "collections"),
        ),
        "OgcCollection": _collection(),
        "OgcQueryables": _open({"type": TEXT, "properties": _open({})}, "type", "properties"),
        "OgcFeatures": _features(),
        "OgcFeature": _feature(),
        "OgcTileset": _tileset(),
        "OgcTilesets": _open(
            {"links": _LINKS, "tilesets": list_of(name_schema("OgcTileset"))}, "tilesets"
        ),
        "OgcMatrixSets": _open({"tileMatrixSets": list_of(_open({}))}, "tileMatrixSets"),
        "Stac": _open({"type": TEXT, "stac_version": TEXT, "id": TEXT, "links": _LINKS}, "id"),
        "OgcMatrixSet": _open({"id": TEXT, "tileMatrices": list_of(_open({}))}, "tileMatrices"),
    }


def _open(properties: dict[str, Schema], *required: str) -> Schema:
    """Return an object that has these properties, and may have others."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **needed}


def _collection() -> Schema:
    words = dict.fromkeys(("id", "title", "description", "itemType", "storageCrs"), TEXT)
    properties = {
        **words,
        "marking": TEXT,
        "synthetic": FLAG,
        "version": WHOLE,
        "crs": list_of(TEXT),
        "extent": _open({}),
        "links": _LINKS,
    }
    return _open(properties, *properties)


def _features() -> Schema:
    counts = dict.fromkeys(("numberMatched", "numberReturned", "version"), WHOLE)
    properties = {
        "type": one_of(("FeatureCollection",)),
        **counts,
        "marking": TEXT,
        "synthetic": FLAG,
        "links": _LINKS,
        "features": list_of(name_schema("OgcFeature")),
    }
    return _open(properties, *properties)


def _feature() -> Schema:
    own = _open({"marking": TEXT, "synthetic": FLAG}, "marking", "synthetic")
    properties = {"type": one_of(("Feature",)), "id": TEXT, "properties": own, "links": _LINKS}
    return _open(properties, "type", "id", "properties")


def _tileset() -> Schema:
    words = dict.fromkeys(("title", "dataType", "crs", "tileMatrixSetURI", "marking"), TEXT)
    return _open({**words, "links": _LINKS}, *words, "links")
