"""Writers, servers and readers of one warehouse, of which each is killed in its turn."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from cop.bench.cluster.cluster import Cluster, opened_cluster
from cop.bench.cluster.network import Machine
from cop.bench.cluster.reader import Fault, KnownTile, TileReader, VersionReader, read_tiles
from cop.bench.cluster.server import ServerProcess
from cop.bench.cluster.writer import Writer
from cop.bench.load.stream import SOURCE, write_profile
from cop.bench.load.tile import draw_tiles, write_our_path
from cop.bench.sample import Sample, build_sample
from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

_CUT_S: Final = 20
_RESTART_S: Final = 2
"""How long systemd waits before it starts a server again (`cop.service`)."""
_HANG_S: Final = 180
_MOST_FAULTS: Final = 10


@dataclass(frozen=True, kw_only=True)
class ClusterLoad:
    """How many writers and readers, of how many tiles, for how long at least.

    Each writer rests ``rest_s`` after a batch.
    """

    writers: int
    clients: int
    tiles: int
    seconds: float
    rest_s: float = 0


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What happened to the cluster, when, and how long until all was as before."""

    what: str
    moment: float
    back_s: float


def run_cluster(sample: Sample, load: ClusterLoad) -> dict[str, Any]:
    """Return what writers and readers saw while each was killed and the database restarted.

    ``equal`` of the ``tiles`` were the same bytes from each server. ``lost`` and ``doubled`` are of
    the events that were ``sent``, ``falls`` how often a server went back behind its own answer,
    ``wrong`` and ``errors`` of what was asked through the proxy; each of ``turns`` has its errors,
    ``error_s`` until the last of them and ``back_s`` until all was as before.
    SettingsError without root or a program that it needs.
    """
    with (
        tempfile.TemporaryDirectory(prefix="cop-bench-") as scratch,
        opened_cluster(sample, Path(scratch), writers=load.writers) as cluster,
    ):
        build_sample(cluster.settings, sample)
        with cluster.serving():
            return {"events": sample.events, "seconds": load.seconds} | _run(cluster, sample, load)


