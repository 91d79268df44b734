"""Tests of the command that watches a folder, once through it."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.cli.watch import WatchActs
from cop.ingest.profile.file import find_profile
from cop.ingest.watch import WatchResult
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from tests.support.invoked import invoke, read_refusal
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.store

ONCE = ("--settle", "0", "--once")


@pytest.fixture(autouse=True)
def _keeping_signals() -> Iterator[None]:
    """The command handles signals for as long as its process lives."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


def test_each_file_is_one_line(own_warehouse: Path, folder: Path) -> None:
    write_iom(folder / "a.csv", [iom_row(), iom_row(dead="x")])
    (folder / "b.csv").write_bytes(b"a,b\n1,2\n")
    done = invoke("watch", folder, "--profile", "iom_mmp", "--data", own_warehouse, *ONCE)
    assert done.exit_code == 0
    assert done.stderr == f"watching {folder} for iom_mmp\n"
    first, second = done.stdout.splitlines()
    assert first.startswith(
        "a.csv: done: 1 accepted, 0 already there, 0 corrected, 1 rejected; version "
    )
    assert second.startswith("b.csv: refused: ")
    assert "no column" in second
    assert (folder / "done" / "a.csv").is_file()
    assert (folder / "refused" / "b.csv").is_file()


def test_a_report_can_be_json(own_warehouse: Path, folder: Path) -> None:
    write_iom(folder / "a.csv", [iom_row()])
    given = ("--profile", "iom_mmp", "--data", own_warehouse, "--json")
    (line,) = invoke("watch", folder, *given, *ONCE).stdout.splitlines()
    taken = json.loads(line)
    assert (taken["file"], taken["outcome"], taken["error"]) == ("a.csv", "done", None)
    assert taken["report"]["accepted"] == 1


def test_an_empty_folder_ends_at_once(own_warehouse: Path, folder: Path) -> None:
    done = invoke("watch", folder, "--profile", "iom_mmp", "--data", own_warehouse, *ONCE)
    assert (done.exit_code, done.stdout) == (0, "")


def test_the_files_must_be_named_by_one_thing(folder: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "w")
    for more in ((), ("--profile", "iom_mmp", "--layers", "a.yaml")):
        line = read_refusal(invoke("watch", folder, *data, *more))
        assert "--profile NAME for records, or --layers FILE" in line
    line = read_refusal(invoke("watch", folder, *data, "--layers", tmp_path / "none.yaml"))
    assert "none.yaml" in line
    assert not (tmp_path / "w").exists()


def test_shown_each_load_is_recorded_once_or_the_file_waits(
    own_warehouse: Path, folder: Path
) -> None:
    store = StoreSettings(data=own_warehouse)
    write_iom(folder / "a.csv", [iom_row()])
    (folder / "b.csv").write_bytes(b"a,b\n1,2\n")
    given = ("--profile", "iom_mmp", "--data", own_warehouse, "--by", "Ana", *ONCE)
    assert invoke("watch", folder, *given).exit_code == 0
    log = AuditLog(store)
    entries = [*log.file.read()]
    loads = [one for one in entries if one.action == "load"]
    assert [(one.outcome, one.completes, one.details["file"]) for one in loads] == [
        ("begun", None, "a.csv"),
        ("done", loads[0].seq, "a.csv"),
        ("begun", None, "b.csv"),
        ("refused", loads[2].seq, "b.csv"),
    ]
    assert {(one.subject, one.name) for one in loads} == {("source iom_mmp", "Ana")}
    assert loads[1].details["accepted"] == 1
    assert "no column" in loads[3].details["fault"]
    assert [one.action for one in entries[4:]] == ["compact", "compact"]
    write_iom(folder / "c.csv", [iom_row()])
    head = (own_warehouse / HEAD_FILE).read_bytes()
    (own_warehouse / HEAD_FILE).write_text("no head")
    waiting = invoke("watch", folder, *given)
    assert waiting.exit_code == 1
    assert "c.csv: waiting: " in waiting.stdout
    assert (folder / "c.csv").is_file()
    (own_warehouse / HEAD_FILE).write_bytes(head)
    assert invoke("watch", folder, *given).exit_code == 0
    assert (folder / "done" / "c.csv").is_file()
    log.close()


def test_a_file_that_is_tried_again_and_again_is_one_act(tmp_path: Path) -> None:
    acts = WatchActs(StoreSettings(data=tmp_path), find_profile("iom_mmp"), by="Ana")
    for outcome in ("waiting", "waiting", "done"):
        acts.begin("a.csv")
        acts.end(WatchResult(file="a.csv", outcome=outcome))
    acts.begin("a.csv")
    log = AuditLog(StoreSettings(data=tmp_path))
    assert [one.outcome for one in log.file.read()] == ["begun", "done", "begun"]
    acts.close()
    log.close()
