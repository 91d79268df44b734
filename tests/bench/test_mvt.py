"""Tests of reading tiles back: how many events a tile holds, as points or as cells."""

import mapbox_vector_tile
import pytest

from cop.bench.mvt import count_events, decode_tile

pytestmark = pytest.mark.scale


def encode(*layers: list[dict[str, int]]) -> bytes:
    """A tile of layers of points with those properties."""
    return bytes(
        mapbox_vector_tile.encode(
            [
                {
                    "name": f"layer {number}",
                    "features": [{"geometry": "POINT(1 1)", "properties": own} for own in layer],
                }
                for number, layer in enumerate(layers)
            ]
        )
    )


def test_events_are_the_sum_of_n_or_the_features_without_one() -> None:
    assert count_events(b"") == 0
    assert count_events(encode([{"cell": 1, "n": 300}, {"cell": 1, "n": 12}])) == 312
    assert count_events(encode([{"count": 5}, {"count": 6}, {}])) == 3
    assert count_events(encode([{"n": 2}], [{"count": 9}])) == 3


def test_an_empty_tile_is_a_table_without_rows() -> None:
    table = decode_tile(b"", "events")
    assert list(table) == ["x", "y", "cell", "n", "kind"]
    assert len(table) == 0
