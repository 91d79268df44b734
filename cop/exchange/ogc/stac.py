"""A STAC catalogue (1.1.0) of stored files: a collection a version, an item a dataset."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from cop.exchange.ogc.link import GEOJSON, JSON, Document, build_address, build_link
from cop.model.moment import format_dtg, format_instant
from cop.query.item.crs import Bounds
from cop.query.stored_file import StoredDataset, StoredFile

STAC_VERSION: Final = "1.1.0"
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


def build_catalogue(base: str, versions: Mapping[int, datetime]) -> Document:
    """Return the root: a child for each version, published when ``versions`` says, newest first."""
    children = [
        build_link(
            build_address(base, "versions", str(number)),
            "child",
            JSON,
            f"Version {number}, {format_dtg(versions[number])}",
        )
        for number in sorted(versions, reverse=True)
    ]
    return {
        "type": "Catalog",
        "stac_version": STAC_VERSION,
        "id": "cop",
        "title": "Stored files by version",
        "description": (
            "GeoParquet of datasets and rasters as Cloud Optimized GeoTIFF. A file with any record "
            "that is withheld from whoever asks is not listed."
        ),
        "links": [
            build_link(base, "root", JSON),
            build_link(base, "self", JSON),
            *children,
        ],
    }


def build_version(
    base: str, version: int, published_at: datetime, datasets: Iterable[StoredDataset]
) -> Document:
    """Return the collection of one version."""
    found = list(datasets)
    own = build_address(base, "versions", str(version))
    boxes = [one.bounds for one in found if one.bounds is not None]
    starts = [one.oldest for one in found if one.oldest is not None]
    ends = [one.newest for one in found if one.newest is not None]
    interval = [min(starts, default=published_at), max([*ends, published_at])]
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "id": f"version-{version}",
        "title": f"Version {version}",
        "description": f"Files of version {version}, published {format_dtg(published_at)}",
        "license": "other",
        "extent": {
            "spatial": {"bbox": [list(_join(boxes) if boxes else _WORLD)]},
            "temporal": {"interval": [[format_instant(moment) for moment in interval]]},
        },
        "links": [
            build_link(base, "root", JSON),
            build_link(base, "parent", JSON),
            build_link(own, "self", JSON),
            *(
                build_link(build_address(own, "items", one.name), "item", GEOJSON, one.title)
                for one in found
            ),
        ],
    }


def build_item(base: str, version: int, published_at: datetime, dataset: StoredDataset) -> Document:
    """Return the item of a dataset at a version, with an asset for each file."""
    parent = build_address(base, "versions", str(version))
    box = dataset.bounds
    place = {} if box is None else {"bbox": list(box)}
    return {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [],
        "id": f"version-{version}-{dataset.name}",
        "collection": f"version-{version}",
        **place,
        "geometry": None if box is None else _build_polygon(box),
        "properties": {
            "title": dataset.title,
            **_build_time(dataset, published_at),
            "created": format_instant(published_at),
            "cop:dataset": dataset.name,
            "cop:version": version,
            "cop:marking": dataset.marking,
            "cop:synthetic": dataset.synthetic,
        },
        "links": [
            build_link(base, "root", JSON),
            build_link(parent, "parent", JSON),
            build_link(parent, "collection", JSON),
            build_link(build_address(parent, "items", dataset.name), "self", GEOJSON),
        ],
        "assets": {
            file.name: _build_asset(build_address(parent, "files", dataset.name, file.name), file)
            for file in dataset.files
        },
    }


def _build_asset(href: str, file: StoredFile) -> dict[str, Any]:
    return {
        "href": href,
        "title": file.name,
        "type": file.media_type,
        "roles": ["data"],
        "cop:size": file.size,
    }


def _build_time(dataset: StoredDataset, published_at: datetime) -> dict[str, Any]:
    if dataset.oldest is None or dataset.newest is None:
        return {"datetime": format_instant(published_at)}
    return {
        "datetime": None,
        "start_datetime": format_instant(dataset.oldest),
        "end_datetime": format_instant(dataset.newest),
    }


def _build_polygon(box: Bounds) -> Document:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _join(boxes: list[Bounds]) -> Bounds:
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
