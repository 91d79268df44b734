"""Tests of the clients of tiles: no tile twice, all of them along the border, errors counted."""

from datetime import timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cop.bench.load.tile import TileRequest, draw_tiles, draw_weeks, run_clients, write_our_path
from cop.model.tile import Tile
from tests.support.command import serving

pytestmark = pytest.mark.scale

ZOOMS = {6, 9, 12}


def drawn(seed: int) -> list[TileRequest]:
    return [*islice(draw_tiles(seed), 300)]


def test_tiles_are_drawn_by_the_seed_and_none_twice() -> None:
    assert drawn(1) == drawn(1)
    paths = [write_our_path(asked) for seed in (1, 2) for asked in drawn(seed)]
    assert len({*paths}) == 600


def test_each_tile_lies_at_the_border() -> None:
    for asked in drawn(3):
        path = urlsplit(write_our_path(asked)).path.removesuffix(".mvt")
        kind, z, x, y = path.removeprefix("/tiles/").split("/")
        assert (kind, int(z)) == ("events", asked.zoom)
        west, south, east, north = Tile.from_text(z, x, y).degree_bounds()
        assert west < -97.2
        assert east > -117.1
        assert south < 32
        assert north > 25.5
    assert {asked.zoom for asked in drawn(3)} == ZOOMS


def test_weeks_are_of_a_sector_in_the_tile_of_the_whole_border() -> None:
    weeks = [*islice(draw_weeks(1, ["RGV", "TCA"]), 20)]
    assert {one.sector for one in weeks} == {"RGV", "TCA"}
    assert {one.end - one.start for one in weeks} == {timedelta(days=7)}
    west, south, east, north = Tile(weeks[0].zoom, weeks[0].x, weeks[0].y).degree_bounds()
    assert (west < -117.1, south < 25.9, east > -97.2, north > 32.6) == (True,) * 4
    assert weeks == [*islice(draw_weeks(1, ["RGV", "TCA"]), 20)]
    query = parse_qs(urlsplit(write_our_path(weeks[0])).query)
    assert query["sector"] == [weeks[0].sector]


@pytest.mark.full
def test_shown_clients_are_given_tiles_without_an_error(
    own_warehouse: Path, tmp_path: Path
) -> None:
    with serving(own_warehouse, tmp_path / "log.txt") as address:
        seen = run_clients(address, clients=2, seconds=2, seed=1)
    assert (seen["clients"], seen["errors"]) == (2, 0)
    assert seen["tiles"] > 0
    assert seen["per_s"] == pytest.approx(seen["tiles"] / 2, abs=0.1)
    assert {*seen["zooms"]} <= {f"z{zoom}" for zoom in ZOOMS}
    assert 0 < seen["median_ms"] <= seen["p95_ms"]
