"""Tests of a writer of a bench, whose command is one of the tests' own."""

import os
import threading
import time
from pathlib import Path

import pytest

from cop.bench.cluster.network import Machine
from cop.bench.cluster.writer import BATCH, Writer

pytestmark = pytest.mark.scale

HANG_S = 60
REFUSED_ONCE = 'test -e "$FOLDER/tried" && exit 0; touch "$FOLDER/tried"; echo full >&2; exit 2'
HANGS_ONCE = 'test -e "$FOLDER/tried" && exit 0; touch "$FOLDER/tried"; exec sleep 600'


class Scripted(Machine):
    """Runs a script in place of each command."""

    def inside(self, *command: str) -> list[str]:
        assert command[1:5] == ("-m", "cop", "ingest", "events")
        assert Path(command[5]).is_file()
        return ["sh", "-c", self.link]


def make_writer(folder: Path, script: str, number: int = 1, *, rest_s: float = 0) -> Writer:
    machine = Scripted(name="writer", host="", holder=0, link=script)
    environment = {"FOLDER": str(folder), "PATH": os.environ["PATH"]}
    (folder / "writer.json").touch()
    profile = folder / "profile.yaml"
    return Writer(number, machine, profile, environment, folder, rest_s=rest_s)


def await_path(path: Path) -> None:
    deadline = time.monotonic() + HANG_S
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_was_refused_is_sent_again_and_counts_once(tmp_path: Path) -> None:
    writer = make_writer(tmp_path, REFUSED_ONCE)
    writer.start()
    await_path(tmp_path / "tried")
    writer.end()
    assert writer.refused == 1
    assert writer.batches >= 1
    assert len(set(writer.sent)) == len(writer.sent) == BATCH * writer.batches
    assert writer.sent[0] == "stream-10000000"
    assert not writer.faults


def test_what_was_killed_is_sent_again(tmp_path: Path) -> None:
    writer = make_writer(tmp_path, HANGS_ONCE)
    writer.start()
    await_path(tmp_path / "tried")
    writer.kill()
    writer.end()
    assert (writer.broken, writer.refused) == (1, 0)
    assert writer.batches >= 1


def test_a_writer_rests_after_a_batch_until_it_is_ended(tmp_path: Path) -> None:
    writer = make_writer(tmp_path, 'touch "$FOLDER/tried"', rest_s=10 * HANG_S)
    writer.start()
    while not writer.batches:
        time.sleep(0.01)
    writer.end()
    assert (writer.batches, len(writer.sent)) == (1, BATCH)


def test_a_writer_that_is_always_refused_ends_with_the_reason(tmp_path: Path) -> None:
    writer = make_writer(tmp_path, "echo no disk >&2; exit 1")
    writer.start()
    while writer._thread.is_alive() and threading.active_count():
        time.sleep(0.01)
    assert writer.faults == ["writer: no disk"]
    assert writer.sent == []
