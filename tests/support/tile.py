"""Reading vector tiles as a client does."""

import gzip
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile

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
