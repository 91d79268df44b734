"""Tests of which layers go to whom, by whose they are and how they are marked."""

from datetime import datetime

import pytest
import shapely

from cop.model.styling import StyleWords
from cop.model.uploaded import Content, Declaration, LayerProvenance, State, UploadedLayer
from cop.store.given.layer import may_give_layer, select_features

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)


def layer(
    *path: str, hops_left: int = 1, marking: str = "TLP:GREEN", state: State = "published",
    undated: int | None = None,
) -> UploadedLayer:  # fmt: skip
    received = None
    if path:
        received = LayerProvenance(
            origin=path[0], record="a" * 32, path=path, hops_left=hops_left, title="T",
            agency="A", marking=marking,
        )  # fmt: skip
    return UploadedLayer(
        id="aaaaaaaaaa", revision=1, state=state, owner="Ana", style=StyleWords(),
        declared=Declaration(title="T", marking=marking), changed_by="Ana", changed_at=NOW,
        content=Content(attributes=(), points=1, lines=0, areas=0, undated=undated),
        received=received,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (layer(), True),
        (layer(marking="TLP:RED"), True),
        (layer(state="draft"), False),
        (layer(state="retired"), False),
        (layer("JTF"), True),
        (layer("JTF", hops_left=0), False),
        (layer("CBP"), False),
        (layer("JTF", "CBP"), False),
        (layer("JTF", marking="TLP:AMBER"), False),
        (layer("JTF", marking="TLP:AMBER//REL TO DPS"), False),
        (layer("JTF", marking="TLP:AMBER//REL TO CBP"), True),
    ],
)
def test_a_layer_goes_to_whom_it_may(stated: UploadedLayer, *, expected: bool) -> None:
    assert may_give_layer(stated, "CBP") is expected


def test_features_are_narrowed_by_what_is_stated() -> None:
    area = shapely.box(0, 0, 1, 1)
    assert select_features(layer(), None, NOW) == ("true", {})
    assert {*select_features(layer(undated=0), area, NOW)[1]} == {"latest", "area"}
    assert {*select_features(layer(undated=0), area, None)[1]} == {"area"}
