"""The race: every rival is timed over one sample of events in one interleaved run."""

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from cop.bench.answer import build_digest, check_agreement
from cop.bench.case import QUERIES, Case, draw_cases
from cop.bench.floor import build_ratios
from cop.bench.load.tile import write_our_path
from cop.bench.memory import measure_memory_mb
from cop.bench.ours import Ours
from cop.bench.peer.registry import OpenPeer
from cop.bench.peer.tipg import refresh_tipg, write_tipg_path
from cop.bench.rival import Rival
from cop.bench.sample import Sample, open_sample
from cop.bench.server import settled_process
from cop.bench.tile_race import time_clients, time_tiles
from cop.settings import StoreSettings
from cop.store.dataset.schema import EVENTS
from cop.store.warehouse import Warehouse

Times = dict[str, dict[str, list[float]]]
CLIENTS: Final = 8


def run_bench(
    sample: Sample,
    peers: Mapping[str, OpenPeer],
    *,
    repetitions: int,
    tipg: str | None = None,
    client_seconds: float = 10,
) -> dict[str, Any]:
    """Return {events, memory_mb, queries: {query: {rival: {median_ms, p95_ms}}}, ...}.

    The first round of questions warms every rival up and is checked, but not timed. ``load`` is
    that of the machine before, ``http`` the race against ``tipg`` at its address, else None;
    ``ratios`` says how many times as fast ours is.
    """
    load = round(os.getloadavg()[0], 2)
    if tipg:
        refresh_tipg(tipg, is_loaded=False)
    with open_sample(sample) as settings, tempfile.TemporaryDirectory() as scratch:
        build_copy(settings)
        memory_mb = measure_memory_mb(settings, seed=sample.seed, repetitions=repetitions)
        warehouse = Warehouse(settings)
        warehouse.serve()
        rivals = []
        try:
            rounds = draw_cases(warehouse, seed=sample.seed, repetitions=repetitions + 1)
            rivals = _line_up(warehouse, peers, Path(scratch))
            queries = _figures(time_rivals(rivals, rounds))
            http = _race_tiles(settings, tipg, rounds, client_seconds) if tipg else None
        finally:
            for rival in rivals:
                rival.close()
            warehouse.close()
    return {
        "events": sample.events,
        "load": load,
        "memory_mb": memory_mb,
        "queries": queries,
        "http": http,
        "ratios": build_ratios(queries, http),
    }


def build_copy(settings: StoreSettings) -> None:
    """Make the serving copy, so that what is measured finds it as a running server does."""
    warehouse = Warehouse(settings)
    warehouse.serve()
    warehouse.close()


def time_rivals(rivals: Sequence[Rival], rounds: Sequence[Sequence[Case]]) -> Times:
    """Time each case by each rival, ours the first of them, and check that all agree.

    Rivals take turns at being first, so that no one always finds the machine as another left it.
    """
    times: Times = {query: {rival.name: [] for rival in rivals} for query in QUERIES}
    total = sum(map(len, rounds)) * len(rivals)
    with tqdm(total=total, unit=" answers", desc="race", file=sys.stderr, leave=False) as bar:
        for turn, cases in enumerate(rounds):
            first = turn % len(rivals)
            for case in cases:
                took = _ask([*rivals[first:], *rivals[:first]], rivals[0].name, case)
                bar.update(len(rivals))
                if turn:
                    for name, milliseconds in took.items():
                        times[case.query][name].append(milliseconds)
    return times


def _ask(rivals: Sequence[Rival], judge: str, case: Case) -> dict[str, float]:
    took, digests = {}, {}
    for rival in rivals:
        start = time.perf_counter()
        answer = rival.answer(case)
        took[rival.name] = 1000 * (time.perf_counter() - start)
        digests[rival.name] = build_digest(case.question, rival.table(case, answer))
    for name, digest in digests.items():
        check_agreement(case, digests[judge], name, digest)
    return took


def _line_up(warehouse: Warehouse, peers: Mapping[str, OpenPeer], folder: Path) -> list[Rival]:
    files = warehouse.snapshot.catalogue.files_of(EVENTS)
    rivals: list[Rival] = [Ours(warehouse)]
    for name, open_peer in tqdm(peers.items(), desc="peers", file=sys.stderr, leave=False):
        rivals.append(open_peer(files, folder / name))
    return rivals


def _race_tiles(
    settings: StoreSettings, tipg: str, rounds: Sequence[Sequence[Case]], client_seconds: float
) -> dict[str, Any]:
    """Return {zooms: as queries, clients, per_s: {server: tiles a second}}."""
    refresh_tipg(tipg, is_loaded=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        settled_process(settings, Path(scratch) / "log.txt") as (address, _),
    ):
        servers = {"ours": (address, write_our_path), "tipg": (tipg, write_tipg_path)}
        return {
            "zooms": _figures(time_tiles(servers, rounds)),
            "clients": CLIENTS,
            "per_s": time_clients(servers, clients=CLIENTS, seconds=client_seconds, seed=1),
        }


def _figures(times: Times) -> dict[str, dict[str, dict[str, float]]]:
    return {
        query: {
            name: {
                "median_ms": round(float(np.percentile(took, 50)), 3),
                "p95_ms": round(float(np.percentile(took, 95)), 3),
            }
            for name, took in by_rival.items()
        }
        for query, by_rival in times.items()
    }
