"""Tests of the peer tipg: what it is asked for, and what is said where it cannot answer."""

import gzip
import os
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cop.bench.load.tile import TileRequest, connect, fetch, write_our_path
from cop.bench.mvt import count_events
from cop.bench.peer.registry import choose_peers
from cop.bench.peer.tipg import choose_tipg, refresh_tipg, write_tipg_path
from cop.bench.rival import TILE_COLUMNS
from cop.errors import SettingsError
from cop.settings import BenchSettings
from cop.store.warehouse import Warehouse
from tests.bench.tile_server import serve_tiles
from tests.support.command import free_port

pytestmark = pytest.mark.scale

ASKED = TileRequest(
    zoom=6, x=12, y=26, start=datetime(2024, 1, 1), end=datetime(2024, 1, 31, 0, 0, 1)
)
DATABASE, TIPG = os.environ.get("COP_BENCH_PG"), os.environ.get("COP_BENCH_TIPG")


def test_it_is_asked_for_the_tile_and_the_window_of_ours() -> None:
    theirs, ours = urlsplit(write_tipg_path(ASKED)), urlsplit(write_our_path(ASKED))
    assert theirs.path == "/collections/cop_bench.events/tiles/WebMercatorQuad/6/12/26"
    assert ours.path == "/tiles/events/6/12/26.mvt"
    assert parse_qs(ours.query)["to"] == ["2024-01-31T00:00:01Z"]
    assert parse_qs(theirs.query) == {
        "datetime": ["2024-01-01T00:00:00Z/2024-01-31T00:00:01Z"],
        "datetime-column": ["occurred_at"],
        "properties": [",".join(TILE_COLUMNS)],
    }


def test_it_needs_the_database_that_it_serves() -> None:
    assert choose_tipg(BenchSettings(bench_pg=None, bench_tipg=None)) is None
    settings = BenchSettings(bench_pg="postgresql://127.0.0.1:9/none", bench_tipg="http://a")
    assert choose_tipg(settings) == "http://a"
    with pytest.raises(SettingsError, match="COP_BENCH_TIPG: set COP_BENCH_PG too"):
        choose_tipg(BenchSettings(bench_pg=None, bench_tipg="http://a"))


def test_it_looks_for_the_table_anew() -> None:
    with serve_tiles(lambda _: (200, b"{}")) as (address, asked):
        refresh_tipg(address, is_loaded=False)
        assert asked == ["/refresh"]
        refresh_tipg(address, is_loaded=True)
    assert asked[1:] == ["/refresh", "/collections/cop_bench.events"]


@pytest.mark.parametrize("missing", ["/refresh", "/collections"])
def test_one_without_the_table_says_how_to_start_it(missing: str) -> None:
    with (
        serve_tiles(lambda path: (404 if missing in path else 200, b"")) as (address, _),
        pytest.raises(SettingsError, match="TIPG_DEBUG=TRUE"),
    ):
        refresh_tipg(address, is_loaded=True)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "nowhere"])
def test_one_that_does_not_answer_is_told(address: str) -> None:
    with pytest.raises(SettingsError, match=r"COP_BENCH_TIPG .*: it does not answer"):
        refresh_tipg(address.format(port=free_port()), is_loaded=False)


@pytest.mark.skipif(
    DATABASE is None or TIPG is None, reason="COP_BENCH_PG and COP_BENCH_TIPG name none"
)
def test_tipg_serves_all_events_of_a_window(bench_warehouse: Warehouse, tmp_path: Path) -> None:
    files = bench_warehouse.snapshot.catalogue.files_of("events")
    peer = choose_peers("", BenchSettings(bench_pg=DATABASE))["postgis"](files, tmp_path)
    whole = TileRequest(zoom=0, x=0, y=0, start=datetime(2020, 1, 1), end=datetime(2030, 1, 1))
    try:
        refresh_tipg(str(TIPG), is_loaded=True)
        with closing(connect(str(TIPG))) as connection:
            status, body, _ = fetch(connection, write_tipg_path(whole))
    finally:
        peer.close()
    assert status == 200
    assert count_events(gzip.decompress(body)) == 20_000
