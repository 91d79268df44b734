"""Several processes that append to one audit record, killed at random moments."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from cop.access.audit.log import AuditLog
from cop.model.audit import Actor
from cop.settings import StoreSettings
from tests.support.command import CHECKOUT, clean_environment

pytestmark = [pytest.mark.access, pytest.mark.timeout(600)]

WRITERS, ROUNDS, SEED = 3, 5, 17
WRITER = """
import sys
from pathlib import Path
from cop.access.audit.log import AuditLog
from cop.model.audit import Actor
from cop.settings import StoreSettings
log, actor = AuditLog(StoreSettings(data=Path(sys.argv[1]))), Actor(who=sys.argv[2])
for n in range(1_000_000):
    entry = log.append(actor, "publish", f"layer {n}")
    print(entry.seq, entry.hash, flush=True)
"""


def start_writer(data: Path, name: str, out: Path) -> "subprocess.Popen[bytes]":
    with out.open("wb") as written:
        return subprocess.Popen(
            [sys.executable, "-c", WRITER, str(data), name],
            cwd=CHECKOUT,
            env=clean_environment() | {"PYTHONPATH": str(CHECKOUT)},
            stdout=written,
        )


def read_told(out: Path) -> dict[int, str]:
    """What a writer was told to be durable: whole lines of number and hash."""
    lines = out.read_text().split("\n")[:-1]
    return {int(seq): digest for seq, digest in map(str.split, lines)}


def test_shown_a_kill_leaves_a_chain_that_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, draw = tmp_path / "data", Random(SEED)  # noqa: S311 no secret
    data.mkdir()
    log, told = AuditLog(StoreSettings(data=data)), dict[int, str]()
    kills = 0
    for round_ in range(ROUNDS):
        outs = [tmp_path / f"{round_}-{n}" for n in range(WRITERS)]
        writers = [start_writer(data, f"p{n}", out) for n, out in enumerate(outs)]
        try:
            for writer, out in zip(writers, outs, strict=True):
                deadline = time.monotonic() + 120
                while not out.stat().st_size and time.monotonic() < deadline:
                    time.sleep(0.01)
                time.sleep(draw.uniform(0, 0.4))
                writer.kill()
                kills += 1
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()
        for out in outs:
            assert not told.keys() & read_told(out).keys(), "a number is given once"
            told |= read_told(out)
        report = log.verify()
        assert report.finding is None, report.finding
        assert report.head is not None
        stored = {entry.seq: entry.hash for entry in log.file.read()}
        assert told.items() <= stored.items(), "what a writer was told to be durable is there"
        last = log.append(Actor(), "publish", "after a kill")
        assert last.seq == report.head.seq + 1
        told[last.seq] = last.hash
    assert len({entry.who for entry in log.file.read()}) == WRITERS + 1
    log.close()
    with capsys.disabled():
        print(f"\n{kills} kills among {len(told)} entries of {WRITERS} writers")  # noqa: T201
