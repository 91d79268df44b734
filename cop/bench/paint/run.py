"""The first painted map of the Picture over a slow line, in a new browser and at a second visit."""

import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Error as BrowserError
from tqdm import tqdm

from cop.bench.page import STOPWATCH, BenchPageError, await_true, open_profile
from cop.bench.paint.slow_line import LineSpeed, Passage, SlowLine, open_line
from cop.bench.race import build_copy
from cop.bench.sample import Sample, open_sample
from cop.bench.server import settled_process
from cop.errors import SettingsError

_ASK: Final = "__copWatch.beginFirst()"
_FAILED: Final = "__copMap.owner.tileAccount().failed.length"
PICTURE: Final = "/?records=synthetic"
VISITS: Final = ("cold", "warm")


@dataclass(frozen=True, kw_only=True)
class Painting:
    """One visit until its map was painted: how long that took, and what came over the line.

    ``tiles_ms`` is when the last tile was there: from then on the browser only draws.
    """

    ms: float
    tiles_ms: float
    requests: int
    down_bytes: int
    up_bytes: int


@dataclass(frozen=True, kw_only=True)
class _TimedServer:
    """A server that is timed: its address, and the near end of the line to it."""

    address: str
    url: str
    line: SlowLine


def run_paint(
    sample: Sample, speed: LineSpeed, *, repetitions: int, addresses: Sequence[str] = ()
) -> dict[str, Any]:
    """Time the servers at those addresses in turns, else one of the sample; see `build_figures`."""
    with ExitStack() as stack:
        served = addresses or [f"{stack.enter_context(_serving(sample))}{PICTURE}"]
        servers = [stack.enter_context(_open_server(address, speed)) for address in served]
        try:
            timed = _time_servers(servers, repetitions)
        except BrowserError as fault:
            raise BenchPageError(f"the browser failed: {fault}") from fault
    return build_figures(timed, speed) | {"events": None if addresses else sample.events}


def build_figures(timed: dict[str, list[dict[str, Painting]]], speed: LineSpeed) -> dict[str, Any]:
    """Return {mbit, delay_ms, repetitions, servers: {address: {cold, warm}}}.

    Of each visit {low_ms, median_ms, high_ms, tiles_ms, requests, down_bytes, up_bytes, line_ms,
    ratio}: the quartiles of the time, the medians of the rest. ``line_ms`` is for how long what
    came down occupied the line; ``ratio`` the median, by repetition, of the time over the first
    server's.
    """
    first = next(iter(timed.values()))
    return {
        "mbit": speed.mbit,
        "delay_ms": speed.delay_ms,
        "repetitions": len(first),
        "servers": {
            address: {
                visit: _summarize([one[visit] for one in own], [one[visit] for one in first], speed)
                for visit in VISITS
            }
            for address, own in timed.items()
        },
    }


def read_painting(line: SlowLine, first: Mapping[str, float]) -> Painting:
    """Return what came over a line during what the page's stopwatch says of its first map."""
    began_at, painted_at = first["began"] / 1000, (first["began"] + first["painted"]) / 1000

    def within(passages: Iterable[Passage]) -> list[Passage]:
        return [one for one in passages if began_at <= one.at <= painted_at]

    up, down = within(line.up.passages), within(line.down.passages)
    return Painting(
        ms=first["painted"],
        tiles_ms=first["answered"],
        requests=sum(one.path is not None for one in up),
        down_bytes=sum(one.size for one in down),
        up_bytes=sum(one.size for one in up),
    )


def _summarize(
    own: Sequence[Painting], first: Sequence[Painting], speed: LineSpeed
) -> dict[str, float]:
    low, median, high = np.percentile([one.ms for one in own], [25, 50, 75])
    down_bytes = statistics.median(one.down_bytes for one in own)
    ratio = statistics.median(one.ms / base.ms for one, base in zip(own, first, strict=True))
    return {
        "low_ms": round(float(low)),
        "median_ms": round(float(median)),
        "high_ms": round(float(high)),
        "tiles_ms": round(statistics.median(one.tiles_ms for one in own)),
        "requests": statistics.median(one.requests for one in own),
        "down_bytes": down_bytes,
        "up_bytes": statistics.median(one.up_bytes for one in own),
        "line_ms": round(1000 * speed.seconds(down_bytes)),
        "ratio": round(ratio, 3),
    }


def _time_servers(
    servers: Sequence[_TimedServer], repetitions: int
) -> dict[str, list[dict[str, Painting]]]:
    """Visit each server in turns; the first repetition warms the servers up and is not reported."""
    timed: dict[str, list[dict[str, Painting]]] = {server.address: [] for server in servers}
    for turn in tqdm(range(repetitions + 1), desc="visits", file=sys.stderr, leave=False):
        for server in [*servers[turn % len(servers) :], *servers[: turn % len(servers)]]:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
                paintings = {visit: _visit(server, Path(profile)) for visit in VISITS}
            if turn:
                timed[server.address].append(paintings)
    return timed


def _visit(server: _TimedServer, profile: Path) -> Painting:
    """Open the page in a browser started for it, whose profile the next visit finds again."""
    with open_profile(profile) as page:
        page.add_init_script(path=STOPWATCH)
        page.add_init_script(_ASK)
        page.goto(server.url, wait_until="commit")
        first = await_true(page, "window.__copWatch?.readFirst()", "the first map to be painted")
        if page.evaluate(_FAILED):
            raise BenchPageError(f"tiles of {server.address} failed")
        return read_painting(server.line, first)


@contextmanager
def _open_server(address: str, speed: LineSpeed) -> Iterator[_TimedServer]:
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        raise SettingsError(
            f"--address {address}: write an address of HTTP, like http://127.0.0.1:8501"
        )
    with open_line(parts.hostname, parts.port or 80, speed) as (line, port):
        path = parts._replace(scheme="", netloc="").geturl() or "/"
        yield _TimedServer(address=address, url=f"http://127.0.0.1:{port}{path}", line=line)


@contextmanager
def _serving(sample: Sample) -> Iterator[str]:
    with open_sample(sample) as settings, tempfile.TemporaryDirectory() as scratch:
        build_copy(settings)
        with settled_process(settings, Path(scratch) / "log.txt") as (address, _):
            yield address