def _run(cluster: Cluster, sample: Sample, load: ClusterLoad) -> dict[str, Any]:
    tiles, equal = _compare(cluster, sample, load.tiles)
    profile = write_profile(cluster.folder)
    writers = [
        Writer(number, machine, profile, cluster.environment, cluster.folder, rest_s=load.rest_s)
        for number, machine in enumerate(cluster.writers)
    ]
    with ExitStack() as stack:
        watched = {
            server.machine.name: stack.enter_context(VersionReader(cluster.sign_in(server)))
            for server in cluster.servers
        }
        clients = [
            stack.enter_context(TileReader(cluster.sign_in(), tiles=tiles))
            for _ in range(load.clients)
        ]
        for writer in writers:
            writer.start()
        began = time.monotonic()
        turns = [*_take_turns(cluster, writers, load.seconds)]
        for writer in writers:
            writer.end()
        elapsed_s = time.monotonic() - began
        sent = sum(len(writer.sent) for writer in writers)
        _await(lambda: all(reader.total >= sent for reader in watched.values()))
        answered = cluster.proxy.count_answered()
    errors = sorted(fault for client in clients for fault in client.errors)
    took = [ms for client in clients for ms in client.took_ms]
    falls = [fall for reader in watched.values() for fall in reader.falls]
    return {
        "servers": len(cluster.servers),
        "elapsed_s": round(elapsed_s, 1),
        "tiles": load.tiles,
        "equal": equal,
        **_count_events(writers, count_stored(cluster.settings)),
        "reads": sum(reader.reads for reader in watched.values()),
        "falls": len(falls),
        "totals": {name: reader.total for name, reader in watched.items()},
        "requests": len(took),
        "median_ms": round(float(np.percentile(took, 50)), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "answered": answered,
        "wrong": sum(len(client.wrong) for client in clients),
        "errors": len(errors),
        "turns": describe_turns(turns, errors, began),
        "faults": [
            *(fault for writer in writers for fault in writer.faults),
            *falls,
            *(f"{fault.moment - began:.2f} s: {fault.words}" for fault in errors),
        ][:_MOST_FAULTS],
    }


def _compare(cluster: Cluster, sample: Sample, number: int) -> tuple[list[KnownTile], int]:
    with ExitStack() as stack:
        clients = [stack.enter_context(cluster.sign_in(server)) for server in cluster.servers]
        drawn = islice(draw_tiles(sample.seed), number)
        version = clients[0].version()
        return read_tiles(clients, [f"{write_our_path(one)}&version={version}" for one in drawn])


def _take_turns(cluster: Cluster, writers: Sequence[Writer], seconds: float) -> Iterator[Happening]:
    """Let one thing after the other happen, each when all is as it was before the last."""
    happenings: list[tuple[str, Callable[[], None]]] = [
        *((f"{one.machine.name} killed", partial(_kill, one)) for one in cluster.servers),
        *((f"{one.machine.name} killed", one.kill) for one in writers),
        ("database restarted", cluster.database.restart),
        *(
            (f"{machine.name} cut off for {_CUT_S} s", partial(_cut, machine))
            for machine in (cluster.servers[-1].machine, cluster.writers[-1])
        ),
    ]
    pause_s = seconds / (len(happenings) + 1)
    for what, happen in happenings:
        time.sleep(pause_s)
        moment = time.monotonic()
        happen()
        _await_back(cluster, writers)
        yield Happening(what=what, moment=moment, back_s=time.monotonic() - moment)
    time.sleep(pause_s)


def _kill(server: ServerProcess) -> None:
    server.kill()
    time.sleep(_RESTART_S)
    server.start()


def _cut(machine: Machine) -> None:
    machine.cut()
    time.sleep(_CUT_S)
    machine.plug()


def _await_back(cluster: Cluster, writers: Sequence[Writer]) -> None:
    """Wait until all servers are sound, to the proxy too, and every writer was answered again."""
    for server in cluster.servers:
        server.await_health()
    cluster.proxy.await_all()
    before = {writer: writer.batches for writer in writers}
    _await(lambda: all(writer.batches > n or writer.faults for writer, n in before.items()))


def _await(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _HANG_S
    while not is_so():
        if time.monotonic() > deadline:
            raise StoreError(f"the cluster was not as before within {_HANG_S} s")
        time.sleep(0.05)


def _count_events(writers: Sequence[Writer], stored: Counter[str]) -> dict[str, int]:
    """Return what became of the events that were answered with success, and of the tries."""
    sent = [name for writer in writers for name in writer.sent]
    return {
        "writers": len(writers),
        "batches": sum(writer.batches for writer in writers),
        "refused": sum(writer.refused for writer in writers),
        "broken": sum(writer.broken for writer in writers),
        "sent": len(sent),
        "lost": sum(name not in stored for name in sent),
        "doubled": sum(number - 1 for number in stored.values()),
    }


def count_stored(settings: StoreSettings) -> Counter[str]:
    """Return how often each event of the writers is in the files of the newest version."""
    with closing(Warehouse(settings)) as warehouse:
        files = warehouse.snapshot.catalogue.event_files
    ours, stored = [("source", "=", SOURCE)], Counter[str]()
    for file in files:
        stored.update(pq.read_table(file, columns=["source_id"], filters=ours)[0].to_pylist())
    return stored


def describe_turns(
    turns: Sequence[Happening], errors: Sequence[Fault], began: float
) -> list[dict[str, Any]]:
    """Return for each turn the errors until the next one."""
    ends = [*(turn.moment for turn in turns[1:]), float("inf")]
    described = []
    for turn, end in zip(turns, ends, strict=True):
        own = [fault.moment for fault in errors if turn.moment <= fault.moment < end]
        described.append(
            {
                "what": turn.what,
                "at_s": round(turn.moment - began, 1),
                "errors": len(own),
                "error_s": round(max(own) - turn.moment, 2) if own else 0.0,
                "back_s": round(turn.back_s, 1),
            }
        )
    return described
