"""Reading vector tiles as a client does."""

import gzip
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mapbox_vector_tile

from cop.layerkind.service.tile_data import name_data
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.tiles.basemap import is_gzip


@dataclass(frozen=True)
class Held:
    """What a tile says it holds."""

    n: int
    people: int
    features: list[dict[str, Any]]


def features_of(mvt: bytes, layer: str) -> list[dict[str, Any]]:
    """The features of the one layer of a tile; none where the tile is empty."""
    if not mvt:
        return []
    content = gzip.decompress(mvt) if is_gzip(mvt) else mvt
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    assert list(decoded) == [layer]
    features: list[dict[str, Any]] = decoded[layer]["features"]
    return features


def held_by(mvt: bytes, layer: str = "events") -> Held:
    """The sums of n and people of an event tile."""
    features = features_of(mvt, layer)
    return Held(
        n=sum(f["properties"]["n"] for f in features),
        people=sum(f["properties"]["people"] for f in features),
        features=features,
    )


def version_of(data: Path, layer: str) -> str:
    """What names the data of a layer in a tile's address, read from a warehouse."""
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        view = QueryService(warehouse, tile_cache_mb=1).view()
        return name_data(view, find_layer(layer))
