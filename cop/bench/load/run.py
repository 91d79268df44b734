"""A server under load: many viewers, clients that ask for tiles, a stream of events."""

import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from cop.bench.load.stream import TOKEN, run_stream, write_profile
from cop.bench.load.tile import run_clients
from cop.bench.load.viewer import Load, run_viewers
from cop.bench.memory import read_rss_mb
from cop.bench.race import build_copy
from cop.bench.sample import Sample, open_sample
from cop.bench.server import settled_process
from cop.settings import StoreSettings
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.version import month_of
from cop.store.dataset.schema import EVENTS

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SETTLED: Final = 0.1
"""After this share of the time everything has been asked for once: memory grows from there."""


def run_viewer_load(sample: Sample, load: Load) -> dict[str, Any]:
    """Return what ``run_viewers`` saw, with {cpu_ms, growth_mb, rss_mb} of the server.

    ``cpu_ms`` is the server's processor time for each refresh; ``growth_mb`` its memory at the end
    over that after a tenth of the time, all viewers being there from before until after.
    """
    with _serving(sample) as (address, pid), Meter(pid) as meter:
        found = run_viewers(address, load)
    began = found.pop("began_at")
    first, last = began + _SETTLED * load.seconds, began + load.seconds
    spent_s = meter.at(last).cpu_s - meter.at(began).cpu_s
    return found | {
        "events": sample.events,
        "seconds": load.seconds,
        "every_s": load.every_s,
        "refresh": load.refresh,
        "cpu_ms": round(1000 * spent_s / max(1, found["refreshes"]), 1),
        "rss_mb": round(meter.at(last).rss_mb),
        "growth_mb": round(meter.at(last).rss_mb - meter.at(first).rss_mb, 1),
    }


def run_tile_load(sample: Sample, *, clients: int, seconds: float) -> dict[str, Any]:
    """Return what ``run_clients`` saw of tiles that nobody has asked for before.

    ``shared`` is the same of tiles that all clients ask for.
    """
    with _serving(sample) as (address, pid):
        run_clients(address, clients=clients, seconds=min(5.0, seconds), seed=sample.seed + 1)
        before_s = _cpu_seconds(pid)
        found = run_clients(address, clients=clients, seconds=seconds, seed=sample.seed)
        spent_s = _cpu_seconds(pid) - before_s
        shared = run_clients(
            address, clients=clients, seconds=seconds, seed=sample.seed + 2, shared=True
        )
    tiles = max(1, found["tiles"])
    cpu_ms = round(1000 * spent_s / tiles, 1)
    return found | {"events": sample.events, "cpu_ms": cpu_ms, "shared": shared}


def run_stream_load(sample: Sample, *, rate: float, seconds: float) -> dict[str, Any]:
    """Return what ``run_stream`` saw of a copy of the sample, with {month_files, files, ...}.

    ``month_files`` is how many files the month that is loaded into had at most, ``versions`` how
    many were published.
    """
    with (
        open_sample(sample) as settings,
        tempfile.TemporaryDirectory(prefix="cop-bench-") as scratch,
    ):
        folder = Path(scratch)
        own = settings.of_files(folder / "warehouse")
        shutil.copytree(settings.data, own.data)
        build_copy(own)
        options = ("--feeds", str(_write_feeds(folder)))
        with (
            settled_process(own, folder / "log.txt", *options) as (address, pid),
            Meter(pid) as meter,
        ):
            began = time.time()
            found = run_stream(address, rate=rate, seconds=seconds, seed=sample.seed)
            growth_mb = meter.at(time.time()).rss_mb - meter.at(began).rss_mb
        most_files = _count_files(own)
    return found | {
        "events": sample.events,
        "versions": len(most_files) - 1,
        "month_files": max(most_files),
        "growth_mb": round(growth_mb, 1),
    }


def _count_files(settings: StoreSettings) -> list[int]:
    """Return for each version how many files the month of the most files has."""
    with closing(CatalogueReader(settings)) as reader:
        shown = [reader.catalogue(version=one).files[EVENTS] for one in reader.versions()]
    return [max(Counter(map(month_of, files)).values()) for files in shown]


def _write_feeds(folder: Path) -> Path:
    """Write a file of one feed whose events are SYNTHETIC, and its profile beside it."""
    profile = write_profile(folder)
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    feed = {"name": "bench", "token_sha256": digest, "profile": profile.name}
    path = folder / "feeds.yaml"
    path.write_text(yaml.safe_dump({"feeds": [feed]}), encoding="utf-8")
    return path


@dataclass(frozen=True, kw_only=True)
class _MeterReading:
    moment: float
    rss_mb: float
    cpu_s: float


@dataclass
class Meter:
    """Reads the memory and the processor time of a process each second; Linux only."""

    pid: int
    _readings: list[_MeterReading] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Meter":
        """Begin to read."""
        self._read()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def at(self, moment: float) -> _MeterReading:
        """Return the reading nearest to a moment in seconds of the clock."""
        return min(self._readings, key=lambda reading: abs(reading.moment - moment))

    def _run(self) -> None:
        while not self._ended.wait(1):
            self._read()

    def _read(self) -> None:
        self._readings.append(
            _MeterReading(
                moment=time.time(), rss_mb=read_rss_mb(self.pid), cpu_s=_cpu_seconds(self.pid)
            )
        )


@contextmanager
def _serving(sample: Sample) -> Iterator[tuple[str, int]]:
    with (
        open_sample(sample) as settings,
        tempfile.TemporaryDirectory() as scratch,
    ):
        build_copy(settings)
        with settled_process(settings, Path(scratch) / "log.txt") as served:
            yield served


def _cpu_seconds(pid: int) -> float:
    """Return the processor time of a process so far; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
