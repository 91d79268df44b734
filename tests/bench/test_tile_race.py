"""Tests of the race of tiles: by turns, the same tiles, as many events in each, errors told."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from cop.bench import tile_race
from cop.bench.answer import DisagreementError
from cop.bench.case import Case
from cop.bench.gate.load import BenchRequestError
from cop.bench.load.tile import write_our_path
from cop.bench.peer.tipg import write_tipg_path
from cop.bench.tile_race import time_clients, time_tiles
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from tests.bench.tile_server import encode_events, serve_tiles

pytestmark = pytest.mark.scale

FIRST = datetime(2024, 1, 1)


def rounds(number: int) -> list[list[Case]]:
    """A tile of each zoom and one query that is no tile, each round on another day."""
    return [
        [
            Case(query=query, filter=Filter(window=window), tile=tile)
            for query, tile in (("Q3", None), ("z6", Tile(6, 12, 26)), ("z9", Tile(9, 96, 208)))
        ]
        for day in range(number)
        for window in [
            TimeWindow(start=FIRST + timedelta(days=day), end=FIRST + timedelta(days=30 + day))
        ]
    ]


def test_servers_take_turns_with_the_same_tiles() -> None:
    order: list[str] = []

    def answer(path: str) -> tuple[int, bytes]:
        if path == "/healthz":
            return 200, b""
        order.append("ours" if path.startswith("/tiles/") else "tipg")
        return 200, encode_events([2, 1]) if order[-1] == "ours" else encode_events(
            None, features=3
        )

    with serve_tiles(answer) as (address, asked):
        servers = {"ours": (address, write_our_path), "tipg": (address, write_tipg_path)}
        times = time_tiles(servers, rounds(4))
    assert {zoom: {n: len(took) for n, took in by.items()} for zoom, by in times.items()} == {
        zoom: {"ours": 3, "tipg": 3} for zoom in ("z6", "z9")
    }
    tiles = [path for path in asked if path != "/healthz"]
    assert len({*tiles}) == len(tiles) == 16
    assert order == [*["ours", "tipg"] * 2, *["tipg", "ours"] * 2] * 2


def test_a_connection_that_rested_is_opened_before_the_time_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tile_race, "_REST_S", -1)
    with serve_tiles(lambda _: (200, b"")) as (address, asked):
        time_tiles({"ours": (address, write_our_path)}, rounds(1))
    assert [path == "/healthz" for path in asked] == [True, False] * 2


@pytest.mark.parametrize("features", [0, 7, 13])
def test_a_tile_with_other_events_is_a_disagreement(features: int) -> None:
    def answer(path: str) -> tuple[int, bytes]:
        if path.startswith("/tiles/"):
            return 200, encode_events([4, 6])
        return 200, encode_events(None, features=features)

    with serve_tiles(answer) as (address, _):
        servers = {"ours": (address, write_our_path), "tipg": (address, write_tipg_path)}
        with pytest.raises(
            DisagreementError, match=f"ours holds 10 events, that of tipg {features}"
        ):
            time_tiles(servers, rounds(1))


def test_empty_tiles_agree_and_an_error_is_told() -> None:
    with serve_tiles(lambda path: (204 if "/tiles/events" in path else 200, b"")) as (address, _):
        servers = {"ours": (address, write_our_path), "tipg": (address, write_tipg_path)}
        assert time_tiles(servers, rounds(2))["z6"].keys() == {"ours", "tipg"}
    with serve_tiles(lambda _: (503, b"")) as (address, _):
        servers = {"ours": (address, write_our_path)}
        with pytest.raises(BenchRequestError, match=r"ours answered z6 .* with status 503"):
            time_tiles(servers, rounds(1))


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients are threads, which begin at once."""
    monkeypatch.setattr(tile_race, "open_clients", ThreadPoolExecutor)


@pytest.mark.usefixtures("threads")
def test_clients_ask_each_server_in_turn_for_the_same_tiles() -> None:
    order: list[str] = []

    def answer(path: str) -> tuple[int, bytes]:
        order.append("ours" if path.startswith("/tiles/") else "tipg")
        return 200, b""

    with serve_tiles(answer) as (address, asked):
        servers = {"ours": (address, write_our_path), "tipg": (address, write_tipg_path)}
        per_s = time_clients(servers, clients=2, seconds=0.3, seed=1)
    assert per_s.keys() == {"ours", "tipg"}
    assert min(per_s.values()) > 0
    assert len({*asked}) == len(asked)
    # The warm-up, then each twice, the other one first the second time.
    assert sum(one != other for one, other in pairwise(order)) == 4


@pytest.mark.usefixtures("threads")
def test_the_last_tiles_of_a_slow_server_count_with_the_time_that_they_took() -> None:
    def answer(_: str) -> tuple[int, bytes]:
        time.sleep(0.4)
        return 200, b""

    with serve_tiles(answer) as (address, _):
        per_s = time_clients({"ours": (address, write_our_path)}, clients=1, seconds=0.1, seed=1)
    assert per_s["ours"] <= 2.5


@pytest.mark.usefixtures("threads")
def test_errors_of_clients_end_the_race() -> None:
    with (
        serve_tiles(lambda _: (500, b"")) as (address, _),
        pytest.raises(BenchRequestError, match="tipg answered"),
    ):
        time_clients({"tipg": (address, write_tipg_path)}, clients=1, seconds=0.2, seed=1)
