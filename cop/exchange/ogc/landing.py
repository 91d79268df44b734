"""The landing page, and the conformance classes that the server keeps to."""

from typing import Final

from cop.exchange.ogc.link import (
    HTML,
    JSON,
    OPENAPI,
    RELATION,
    Document,
    Pairs,
    build_address,
    build_link,
)

_OGC: Final = "http://www.opengis.net/spec"
CONFORMANCE: Final = (
    *(f"{_OGC}/ogcapi-common-1/1.0/conf/{name}" for name in ("core", "json", "html")),
    f"{_OGC}/ogcapi-common-2/1.0/conf/collections",
    *(f"{_OGC}/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "html", "geojson")),
    f"{_OGC}/ogcapi-features-2/1.0/conf/crs",
    *(
        f"{_OGC}/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"{_OGC}/cql2/1.0/conf/{name}"
        for name in (
            *("cql2-text", "basic-cql2", "advanced-comparison-operators"),
            *("case-insensitive-comparison", "basic-spatial-functions"),
            *("basic-spatial-functions-plus", "spatial-functions", "property-property"),
        )
    ),
    *(
        f"{_OGC}/ogcapi-tiles-1/1.0/conf/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")
    ),
)


def build_landing(base: str, title: str, *, query: Pairs = ()) -> Document:
    """Return the landing page of the server at ``base``; ``query`` is of the data version."""
    data = build_address(base, "collections", query=query)
    return {
        "title": title,
        "description": "Records and layers that may be read by whoever asks, with their markings",
        "links": [
            build_link(base, "self", JSON, "This document"),
            build_link(f"{base}?f=html", "alternate", HTML, "This document as a page"),
            build_link(build_address(base, "api"), "service-desc", OPENAPI, "Description"),
            build_link(
                build_address(base, "conformance"), "conformance", JSON, "Conformance classes"
            ),
            build_link(data, "data", JSON, "Collections"),
            build_link(
                build_address(base, "tileMatrixSets"),
                f"{RELATION}/tiling-schemes",
                JSON,
                "Tile matrix sets",
            ),
        ],
    }


def build_conformance(base: str) -> Document:
    """Return the conformance classes."""
    own = build_address(base, "conformance")
    links = [
        build_link(own, "self", JSON, "This document"),
        build_link(f"{own}?f=html", "alternate", HTML, "This document as a page"),
        build_link(base, "up", JSON, "Landing page"),
    ]
    return {"conformsTo": list(CONFORMANCE), "links": links}
