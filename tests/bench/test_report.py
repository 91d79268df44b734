"""Tests of the bench's figures as text."""

from typing import Any

import pytest

from cop.bench.report import (
    format_board,
    format_forecast,
    format_ingest,
    format_paint,
    format_picture,
    format_report,
    format_upload,
)

pytestmark = pytest.mark.store


def spread(median: float, most: float) -> dict[str, float]:
    return {"median_ms": median, "p95_ms": most}


FIGURES: dict[str, Any] = {
    "events": 10_000_000,
    "memory_mb": 570,
    "load": 0.25,
    "queries": {"Q1": {"ours": spread(2.0, 3.0), "polars": spread(5.0, 9.25)}},
    "http": None,
    "ratios": {"Q1": {"polars": 2.5}},
}


def test_peers_are_compared_with_ours() -> None:
    lines = format_report(FIGURES).splitlines()
    assert lines[:4] == [
        "10,000,000 events; our queries took at most 570 MB; load 0.25 before",
        "Q1  seven days and a sector to points",
        "      ours            2.0 /      3.0",
        "      polars          5.0 /      9.2  (2.5 x)",
    ]
    assert lines[4].startswith("ms: median / 95th percentile")
    assert len(lines) == 5


def test_tiles_over_http_follow_the_queries() -> None:
    http = {
        "zooms": {"z6": {"ours": spread(10.0, 20.0), "tipg": spread(250.0, 300.0)}},
        "clients": 8,
        "per_s": {"ours": 100.0, "tipg": 12.5},
    }
    ratios = {"z6 over HTTP": {"tipg": 25.0}, "tiles a second": {"tipg": 8.0}}
    text = format_report(FIGURES | {"http": http, "ratios": FIGURES["ratios"] | ratios})
    assert text.splitlines()[4:10] == [
        "z6  tile at zoom 6, 30 days, over HTTP",
        "      ours           10.0 /     20.0",
        "      tipg          250.0 /    300.0  (25.0 x)",
        "tiles a second over HTTP, 8 clients at once",
        "      ours          100.0",
        "      tipg           12.5  (8.0 x)",
    ]


def test_what_is_slower_or_under_a_floor_has_a_line_each() -> None:
    found = {"slower": [], "missed": ["Q1: one", "Q2: two"], "absent": ["chdb"]}
    assert format_report(FIGURES | found).splitlines()[5:] == [
        "Slower than in the last run like this one: none",
        "Under the floors of 10,000,000 events",
        "      Q1: one",
        "      Q2: two",
        "Peers with floors that were not there",
        "      chdb",
    ]


def test_the_map_s_time_is_split() -> None:
    figures = {"events": 20_000, "changes": 3, "picture": {"server": spread(400.0, 512.5)}}
    first, line = format_picture(figures).splitlines()
    assert first.startswith("20,000 events, 3 changes of a filter")
    assert line.startswith("server  of it the server: script and tiles")
    assert line.endswith("400.0 /    512.5")


def test_each_server_has_its_first_maps() -> None:
    one = {
        "low_ms": 900, "median_ms": 1_000, "high_ms": 1_200, "tiles_ms": 700, "requests": 40.5,
        "down_bytes": 2_500_000, "up_bytes": 30_000, "line_ms": 1_000, "ratio": 0.5,
    }  # fmt: skip
    figures = {
        "mbit": 20.0,
        "delay_ms": 40.0,
        "repetitions": 4,
        "servers": {"http://a/": {"cold": one}},
    }
    assert format_paint(figures).splitlines() == [
        "20 Mbit/s each way, 40 ms there and back, 4 repetitions; ms: median (quartiles)",
        "http://a/",
        "  cold   1,000 (900 to 1,200), 0.50 of the first server's, the last tile there after 700; "
        "40.5 requests, 2,500,000 bytes down in 1,000 ms of the line, 30,000 up",
    ]


def test_a_board_without_browsers_has_its_followers() -> None:
    crowd = spread(4.0, 9.0) | {
        "followers": 25, "moves": 40, "most_ms": 12.0, "lost": 0, "reconnects": 50,
        "growth_mb": -1.5,
    }  # fmt: skip
    figures: dict[str, Any] = {"events": 20_000, "table": None, "followers": [crowd]}
    assert format_board(figures).splitlines() == [
        "20,000 events; ms: median / 95th percentile",
        "  25 followers, 40 moves: 4.0 / 9.0, at most 12.0; 0 lost, 50 reconnects; memory -1.5 MB",
    ]
    table = {"moves": 5, "total": spread(80.0, 120.0), "server": spread(3.0, 4.0)}
    lines = format_board(figures | {"table": table}).splitlines()
    assert lines[1] == "5 moves in browsers: presenter, wall, three followers"
    assert lines[2].endswith("80.0 /    120.0")
    assert len(lines) == 5


def test_a_forecast_that_differs_is_said_so() -> None:
    one = {"cells": 10_000, "periods": 90, "events": 2_000, "median_s": 1.5, "most_s": 2.0}
    first, second = format_forecast({"a": one | {"same": True}, "b": one | {"same": False}}).split(
        "\n"
    )
    assert first.startswith("10,000 cells x 90 days, 2,000 events: 1.50 s, at most 2.00 s")
    assert first.endswith("each time the same")
    assert second.endswith("NOT the same each time")


def test_loads_are_a_table() -> None:
    figures = [{"case": "new", "rows": 400_000, "seconds": 12.3, "rows_per_s": 32_520,
                "peak_mb": 1_024}]  # fmt: skip
    head, line = format_ingest(figures).splitlines()
    assert len(head) == len(line) == 58
    assert line.split() == ["new", "400,000", "12.3", "32,520", "1,024"]
    assert format_ingest([]).splitlines() == [head]


def test_an_upload_is_a_sentence() -> None:
    figures = {
        "points": 1_000_000, "csv_mb": 70.5, "seal": "bubblewrap", "inspect_s": 2.0,
        "accepted": 999_999, "convert_s": 9.5, "draft_mb": 30.0, "child_mb": 400, "growth_mb": 0.5,
    }  # fmt: skip
    text = format_upload(figures)
    assert text.startswith("1,000,000 points, 70.5 MB of CSV (bubblewrap): inspected in 2.0 s")
    assert text.endswith("at most 400 MB in the sandbox, +0.5 MB in this one")
