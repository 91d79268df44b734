"""Viewers with the Picture open, over Streamlit's own socket, in a process of their own.

Each opens the page as a browser does, looks for news at the intervals of its page, and has it
refreshed at a steady rate: a fragment of those that look, or the whole page.
"""

import asyncio
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Final, Literal

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

Refresh = Literal["fragment", "page"]
_SOCKET: Final = "/_stcore/stream"
_MOST_BYTES: Final = 2**26
_PATIENCE_S: Final = 120.0
_OPENED_AT_ONCE: Final = 8


@dataclass
class _Viewer:
    """What one viewer saw: how long each refresh took, and what went wrong."""

    opened_ms: float | None = None
    took_ms: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    looks_at_s: dict[str, float] = field(default_factory=dict)
    every_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many viewers, how often and for how long each is refreshed, and how."""

    viewers: int
    seconds: float
    every_s: float
    refresh: Refresh
    query: str = "records=synthetic"


def run_viewers(address: str, load: Load) -> dict[str, Any]:
    """Open the page so many times, then refresh each, and return what was seen.

    {viewers, refreshes, looks, began_at, opened_median_ms, median_ms, p95_ms, most_ms, late,
    faults}: times are from a refresh being asked for until its script had ended; ``late`` refreshes
    were due before the last one had ended, and were asked for then. ``began_at`` is when all had
    opened the page, in seconds of the clock.
    """
    # A pool of multiprocessing would wait for ever for a process that dies.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, address, load).result()


def _run(address: str, load: Load) -> dict[str, Any]:
    return asyncio.run(_view_all(address, load))


async def _view_all(address: str, load: Load) -> dict[str, Any]:
    number, query = load.viewers, load.query
    rng = np.random.default_rng(number)
    crowd = [_Viewer() for _ in range(number)]
    opening, begin = asyncio.Semaphore(_OPENED_AT_ONCE), asyncio.Event()
    opened: list[_Viewer] = []
    late: Counter[str] = Counter()

    async def view(viewer: _Viewer, shift_s: float) -> None:
        try:
            async with connect(
                address.replace("http", "ws", 1) + _SOCKET,
                origin=address,  # type: ignore[arg-type]
                subprotocols=["streamlit"],  # type: ignore[list-item]
                max_size=_MOST_BYTES,
                compression=None,
                ping_interval=None,
            ) as socket:
                async with opening:
                    viewer.opened_ms = await _ask(socket, viewer, address, query, None)
                opened.append(viewer)
                await begin.wait()
                due = time.monotonic() + shift_s
                until = time.monotonic() + load.seconds
                while due < until:
                    wait_s = due - time.monotonic()
                    if wait_s < 0:
                        late["late"] += 1
                    await _rest(socket, viewer, address, query, until=due)
                    part = min(viewer.every_s, default=None)
                    asked = part if load.refresh == "fragment" else None
                    viewer.took_ms.append(await _ask(socket, viewer, address, query, asked))
                    due = max(due + load.every_s, time.monotonic())
        except (WebSocketException, OSError, TimeoutError) as fault:
            viewer.faults[f"{type(fault).__name__}: {fault}"[:200]] += 1
            if viewer.opened_ms is None:
                opened.append(viewer)

    shifts = rng.uniform(0, load.every_s, number)
    tasks = [
        asyncio.create_task(view(viewer, float(shift)))
        for viewer, shift in zip(crowd, shifts, strict=True)
    ]
    while len(opened) < number:
        await asyncio.sleep(0.1)
    began_at = time.time()
    begin.set()
    await asyncio.gather(*tasks)
    return _figures(crowd, late["late"]) | {"began_at": began_at}


async def _rest(
    socket: ClientConnection, viewer: _Viewer, address: str, query: str, *, until: float
) -> None:
    """Wait as an open page does: its parts look for news, each at its interval."""
    while True:
        now = time.monotonic()
        part = min(viewer.every_s, key=lambda one: viewer.looks_at_s[one], default=None)
        if part is None or viewer.looks_at_s[part] >= until:
            await asyncio.sleep(max(0.0, until - now))
            return
        await asyncio.sleep(max(0.0, viewer.looks_at_s[part] - now))
        await socket.send(_build_rerun(address, query, part, is_look=True))
        viewer.looks += 1
        viewer.looks_at_s[part] = time.monotonic() + viewer.every_s[part]


async def _ask(
    socket: ClientConnection, viewer: _Viewer, address: str, query: str, part: str | None
) -> float:
    """Have the page's script run, whole or one part of it; return how many ms it took."""
    is_begun, began = False, time.perf_counter()
    await socket.send(_build_rerun(address, query, part))
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            received = ForwardMsg.FromString(await socket.recv(decode=False))
            kind = received.WhichOneof("type")
            if kind == "auto_rerun":
                found = received.auto_rerun
                viewer.every_s[found.fragment_id] = found.interval
                viewer.looks_at_s.setdefault(found.fragment_id, time.monotonic() + found.interval)
            elif kind == "new_session":
                parts = [*received.metadata.run.fragment_ids]
                is_begun = parts == ([] if part is None else [part])
            elif kind == "delta" and received.delta.new_element.HasField("exception"):
                viewer.faults[received.delta.new_element.exception.message[:200]] += 1
            elif (
                kind == "script_finished"
                and is_begun
                and (received.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN)
            ):
                return 1000 * (time.perf_counter() - began)


def _build_rerun(address: str, query: str, part: str | None, *, is_look: bool = False) -> bytes:
    message = BackMsg()
    rerun = message.rerun_script
    rerun.query_string, rerun.is_auto_rerun = query, is_look
    rerun.context_info.timezone, rerun.context_info.url = "UTC", f"{address}/"
    if part is not None:
        rerun.fragment_id = part
    return bytes(message.SerializeToString())


def _figures(crowd: list[_Viewer], late: int) -> dict[str, Any]:
    took = [ms for viewer in crowd for ms in viewer.took_ms]
    opened = [viewer.opened_ms for viewer in crowd if viewer.opened_ms is not None]
    faults = sum((viewer.faults for viewer in crowd), Counter[str]())
    return {
        "viewers": len(crowd),
        "refreshes": len(took),
        "looks": sum(viewer.looks for viewer in crowd),
        "opened_median_ms": _percentile(opened, 50),
        "median_ms": _percentile(took, 50),
        "p95_ms": _percentile(took, 95),
        "most_ms": _percentile(took, 100),
        "late": late,
        "faults": dict(faults.most_common(5)),
    }


def _percentile(values: list[float], share: float) -> float | None:
    return round(float(np.percentile(values, share)), 1) if values else None
