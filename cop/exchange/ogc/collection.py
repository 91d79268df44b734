"""Collections and their queryables as documents."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cop.exchange.ogc.link import (
    GEOJSON,
    HTML,
    JSON,
    RELATION,
    SCHEMA,
    Document,
    Pairs,
    build_address,
    build_link,
)
from cop.layerkind.service.collection import Collection
from cop.model.moment import format_instant
from cop.query.item.crs import CRS84, SYSTEMS
from cop.query.item.expression import GEOMETRY
from cop.query.item.page import ItemExtent
from cop.query.item.table import PropertyKind

_SCHEMAS: Final[Mapping[PropertyKind, Document]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "flag": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
}
_GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


def build_collections(base: str, found: Iterable[Document], *, query: Pairs = ()) -> Document:
    """Return the list of collections."""
    pairs = list(query)
    own = build_address(base, "collections", query=pairs)
    page = build_address(base, "collections", query=[*pairs, ("f", "html")])
    return {
        "links": [
            build_link(own, "self", JSON, "This document"),
            build_link(page, "alternate", HTML, "This document as a page"),
            build_link(base, "up", JSON, "Landing page"),
        ],
        "collections": list(found),
        "crs": list(SYSTEMS),
    }


def build_collection(
    base: str, collection: Collection, extent: ItemExtent, *, version: int, query: Pairs = ()
) -> Document:
    """Return a collection; ``version`` is the data version that it was read at."""
    layer, pairs = collection.layer, list(query)

    def at(*parts: str, form: str | None = None) -> str:
        more = [] if form is None else [("f", form)]
        return build_address(base, "collections", layer.id, *parts, query=[*pairs, *more])

    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.note,
        "itemType": "feature",
        "extent": _build_extent(extent),
        "crs": list(SYSTEMS),
        "storageCrs": CRS84.uri,
        "marking": collection.marking,
        "synthetic": collection.synthetic,
        "version": version,
        "links": [
            build_link(at(), "self", JSON, "This document"),
            build_link(at(form="html"), "alternate", HTML, "This document as a page"),
            build_link(at("items"), "items", GEOJSON, "Features"),
            build_link(at("items", form="html"), "items", HTML, "Features as a page"),
            build_link(at("queryables"), f"{RELATION}/queryables", SCHEMA, "Queryables"),
            build_link(at("tiles"), f"{RELATION}/tilesets-vector", JSON, "Tiles"),
        ],
    }


def build_queryables(
    base: str, collection: Collection, kinds: Mapping[str, PropertyKind]
) -> Document:
    """Return the JSON Schema of the properties that a filter may name."""
    titles = {field.property: field.label for field in collection.layer.fields}
    shape = {"title": "Geometry", "$ref": "https://geojson.org/schema/Geometry.json"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": build_address(base, "collections", collection.id, "queryables"),
        "type": "object",
        "title": collection.layer.title,
        "properties": {
            GEOMETRY: shape,
            **{
                name: {"title": titles.get(name, name), **_SCHEMAS[kind]}
                for name, kind in kinds.items()
            },
        },
        "additionalProperties": False,
    }


def describe_property(kind: PropertyKind) -> Document:
    """Return the JSON Schema of a property's values."""
    return dict(_SCHEMAS.get(kind, {"type": "string"}))


def _build_extent(extent: ItemExtent) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if extent.bounds is not None:
        found["spatial"] = {"bbox": [list(extent.bounds)], "crs": CRS84.uri}
    if extent.oldest is not None and extent.newest is not None:
        ends = [format_instant(extent.oldest), format_instant(extent.newest)]
        found["temporal"] = {"interval": [ends], "trs": _GREGORIAN}
    return found
