"""Links between the documents, and the media types that they lead to."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, urlencode

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
HTML: Final = "text/html"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"
MVT: Final = "application/vnd.mapbox-vector-tile"
RELATION: Final = "http://www.opengis.net/def/rel/ogc/1.0"
ROOT: Final = "/ogc"
STAC_ROOT: Final = "/stac"

Document = dict[str, Any]
Pairs = Iterable[tuple[str, str]]


def build_link(href: str, rel: str, kind: str, title: str = "", **more: Any) -> Document:
    """Return a link of a document."""
    named = {"title": title} if title else {}
    return {"href": href, "rel": rel, "type": kind, **named, **more}


def build_address(base: str, *parts: str, query: Pairs = ()) -> str:
    """Return an address below ``base`` whose parts and query are escaped."""
    path = "/".join(quote(part, safe="") for part in parts)
    text = urlencode(list(query))
    return f"{base}{'/' if path else ''}{path}{'?' if text else ''}{text}"
