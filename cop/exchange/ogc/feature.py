"""Features as GeoJSON: each with its marking, and whether it is synthetic."""

import json
from collections.abc import Sequence
from typing import Any

from cop.exchange.ogc.link import Document
from cop.layerkind.service.collection import Collection
from cop.query.item.page import Item, ItemPage


def describe_item(collection: Collection, item: Item) -> dict[str, Any]:
    """Return the properties of a feature; what its record does not say is the collection's."""
    return {"marking": collection.marking, "synthetic": collection.synthetic} | item.properties


def render_item(
    collection: Collection, item: Item, *, links: Sequence[Document] | None = None
) -> str:
    """Return a feature as GeoJSON text."""
    more = "" if links is None else f',"links":{_write(links)}'
    return (
        f'{{"type":"Feature","id":{_write(item.id)},"geometry":{item.geometry or "null"},'
        f'"properties":{_write(describe_item(collection, item))}{more}}}'
    )


def render_page(
    collection: Collection, page: ItemPage, *, links: Sequence[Document], version: int
) -> bytes:
    """Return a page of features as GeoJSON; ``version`` is the data version it was read at."""
    features = ",".join(render_item(collection, item) for item in page.items)
    head = {
        "type": "FeatureCollection",
        "numberMatched": page.matched,
        "numberReturned": len(page.items),
        "marking": collection.marking,
        "synthetic": collection.synthetic,
        "version": version,
        "links": list(links),
    }
    return f'{_write(head)[:-1]},"features":[{features}]}}'.encode()


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
