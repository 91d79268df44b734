"""Reading an encoded event tile back into a table, to compare it with a peer's."""

from typing import Any

import mapbox_vector_tile
import pandas as pd
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from cop.layerkind.events import CELLS_PER_SIDE_BITS
from cop.model.tile import EXTENT


def decode_tile(mvt: bytes, layer: str) -> pd.DataFrame:
    """Return x, y, cell, n, count and kind of each feature; empty bytes hold none."""
    columns = ["x", "y", "cell", "n", "kind"]
    if not mvt:
        return pd.DataFrame(columns=columns)
    decoded = mapbox_vector_tile.decode(mvt, default_options={"y_coord_down": True})
    side = EXTENT >> CELLS_PER_SIDE_BITS
    rows = []
    for feature in decoded[layer]["features"]:
        own, coordinates = feature["properties"], feature["geometry"]["coordinates"]
        if own["cell"]:
            x, y = (min(corner[axis] for corner in coordinates[0]) // side for axis in (0, 1))
        else:
            x, y = coordinates
        rows.append((x, y, own["cell"], own["n"], own["kind"]))
    return pd.DataFrame(rows, columns=columns)


def count_events(mvt: bytes) -> int:
    """Return how many events a tile holds: the sum of ``n``, or features where they have none."""
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(mvt)
    return sum(_count(layer) for layer in tile.layers)


def _count(layer: Any) -> int:
    names = list(layer.keys)
    if "n" not in names:
        return len(layer.features)
    key, total = names.index("n"), 0
    for feature in layer.features:
        own = dict(zip(feature.tags[::2], feature.tags[1::2], strict=True))
        value = layer.values[own[key]]
        total += value.int_value + value.uint_value + value.sint_value
    return total
