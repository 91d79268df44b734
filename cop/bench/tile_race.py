"""The race of tiles over HTTP: our server and others, by turns over kept connections."""

import gzip
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Final

from cop.bench.answer import DisagreementError
from cop.bench.case import Case
from cop.bench.gate.load import BenchRequestError
from cop.bench.load.tile import (
    TileRequest,
    WritePath,
    ask_clients,
    connect,
    fetch,
    open_clients,
)
from cop.bench.mvt import count_events

TileServer = tuple[str, WritePath]
"""The address of a server, and where it has a tile."""
_OK: Final = (200, 204)
_REST_S: Final = 2.0
"""uvicorn closes a connection after five seconds without a request."""
_ON_THE_EDGE: Final = 2
"""Servers may see so many events in different tiles: those that lie on the edge of two."""


class _KeptConnection:
    """A connection that is open when a request is timed, also where the server closed it."""

    def __init__(self, address: str) -> None:
        self._connection = connect(address)
        self._rested_since = -math.inf

    def ask(self, path: str) -> tuple[float, int, bytes]:
        """Return the milliseconds, the status and the body."""
        if time.monotonic() - self._rested_since > _REST_S:
            self._connection.close()
            fetch(self._connection, "/healthz")
        began = time.perf_counter()
        status, body, _ = fetch(self._connection, path)
        took_ms = 1000 * (time.perf_counter() - began)
        self._rested_since = time.monotonic()
        return took_ms, status, body

    def close(self) -> None:
        self._connection.close()


def time_tiles(
    servers: Mapping[str, TileServer], rounds: Sequence[Sequence[Case]]
) -> dict[str, dict[str, list[float]]]:
    """Return {z6: {server: milliseconds}}, ours the first server; the first round is not timed.

    DisagreementError if a tile does not hold the events of ours.
    """
    times: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(closing(_KeptConnection(address)))
            for name, (address, _) in servers.items()
        }
        names = list(servers)
        for turn, cases in enumerate(rounds):
            first = turn % len(names)
            for case, asked in _find_tiles(cases):
                counted = {}
                for name in [*names[first:], *names[:first]]:
                    took_ms, status, body = connections[name].ask(servers[name][1](asked))
                    if status not in _OK:
                        raise BenchRequestError(f"{name} answered {case} with status {status}")
                    counted[name] = count_events(_unpack(body))
                    if turn:
                        times.setdefault(case.query, {n: [] for n in names})[name].append(took_ms)
                _check_counts(case, counted, names[0])
    return times


def time_clients(
    servers: Mapping[str, TileServer], *, clients: int, seconds: float, seed: int
) -> dict[str, float]:
    """Return each server's tiles a second for so many clients at once, who never ask one twice.

    Each is asked for ``seconds`` twice, the last one first the second time.
    """
    tiles, elapsed_s = dict.fromkeys(servers, 0), dict.fromkeys(servers, 0.0)
    with open_clients(clients) as pool:
        for turn, names in enumerate((list(servers), list(servers), list(servers)[::-1])):
            for name in names:
                address, write = servers[name]
                found = ask_clients(
                    pool,
                    address,
                    clients=clients,
                    seconds=seconds if turn else min(seconds, 2),
                    seed=seed + turn,
                    write=write,
                )
                if found["errors"]:
                    raise BenchRequestError(
                        f"{name} answered {found['errors']} of {found['tiles']} tiles with an error"
                    )
                if turn:
                    tiles[name] += found["tiles"]
                    elapsed_s[name] += found["elapsed_s"]
    return {name: round(n / elapsed_s[name], 2) for name, n in tiles.items()}


def _find_tiles(cases: Iterable[Case]) -> Iterable[tuple[Case, TileRequest]]:
    for case in cases:
        tile, window = case.tile, case.filter.window
        if tile is not None and window.start is not None and window.end is not None:
            yield (
                case,
                TileRequest(zoom=tile.z, x=tile.x, y=tile.y, start=window.start, end=window.end),
            )


def _unpack(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def _check_counts(case: Case, counted: Mapping[str, int], judge: str) -> None:
    for name, n in counted.items():
        if abs(n - counted[judge]) > _ON_THE_EDGE:
            raise DisagreementError(
                f"{case}: the tile of {judge} holds {counted[judge]} events, that of {name} {n}; a "
                "limit of features in its settings may be too low"
            )
