"""The layer of a filter's places: an outline, and hatching over the rest."""

import mapbox_vector_tile
import pytest
import shapely

from cop.layerkind.scope import KIND
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.query.filter_area import read_filter_area
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.query.view import View

pytestmark = pytest.mark.glance

LAYER = find_layer("scope")


def parts(service: QueryService, view: View, tile: Tile) -> set[str]:
    mvt = read_tile(service, view, LAYER, tile).unfolded()
    decoded = mapbox_vector_tile.decode(mvt) if mvt else {}
    return {
        feature["properties"]["part"] for layer in decoded.values() for feature in layer["features"]
    }


def test_shown_what_is_outside_the_filter_is_hatched(service: QueryService) -> None:
    view = service.view(Filter(sectors=("RGV",), kinds=("death",)))
    assert KIND.relevant_filter(LAYER, view.filter) == Filter(sectors=("RGV",))
    assert parts(service, view, Tile(6, 14, 27)) == {"edge", "outside"}
    assert parts(service, view, Tile(6, 11, 25)) == {"outside"}, "San Diego"
    assert parts(service, view, Tile(9, 116, 217)) <= {"edge"}, "within the sector"


def test_without_places_nothing_is_drawn(service: QueryService) -> None:
    view = service.view(Filter(kinds=("death",)))
    assert parts(service, view, Tile(6, 11, 25)) == set()
    assert KIND.select_rows(service, view, LAYER, 8) is None


@pytest.mark.parametrize("sectors", [("LRT",), ("TCA", "EPT"), ("SDC",), ("BBT",)])
def test_every_tile_of_lines_can_be_encoded(
    service: QueryService, sectors: tuple[str, ...]
) -> None:
    view = service.view(Filter(sectors=sectors))
    tiles = [
        read_tile(service, view, LAYER, Tile(z, x, y)).mvt
        for z in (3, 5, 6)
        for x in range(2**z // 6, 2**z // 4 + 1)
        for y in range(2**z // 3, 2**z // 2)
    ]
    assert any(tiles)


def test_the_hatching_lies_outside_and_the_outline_on_the_edge(service: QueryService) -> None:
    view = service.view(Filter(counties=("Webb, TX",)))
    area = read_filter_area(service, view)
    assert area is not None
    shapes = read_features(service, view, LAYER, zoom=10, most=1_000).set_index("part").geometry
    assert shapes["outside"].intersection(area.inside.buffer(-0.02)).is_empty
    assert shapely.hausdorff_distance(shapes["edge"], area.inside.boundary) < 0.02
