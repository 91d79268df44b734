"""Clients that ask for event tiles as fast as they are answered, each in a process of its own."""

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from multiprocessing import get_context
from threading import Barrier
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import numpy as np

from cop.bench.sample import DAYS, END
from cop.model.moment import format_moment

_ZOOMS: Final = (6, 9, 12)
_WINDOW_DAYS: Final = 30
_WEST, _EL_PASO, _EAST = -117.1, -106.5, -97.2
_WHOLE: Final = (3, 1, 3)
_TIMEOUT_S: Final = 120


@dataclass(frozen=True, kw_only=True)
class TileRequest:
    """An event tile with its window, naive UTC, of a sector or of all."""

    zoom: int
    x: int
    y: int
    start: datetime
    end: datetime
    sector: str | None = None


WritePath = Callable[[TileRequest], str]
"""Where a server has a tile."""


def write_our_path(asked: TileRequest) -> str:
    """Return where our server has a tile."""
    query = {
        "records": "synthetic",
        "from": format_moment(asked.start),
        "to": format_moment(asked.end),
        **({} if asked.sector is None else {"sector": asked.sector}),
    }
    return f"/tiles/events/{asked.zoom}/{asked.x}/{asked.y}.mvt?{urlencode(query)}"


@contextmanager
def open_clients(clients: int) -> Iterator[Executor]:
    """Yield so many processes, each of which waits until all have started."""
    context = get_context("spawn")
    together = context.Barrier(clients)
    with ProcessPoolExecutor(
        clients, mp_context=context, initializer=_await_all, initargs=(together,)
    ) as pool:
        yield pool


def _await_all(together: Barrier) -> None:
    together.wait(_TIMEOUT_S)


def run_clients(
    address: str, *, clients: int, seconds: float, seed: int, shared: bool = False
) -> dict[str, Any]:
    """Start the clients and return what ``ask_clients`` saw of our server."""
    with open_clients(clients) as pool:
        return ask_clients(
            pool, address, clients=clients, seconds=seconds, seed=seed, shared=shared
        )


def ask_clients(
    pool: Executor,
    address: str,
    *,
    clients: int,
    seconds: float,
    seed: int,
    write: WritePath = write_our_path,
    shared: bool = False,
) -> dict[str, Any]:
    """Ask for tiles along the border, 30 days each, and return {tiles, per_s, p95_ms, ...}.

    No two are equal, so that no cache answers; ``shared`` clients each ask for the same ones, as
    viewers of one map do. ``hit_rate`` is the share that our server did not make. ``zooms`` has the
    median by zoom; ``bytes`` is the median of what came over the wire; ``elapsed_s`` is until the
    last tile that was asked for in ``seconds`` had come.
    """
    began = time.monotonic()
    asked = [
        pool.submit(_ask_all, address, seconds, 1_000 * seed + (0 if shared else client), write)
        for client in range(clients)
    ]
    rows = [row for one in asked for row in one.result()]
    elapsed_s = time.monotonic() - began
    took = [row.ms for row in rows]
    statuses = Counter(row.status for row in rows)
    return {
        "clients": clients,
        "tiles": len(rows),
        "elapsed_s": round(elapsed_s, 3),
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


def _ask_all(address: str, seconds: float, seed: int, write: WritePath) -> list[_TileRow]:
    rows, until = list[_TileRow](), time.monotonic() + seconds
    with closing(connect(address)) as connection:
        for asked in draw_tiles(seed):
            if time.monotonic() > until:
                break
            began = time.perf_counter()
            came = fetch(connection, write(asked))
            took_ms = 1000 * (time.perf_counter() - began)
            is_made = "tile;desc=made" in came.timing
            rows.append(_TileRow(asked.zoom, took_ms, came.status, len(came.body), is_made))
    return rows


def connect(address: str) -> HTTPConnection:
    """Open a connection that is kept."""
    parts = urlsplit(address)
    return HTTPConnection(str(parts.hostname), parts.port or 80, timeout=_TIMEOUT_S)


class FetchedTile(NamedTuple):
    """The status, the body as it came, and what the server says of how it took."""

    status: int
    body: bytes
    timing: str


def fetch(connection: HTTPConnection, path: str) -> FetchedTile:
    """Ask for what is at a path; the body is packed where the server packs it."""
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    return FetchedTile(answer.status, answer.read(), answer.headers.get("Server-Timing", ""))


def draw_tiles(seed: int) -> Iterator[TileRequest]:
    """Draw tiles of 30 days along the border without end; equal for equal seeds."""
    draw = random.Random(seed)  # noqa: S311 no secret
    while True:
        zoom = draw.choice(_ZOOMS)
        lon = draw.uniform(_WEST, _EAST)
        # West of El Paso the line runs along 31.5 N, from there to 25.9 N at the Gulf.
        lat = 31.5 - max(0.0, lon - _EL_PASO) * 0.6 + draw.uniform(-0.2, 0.2)
        x = int((lon + 180) / 360 * 2**zoom)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
        start = _draw_start(draw)
        end = start + timedelta(days=_WINDOW_DAYS)
        yield TileRequest(zoom=zoom, x=x, y=y, start=start, end=end)


def draw_weeks(seed: int, sectors: Sequence[str]) -> Iterator[TileRequest]:
    """Draw seven days of a sector without end, each as the one tile with all of the border."""
    draw = random.Random(seed)  # noqa: S311 no secret
    zoom, x, y = _WHOLE
    while True:
        start, sector = _draw_start(draw), draw.choice(sectors)
        end = start + timedelta(days=7)
        yield TileRequest(zoom=zoom, x=x, y=y, start=start, end=end, sector=sector)


def _draw_start(draw: random.Random) -> datetime:
    first = END - timedelta(days=DAYS)
    start = first + timedelta(seconds=draw.randrange(int((DAYS - 31) * 86_400)))
    return start.replace(microsecond=0)
