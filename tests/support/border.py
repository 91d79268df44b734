"""What a layer shows along the whole line, read tile by tile."""

from typing import Any

from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.tile import features_of

BORDER = [Tile(5, x, y) for x in range(5, 9) for y in range(12, 15)]


def properties_along(
    service: QueryService, layer_id: str, key: str, wanted: Filter | None = None
) -> dict[Any, dict[str, Any]]:
    """The properties of every feature of a layer along the southwest border, by a property."""
    layer = find_layer(layer_id)
    found = {}
    for tile in BORDER:
        answer = read_tile(service, service.view(wanted or Filter()), layer, tile)
        for feature in features_of(answer.mvt, layer_id):
            found[feature["properties"][key]] = feature["properties"]
    return found
