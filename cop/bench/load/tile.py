"""Clients that ask for event tiles as fast as they are answered, each in a process of its own."""

import math
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from http.client import HTTPConnection
from multiprocessing import get_context
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import numpy as np

from cop.bench.sample import DAYS, END
from cop.model.moment import format_moment

_ZOOMS: Final = (6, 9, 12)
_WINDOW_DAYS: Final = 30
_WEST, _EL_PASO, _EAST = -117.1, -106.5, -97.2
_TIMEOUT_S: Final = 60


def run_clients(
    address: str, *, clients: int, seconds: float, seed: int, shared: bool = False
) -> dict[str, Any]:
    """Ask for tiles along the border, 30 days each, and return {tiles, per_s, p95_ms, ...}.

    No two are equal, so that no cache answers; ``shared`` clients each ask for the same ones, as
    viewers of one map do. ``hit_rate`` is the share that the server did not make, ``zooms`` has the
    median by zoom, ``bytes`` is the median of what came over the wire.
    """
    with ProcessPoolExecutor(clients, mp_context=get_context("spawn")) as pool:
        asked = [
            pool.submit(_ask_all, address, seconds, 1_000 * seed + (0 if shared else client))
            for client in range(clients)
        ]
        rows = [row for one in asked for row in one.result()]
    took = [row.ms for row in rows]
    statuses = Counter(row.status for row in rows)
    return {
        "clients": clients,
        "tiles": len(rows),
        "per_s": round(len(rows) / seconds, 1),
        "median_ms": round(float(np.percentile(took, 50)), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "zooms": {
            f"z{zoom}": round(float(np.median([row.ms for row in rows if row.zoom == zoom])), 1)
            for zoom in sorted({row.zoom for row in rows})
        },
        "bytes": int(np.median([row.size for row in rows])),
        "hit_rate": round(sum(not row.is_made for row in rows) / len(rows), 3),
        "errors": sum(n for status, n in statuses.items() if status not in (200, 204)),
    }


class _TileRow(NamedTuple):
    zoom: int
    ms: float
    status: int
    size: int
    is_made: bool


def _ask_all(address: str, seconds: float, seed: int) -> list[_TileRow]:
    parts = urlsplit(address)
    connection = HTTPConnection(str(parts.hostname), parts.port or 80, timeout=_TIMEOUT_S)
    rows, until = list[_TileRow](), time.monotonic() + seconds
    for zoom, path in draw_tiles(seed):
        if time.monotonic() > until:
            break
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        took_ms = 1000 * (time.perf_counter() - began)
        is_made = "tile;desc=made" in answer.headers.get("Server-Timing", "")
        rows.append(_TileRow(zoom, took_ms, answer.status, len(body), is_made))
    connection.close()
    return rows


def draw_tiles(seed: int, *, days: int = _WINDOW_DAYS) -> Iterator[tuple[int, str]]:
    """Draw tiles of so many days along the border without end, as (zoom, address), by the seed."""
    draw = random.Random(seed)  # noqa: S311 no secret
    first = END - timedelta(days=DAYS)
    while True:
        zoom = draw.choice(_ZOOMS)
        lon = draw.uniform(_WEST, _EAST)
        # West of El Paso the line runs along 31.5 N, from there to 25.9 N at the Gulf.
        lat = 31.5 - max(0.0, lon - _EL_PASO) * 0.6 + draw.uniform(-0.2, 0.2)
        x = int((lon + 180) / 360 * 2**zoom)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
        start = first + timedelta(seconds=draw.randrange(int((DAYS - 31) * 86_400)))
        asked = {
            "records": "synthetic",
            "from": format_moment(_plain(start)),
            "to": format_moment(_plain(start + timedelta(days=days))),
        }
        yield zoom, f"/tiles/events/{zoom}/{x}/{y}.mvt?{urlencode(asked)}"


def _plain(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
