"""A stream of events into a running server as they happen, while others look at its map."""

import json
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import yaml

from cop.bench.load.tile import connect, draw_weeks, fetch, open_clients, write_our_path
from cop.model.event import OUTSIDE
from cop.resource import package_path

SOURCE: Final = "bench_stream"
TOKEN: Final = "a-token-of-the-bench-alone"  # noqa: S105 it opens a server that ends with the bench
_MOST_RECORDS: Final = 20_000
_LOOK_S: Final = 0.2
_PAUSE_S: Final = 0.1
_QUIET_S: Final = 120.0
_TIMEOUT_S: Final = 120


@dataclass
class StreamRun:
    """What happened: when which number of events was sent, and when which number was seen."""

    rate: float
    began: float
    sent: int = 0
    batches: list[int] = field(default_factory=list)
    seen: list[tuple[float, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def born(self, number: int) -> float:
        """Return when an event happened, by its number from 0."""
        return self.began + number / self.rate

    def waits(self, numbers: Sequence[int]) -> list[float]:
        """Return for events how many seconds each was visible after it happened."""
        totals = [total for _, total in self.seen]
        moments = [moment for moment, _ in self.seen]
        firsts = [bisect_left(totals, number + 1) for number in numbers]
        return [moments[i] - self.born(n) for i, n in zip(firsts, numbers, strict=True)]


def run_stream(address: str, *, rate: float, seconds: float, seed: int) -> dict[str, Any]:
    """Send events at a rate and return {sent, seen, batches, visible_p95_s, quiet, during, ...}.

    The sender keeps one request on its way and sends with the next what has happened meanwhile.
    ``visible`` is from an event until a summary counts it; ``quiet`` and ``during`` are the times
    of seven days of a sector that one client, in a process of its own, asked for before and
    meanwhile, none of them twice.
    """
    with open_clients(1) as reader:

        def ask(skipped: int, until: float) -> list[float]:
            return reader.submit(_time_weeks, address, seed, skipped, until).result()

        quiet = ask(0, time.monotonic() + min(_QUIET_S, seconds))
        stream = StreamRun(rate=rate, began=time.monotonic())
        during: list[float] = []
        until = stream.began + seconds
        with (
            _beside(lambda: during.extend(ask(len(quiet), until)), stream.faults),
            _beside(lambda: _watch(address, stream, until), stream.faults),
        ):
            _send(address, stream, until)
    last = stream.seen[-1][1] if stream.seen else 0
    numbers = range(0, min(last, stream.sent), max(1, int(rate / 10)))
    waits = stream.waits(numbers)
    return {
        "rate": rate,
        "seconds": seconds,
        "sent": stream.sent,
        "seen": last,
        "batches": len(stream.batches),
        "most_in_a_batch": max(stream.batches, default=0),
        "visible_median_s": _percentile(waits, 50, 2),
        "visible_p95_s": _percentile(waits, 95, 2),
        "visible_most_s": _percentile(waits, 100, 2),
        "quiet": _times(quiet),
        "during": _times(during),
        "faults": stream.faults[:5],
    }


def write_profile(folder: Path) -> Path:
    """Write the profile of a source whose events are SYNTHETIC, as ``make_records`` makes them."""
    shipped = package_path("data", "profiles") / "reports_json.yaml"
    profile = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    profile["source"] |= {"id": SOURCE, "title": "Stream of the bench", "synthetic": True}
    path = folder / "stream.yaml"
    path.write_text(yaml.safe_dump(profile), encoding="utf-8")
    return path


def make_records(first: int, number: int, happened: datetime, seed: int) -> list[dict[str, Any]]:
    """Return SYNTHETIC reports of the profile reports_json, numbered from ``first``."""
    draw = np.random.default_rng([seed, first])
    lons, lats = draw.uniform(-112, -110, number), draw.normal(31.4, 0.05, number)
    moment = f"{happened:%Y-%m-%dT%H:%M:%S}Z"
    return [
        {
            "source_id": f"stream-{first + i}",
            "kind": "crossing",
            "count": 1,
            "unit": "people",
            "occurred_at": moment,
            "lon": round(lons[i], 5),
            "lat": round(lats[i], 5),
            "uncertainty_m": 50,
            "detection": "sensor",
            "confidence": "high",
        }
        for i in range(number)
    ]


def _send(address: str, stream: StreamRun, until: float) -> None:
    """Send all that happens until then, however late: nothing is dropped."""
    connection = connect(address)
    due = int((until - stream.began) * stream.rate)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    while stream.sent < due:
        happened = min(due, int((time.monotonic() - stream.began) * stream.rate))
        number = min(_MOST_RECORDS, happened - stream.sent)
        if not number:
            time.sleep(0.01)
            continue
        now = datetime.now(UTC) - timedelta(seconds=1)
        records = make_records(stream.sent, number, now, seed=1)
        connection.request("POST", "/api/events", json.dumps(records), headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != HTTPStatus.OK or said["accepted"] != number:
            stream.faults.append(f"batch {len(stream.batches)}: {answer.status} {said}"[:300])
            break
        stream.sent += number
        stream.batches.append(number)
    connection.close()


def _watch(address: str, stream: StreamRun, until: float) -> None:
    """Note how many events a summary counts, until all are seen that were sent."""
    connection = connect(address)
    asked = urlencode({"by": "kind", "source": SOURCE, "records": "synthetic"})
    patience = until + _TIMEOUT_S
    due = int((until - stream.began) * stream.rate)
    while time.monotonic() < patience and not stream.faults:
        connection.request("GET", f"/api/summary?{asked}")
        answer = connection.getresponse()
        said = json.loads(answer.read())
        total = int(said["total"]) if answer.status == HTTPStatus.OK else 0
        stream.seen.append((time.monotonic(), total))
        if total >= due:
            break
        time.sleep(_LOOK_S)
    connection.close()


def _list_sectors(address: str) -> list[str]:
    with closing(connect(address)) as connection:
        connection.request("GET", "/api/summary?by=sector&records=synthetic")
        answer = connection.getresponse()
        said = json.loads(answer.read())
    if answer.status != HTTPStatus.OK:
        raise OSError(f"{address}: {answer.status} {said}"[:300])
    return [row["key"] for row in said["rows"] if row["key"] != OUTSIDE]


def _time_weeks(address: str, seed: int, skipped: int, until: float) -> list[float]:
    """Ask for one after the other, a moment between, and return how many ms each took.

    ``until`` is by the clock that all processes of the machine have in common.
    """
    connection, took = connect(address), []
    weeks = islice(draw_weeks(seed, _list_sectors(address)), skipped, None)
    for number, asked in enumerate(weeks):
        if number and time.monotonic() > until:
            break
        began = time.perf_counter()
        came = fetch(connection, write_our_path(asked))
        took.append(1000 * (time.perf_counter() - began))
        if came.status not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            raise OSError(f"{asked}: {came.status}")
        time.sleep(_PAUSE_S)
    connection.close()
    return took


@contextmanager
def _beside(work: Callable[[], None], faults: list[str]) -> Iterator[None]:
    """Let work be done in a thread meanwhile, and wait for its end; a fault is noted."""

    def run() -> None:
        try:
            work()
        except Exception as fault:  # noqa: BLE001 it is reported
            faults.append(f"{type(fault).__name__}: {fault}"[:300])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    thread.join()


def _times(took: list[float]) -> dict[str, Any]:
    return {
        "asked": len(took),
        "median_ms": _percentile(took, 50, 1),
        "p95_ms": _percentile(took, 95, 1),
    }


def _percentile(values: list[float], share: float, digits: int) -> float | None:
    return round(float(np.percentile(values, share)), digits) if values else None
