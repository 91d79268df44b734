"""Followers of the board's socket in a process of their own: what each received, and when."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cop.model.board import BOARD_SOCKET

_CUTS = 2
_PATIENCE_S = 60.0


@dataclass
class _Follower:
    """What one follower received, put together over its connections."""

    revision: int | None = None
    lags_ms: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    reconnects: int = 0


def run_crowd(address: str, *, followers: int, seconds: float, rate: float) -> dict[str, Any]:
    """Follow a presenter who moves ``rate`` times a second, and return what the followers saw.

    Each of them loses its connection twice and catches up. ``lag`` goes from the moment at which
    the server wrote a revision down until a follower had read it, in ms; what a follower caught up
    on is not part of it. ``lost`` counts revisions that a follower missed or had out of order.
    """
    # A pool of multiprocessing would wait for ever for a process that dies.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, address, followers, seconds, rate).result()


def _run(address: str, followers: int, seconds: float, rate: float) -> dict[str, Any]:
    following = _follow_all(address, followers, seconds, rate)
    return asyncio.run(asyncio.wait_for(following, seconds + 5 * _PATIENCE_S))


async def _follow_all(address: str, number: int, seconds: float, rate: float) -> dict[str, Any]:
    rng = np.random.default_rng(number)
    crowd = [_Follower() for _ in range(number)]
    ended = asyncio.Event()
    cuts = rng.uniform(0.2, 0.8, (number, _CUTS)) * seconds
    tasks = [
        asyncio.create_task(_follow(address, f"Viewer {n}", one, sorted(at), ended))
        for n, (one, at) in enumerate(zip(crowd, cuts, strict=True))
    ]
    try:
        await _until(lambda: all(one.revision is not None for one in crowd))
        first, last = await _present(address, seconds, rate)
        await _until(lambda: all((one.revision or 0) >= last for one in crowd))
        await _until(lambda: all(one.reconnects == _CUTS or one.faults for one in crowd))
    finally:
        # Before Python 3.12 wait_for may swallow a cancellation: a follower ends by this alone.
        ended.set()
    await asyncio.gather(*tasks)
    lags = np.concatenate([one.lags_ms for one in crowd])
    return {
        "followers": number,
        "moves": last - first,
        "messages": len(lags),
        "median_ms": round(float(np.percentile(lags, 50)), 1),
        "p95_ms": round(float(np.percentile(lags, 95)), 1),
        "most_ms": round(float(lags.max()), 1),
        "lost": sum(len(one.faults) for one in crowd),
        "reconnects": sum(one.reconnects for one in crowd),
    }


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.1)


def _open(address: str) -> connect:
    return connect(
        address.replace("http", "ws", 1) + BOARD_SOCKET,
        origin=address,  # type: ignore[arg-type]
        compression=None,
    )


async def _present(address: str, seconds: float, rate: float) -> tuple[int, int]:
    """Move the camera at a steady rate; gives the first and the last revision."""
    async with _open(address) as socket:
        await _send(socket, key=secrets.token_hex(16), name="Presenter")
        heard: list[int] = []
        hearing = asyncio.create_task(_hear(socket, heard))
        await _send(socket, take=True)
        began = time.monotonic()
        for n in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            camera = {"lon": -110 + n % 100 / 100, "lat": 31.5, "zoom": 6 + n % 40 / 10}
            await _send(socket, move={"camera": camera})
        await _until(lambda: bool(heard) and heard[-1] - heard[0] >= int(seconds * rate))
        hearing.cancel()
        return heard[0], heard[-1]


async def _hear(socket: ClientConnection, heard: list[int]) -> None:
    async for text in socket:
        revision = json.loads(text).get("revision")
        if revision is not None:
            heard.append(revision)


async def _send(socket: ClientConnection, **words: Any) -> None:
    await socket.send(json.dumps(words))


async def _follow(
    address: str, name: str, one: _Follower, cuts: list[float], ended: asyncio.Event
) -> None:
    key, began = secrets.token_hex(16), time.monotonic()
    until = [began + cut for cut in cuts] + [float("inf")]
    for end in until:
        after = {} if one.revision is None else {"after": one.revision}
        async with _open(address) as socket:
            await _send(socket, key=key, name=name, **after)
            opened = time.time()
            while not ended.is_set() and time.monotonic() < end:
                try:
                    text = await asyncio.wait_for(socket.recv(), 0.5)
                except TimeoutError:
                    continue
                except ConnectionClosed as fault:
                    one.faults.append(str(fault))
                    return
                _take(one, json.loads(text), opened)
        if ended.is_set():
            return
        one.reconnects += 1


def _take(one: _Follower, message: dict[str, Any], opened: float) -> None:
    if "board" in message:
        one.revision = message["board"]["revision"]
    if "revision" not in message:
        return
    if one.revision is not None and message["revision"] != one.revision + 1:
        one.faults.append(f"{message['revision']} after {one.revision}")
    one.revision = message["revision"]
    if message["at"] > opened:
        one.lags_ms.append(1000 * (time.time() - message["at"]))
