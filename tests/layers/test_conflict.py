"""Tests of the layer of armed conflict: an extra view of its kind that conserves totals."""

import geopandas as gpd
import pandas as pd
import pytest

from cop.layerkind.service.tile import read_tile
from cop.model.event import KINDS
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.support.published import tiles_of
from tests.support.sample import sample_path
from tests.support.tile import held_by

pytestmark = pytest.mark.sources


@pytest.mark.parametrize("layer", ["conflict", "events"])
@pytest.mark.parametrize("z", [0, 4])
def test_every_conflict_event_is_counted_once(standing: QueryService, layer: str, z: int) -> None:
    table = pd.read_csv(sample_path("ucdp_mexico"))
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["longitude"], table["latitude"]))
    wanted = Filter(kinds=("conflict",))
    held = [
        held_by(
            read_tile(standing, standing.view(wanted), find_layer(layer), Tile(z, x, y)).mvt, layer
        )
        for x, y in tiles_of(places, z)
    ]
    assert sum(h.n for h in held) == len(table)
    assert sum(h.people for h in held) == table["best"].sum()


def test_another_kind_leaves_it_empty(standing: QueryService) -> None:
    answer = read_tile(
        standing, standing.view(Filter(kinds=("rescue",))), find_layer("conflict"), Tile(4, 3, 6)
    )
    assert answer.mvt == b""


def test_every_kind_of_event_has_its_own_sign() -> None:
    classes = find_layer("events").style.fill.classes
    assert [c.value for c in classes] == list(KINDS)
    assert len({(c.shape, c.paint) for c in classes}) == len(KINDS)
    (own,) = find_layer("conflict").style.fill.classes
    assert own in classes
