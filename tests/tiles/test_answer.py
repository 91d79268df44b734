"""Tests of what is answered to who asks for a tile: gzip where that pays, and back again."""

import gzip
import os

import pytest

from cop.tiles.answer import TileAnswer, folded

pytestmark = pytest.mark.scale

LONG = b"segment-0001" * 1_000


def test_a_long_tile_is_packed_once_and_equal_tiles_are_equal() -> None:
    packed = folded(LONG)
    assert len(packed) < len(LONG) / 10
    assert gzip.decompress(packed) == LONG
    assert folded(LONG) == packed
    answer = TileAnswer(mvt=packed, etag="x")
    assert answer.is_gzip
    assert answer.unfolded() == LONG


@pytest.mark.parametrize(
    "mvt", [b"", LONG[:1_400], os.urandom(5_000)], ids=["none", "short", "dense"]
)
def test_what_would_win_nothing_stays_as_it_is(mvt: bytes) -> None:
    assert folded(mvt) is mvt


def test_what_is_packed_is_not_packed_again() -> None:
    packed = gzip.compress(os.urandom(5_000))
    assert folded(packed) is packed
