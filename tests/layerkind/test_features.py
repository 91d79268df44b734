"""Tests of feature tiles: rows as they are, clipped, by zoom."""

import pytest

from cop.layerkind.base.row import BUFFER
from cop.layerkind.service.tile import read_tile
from cop.model.tile import Tile
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.tile import features_of

pytestmark = pytest.mark.picture

TUCSON = Tile(8, 49, 104)


@pytest.mark.parametrize(
    ("layer", "properties"),
    [
        ("background", {"class", "name", "min_zoom"}),
        ("places", {"name", "population", "min_zoom"}),
        ("sectors", {"sector", "name"}),
    ],
)
def test_features_carry_the_columns_and_stay_in_the_tile(
    service: QueryService, layer: str, properties: set[str]
) -> None:
    features = features_of(read_tile(service, service.view(), find_layer(layer), TUCSON).mvt, layer)
    assert features
    assert set().union(*(f["properties"] for f in features)) <= properties
    for feature in features:
        for x, y in _vertices(feature["geometry"]["coordinates"]):
            assert -BUFFER <= x <= 4096 + BUFFER
            assert -BUFFER <= y <= 4096 + BUFFER


def test_places_appear_by_zoom(service: QueryService) -> None:
    layer = find_layer("places")
    for z, x, y in ((4, 3, 6), (6, 12, 26), (8, 49, 104)):
        features = features_of(
            read_tile(service, service.view(), layer, Tile(z, x, y)).mvt, "places"
        )
        assert all(f["properties"]["min_zoom"] <= z for f in features)


def test_the_background_has_its_classes(service: QueryService) -> None:
    layer = find_layer("background")
    seen = set()
    for tile in (Tile(4, 3, 6), Tile(6, 12, 26), Tile(8, 49, 104), Tile(6, 14, 26)):
        features = features_of(read_tile(service, service.view(), layer, tile).mvt, "background")
        seen |= {f["properties"]["class"] for f in features}
    assert {"land", "state", "county", "river"} <= seen <= {
        "land", "state", "county", "river", "lake", "coast",
    }  # fmt: skip


def test_far_away_is_empty(service: QueryService) -> None:
    assert read_tile(service, service.view(), find_layer("sectors"), Tile(8, 200, 100)).mvt == b""


def _vertices(coordinates: list[object]) -> list[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        return [tuple(coordinates)]  # type: ignore[list-item]
    return [vertex for part in coordinates for vertex in _vertices(part)]  # type: ignore[arg-type]
