"""The board measured over a warehouse of demo events."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as BrowserError

from cop.bench.board.crowd import run_crowd
from cop.bench.board.table import run_table
from cop.bench.memory import read_rss_mb
from cop.bench.page import BenchPageError
from cop.bench.sample import Sample, open_sample
from cop.bench.server import serving_process
from cop.store.room.damage import DAMAGE_FILE
from cop.store.room.relational import ROOM_FILE


def run_board(
    sample: Sample, *, moves: int, followers: Sequence[int], seconds: float, rate: float
) -> dict[str, Any]:
    """Return {events, table, followers: [{followers, p95_ms, lost, growth_mb, ...}]}.

    ``table`` has browsers, none where ``moves`` is 0; ``growth_mb`` is how much more memory the
    server used after that many followers had left than before.
    """
    figures: dict[str, Any] = {"events": sample.events, "table": None, "followers": []}
    with open_sample(sample) as settings, tempfile.TemporaryDirectory() as scratch:
        # Of an earlier run: its last presenter would present still.
        for file in (*settings.data.glob(f"{ROOM_FILE}*"), settings.data / DAMAGE_FILE):
            file.unlink(missing_ok=True)
        with serving_process(settings, Path(scratch) / "log.txt") as (address, _):
            if moves:
                try:
                    figures["table"] = run_table(address, moves=moves, seed=sample.seed)
                except BrowserError as fault:
                    raise BenchPageError(f"the browser failed: {fault}") from fault
        for number in followers:
            with serving_process(settings, Path(scratch) / "log.txt") as (address, pid):
                run_crowd(address, followers=number, seconds=2, rate=rate)
                before = read_rss_mb(pid)
                crowd = run_crowd(address, followers=number, seconds=seconds, rate=rate)
                crowd["growth_mb"] = round(read_rss_mb(pid) - before, 1)
                figures["followers"].append(crowd)
    return figures
