"""A soak: two processes load, one server draws tiles; nothing lost, doubled, mixed or refused.

COP_SOAK_SECONDS says how long (12 without it), COP_SOAK_EVENTS how many demo events lie below.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.model.moment import utc_now
from tests.support.command import CHECKOUT, clean_environment, run_cop, serving
from tests.support.feed import make_report
from tests.support.http import Caller
from tests.support.published import read_published
from tests.support.record import iom_row, write_iom
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.store

SOAK_SECONDS = float(os.environ.get("COP_SOAK_SECONDS", "12"))
SOAK_EVENTS = int(os.environ.get("COP_SOAK_EVENTS", "0"))
LONG_SECONDS = 120
ROWS = 50
VIEWERS = 3
REST_S = 0.1
HANG_SECONDS = 120


@dataclass
class Load:
    """What the viewers met: how long each tile took, and every status."""

    seconds: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def figures(self) -> dict[str, float]:
        """The number of tiles and their times in milliseconds."""
        times = statistics.quantiles(self.seconds, n=100)
        return {
            "tiles": len(self.seconds),
            "median_ms": round(times[49] * 1000, 1),
            "p95_ms": round(times[94] * 1000, 1),
        }


def tile_question(draw: random.Random, newest: datetime) -> tuple[str, list[tuple[str, str]]]:
    """A tile somewhere along the border under a window that nobody asked for before."""
    z = draw.choice((6, 8, 9, 10))
    lon, lat = draw.uniform(-117, -97), draw.uniform(26, 32.7)
    x = int((lon + 180) / 360 * 2**z)
    y = int((0.5 - (lat / 360 + (lat / 90) ** 3 * 0.012)) * 2**z)
    start = newest - timedelta(seconds=draw.randint(86_400 * 20, 86_400 * 360))
    end = start + timedelta(seconds=draw.randint(86_400 * 5, 86_400 * 400))
    records = draw.choice(("real", "synthetic"))
    pairs = [("from", f"{start:%Y-%m-%dT%H:%M:%SZ}"), ("to", f"{end:%Y-%m-%dT%H:%M:%SZ}")]
    return f"/tiles/events/{z}/{x}/{y}.mvt", [*pairs, ("records", records)]


def view(base: str, load: Load, ended: threading.Event, seed: int) -> None:
    """Ask for one tile after another, as a viewer would who changes the filter."""
    draw, newest = random.Random(seed), utc_now()  # noqa: S311 no secret
    with closing(Caller(base)) as caller:
        while not ended.is_set():
            path, pairs = tile_question(draw, newest)
            began = time.perf_counter()
            answer = caller.ask(path, pairs)
            load.seconds.append(time.perf_counter() - began)
            load.statuses.add(answer.status)
            ended.wait(REST_S)


@contextmanager
def viewing(base: str, seed: int) -> Iterator[Load]:
    """Viewers at work."""
    load, ended = Load(), threading.Event()
    with ThreadPoolExecutor(VIEWERS) as pool:
        running = [pool.submit(view, base, load, ended, seed + n) for n in range(VIEWERS)]
        try:
            yield load
        finally:
            ended.set()
        for viewer in running:
            viewer.result()


@dataclass
class Totals:
    """What the summary said of a source, every time that it was asked."""

    source: str
    base: int
    seen: list[int] = field(default_factory=list)
    asking: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """An answer is kept before another is asked for, so that they stay in their order."""

    def ask(self, caller: Caller) -> int:
        """Ask once more; the answer is kept."""
        with self.asking:
            answer = caller.ask("/api/summary", [("by", "kind"), ("source", self.source)])
            known = answer.status == 200
            assert known or (answer.status == 400 and not self.seen), answer.body
            if known:
                self.seen.append(int(answer.json()["total"]))
            return self.seen[-1] - self.base if known else 0


def observe(base: str, totals: list[Totals], first: int, ended: threading.Event) -> set[int]:
    """Ask for totals of now and of the version that there was at first."""
    pinned = [("by", "kind"), ("records", "real"), ("version", str(first))]
    held = set()
    with closing(Caller(base)) as caller:
        while not ended.is_set():
            for one in totals:
                one.ask(caller)
            answer = caller.ask("/api/summary", pinned)
            assert answer.status == 200, answer.body
            held.add(answer.json()["total"])
            ended.wait(0.2)
    return held


def load_by_command(data: Path, folder: Path, ended: threading.Event) -> int:
    """Run `cop ingest` again and again; gives the batches that it said were published."""
    batches = 0
    while not ended.is_set():
        rows = [iom_row(cause=f"batch {batches} row {n}") for n in range(ROWS)]
        path = write_iom(folder / f"{batches}.csv", rows)
        ran = run_cop("ingest", "events", path, "--profile", "iom_mmp", "--data", data, "--json")
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout)["accepted"] == ROWS
        batches += 1
    return batches


def load_by_watch(data: Path, folder: Path, ended: threading.Event) -> int:
    """Hand files to `cop watch`; gives the batches that it took."""
    command = [sys.executable, "-m", "cop", "watch", str(folder), "--profile", "reports_json"]
    command += ["--data", str(data), "--settle", "0", "--every", "0.1"]
    batches = 0
    with subprocess.Popen(command, cwd=CHECKOUT, env=clean_environment()) as running:
        while not ended.is_set():
            reports = [make_report(batches * ROWS + n) for n in range(ROWS)]
            draft = folder / f".{batches}.json"
            draft.write_text(json.dumps(reports))
            draft.rename(folder / f"{batches:06}.json")
            taken = folder / "done" / f"{batches:06}.json"
            await_that(taken.is_file, running)
            batches += 1
        running.terminate()
        assert running.wait(HANG_SECONDS) == 0
    return batches


def await_that(holds: Callable[[], bool], running: "subprocess.Popen[bytes] | None" = None) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        assert running is None or running.poll() is None
        time.sleep(0.05)


@pytest.fixture
def data(warehouse_dir: Path, tmp_path: Path) -> Path:
    """A warehouse with synthetic and real events, larger where the settings say so."""
    folder = copy_warehouse(warehouse_dir, tmp_path / "warehouse")
    if SOAK_EVENTS:
        ran = run_cop("demo", "--data", folder, "--events", str(SOAK_EVENTS), timeout=900)
        assert ran.returncode == 0, ran.stderr
    return folder


@pytest.mark.timeout(SOAK_SECONDS * 3 + 1_000)
def test_shown_two_processes_load_under_tile_load(data: Path, tmp_path: Path) -> None:
    """Totals only rise, by whole batches, to exactly what was sent; no answer fails."""
    folders = [tmp_path / name for name in ("command", "watched")]
    for folder in folders:
        folder.mkdir()
    # A short soak compacts sooner, so that it does so at all; a long one as any server does.
    environment = {} if SOAK_SECONDS >= LONG_SECONDS else {"COP_COMPACT_SECONDS": "5"}
    with (
        serving(data, tmp_path / "log.txt", environment=environment) as base,
        closing(Caller(base)) as caller,
    ):
        first = caller.ask("/api/layers").json()["version"]
        totals = [Totals("iom_mmp", 0), Totals("reports_json", 0)]
        totals[0].base = totals[0].ask(caller)
        ended, observed_to = threading.Event(), threading.Event()
        with ThreadPoolExecutor(3) as pool:
            observer = pool.submit(observe, base, totals, first, observed_to)
            try:
                with viewing(base, seed=1):
                    time.sleep(SOAK_SECONDS / 8)
                with viewing(base, seed=100) as quiet:
                    time.sleep(SOAK_SECONDS / 4)
                with viewing(base, seed=200) as busy:
                    loaders: list[Future[int]] = [
                        pool.submit(load_by_command, data, folders[0], ended),
                        pool.submit(load_by_watch, data, folders[1], ended),
                    ]
                    time.sleep(SOAK_SECONDS)
                    ended.set()
                    sent = [loader.result() * ROWS for loader in loaders]
                for one, rows in zip(totals, sent, strict=True):
                    await_that(lambda one=one, rows=rows: one.ask(caller) == rows)  # type: ignore[misc]
            finally:
                ended.set()
                observed_to.set()
            pinned = observer.result()
        last = caller.ask("/api/layers").json()["version"]
    for one in totals:
        assert one.seen == sorted(one.seen)
        assert {(n - one.base) % ROWS for n in one.seen} == {0}
    assert len(pinned) == 1
    assert quiet.statuses | busy.statuses <= {200, 204}
    events = read_published(data)
    assert events["event_id"].is_unique
    assert [int((events["source"] == one.source).sum()) - one.base for one in totals] == sent
    calm, loaded = quiet.figures(), busy.figures()
    print(  # noqa: T201 the figures
        json.dumps(
            {
                "seconds": SOAK_SECONDS,
                "events": len(events),
                "batches": [rows // ROWS for rows in sent],
                "versions": last - first,
                "quiet": calm,
                "busy": loaded,
                "p95_ratio": round(loaded["p95_ms"] / calm["p95_ms"], 2),
                "goal_ratio": 2,
            }
        )
    )
