"""Tests of retention, backup and restore by the real command line."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.warehouse import Warehouse
from tests.support.audit import fill
from tests.support.command import Process, run_cop, serving, start_cop
from tests.support.http import Caller
from tests.support.invoked import invoke, read_refusal
from tests.support.record import make_frame, write_many_iom
from tests.support.store import date_versions, publish_events, shown_files

pytestmark = pytest.mark.store

HANG_SECONDS = 180
IDS = ["a", "b", "c"]


def ask(*arguments: str | Path) -> Any:
    """Run a command to its end and read its JSON."""
    done = run_cop(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def told(*arguments: str | Path) -> Any:
    """What a command says that is run in this process."""
    done = invoke(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def totals(data: Path) -> dict[int, tuple[int, int]]:
    """Records and the sum of their counts at every kept version."""
    warehouse = Warehouse(StoreSettings(data=data))
    found = {}
    for version in shown_files(data):
        states = warehouse.snapshot_at(version=version).sources.values()
        found[version] = (sum(s.n for s in states), sum(s.count for s in states))
    warehouse.close()
    return found


def begin_ingest(data: Path, path: Path) -> Process:
    """Begin to load a file in a process of its own."""
    command = ["ingest", "events", path, "--profile", "iom_mmp", "--data", data]
    with path.with_suffix(".log").open("w") as out:
        return start_cop(*command, out=out, err=out)


def test_shown_a_backup_during_an_ingest_restores_to_a_state_that_existed(
    own_warehouse: Path, tmp_path: Path
) -> None:
    """Backups one after another while files are loaded: each is a version that was published."""
    taken = []
    for i in range(3):
        end = utc_now() - timedelta(days=400 * i)
        loading = begin_ingest(
            own_warehouse, write_many_iom(tmp_path / f"{i}.csv", n=2_000, end=end, seed=i)
        )
        while loading.poll() is None:
            taken.append(tmp_path / f"{len(taken)}.tar")
            ask("backup", taken[-1], "--data", own_warehouse)
        assert loading.returncode == 0
    published, known = shown_files(own_warehouse), totals(own_warehouse)
    assert len(published) == 4
    assert len(taken) >= 3
    for path in (taken[0], taken[len(taken) // 2], taken[-1]):
        restored = tmp_path / path.stem
        report = told("restore", path, "--data", restored)
        assert report["version"] == report["restored"]
        versions = shown_files(restored)
        assert max(versions) == report["version"]
        assert versions == {n: published[n] for n in versions}
        assert totals(restored) == {n: known[n] for n in versions}
        assert told("doctor", "--data", restored)["well"]


def test_a_running_server_moves_to_what_is_restored(settings_data: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=settings_data)
    publish_events(settings, make_frame(3, source_id=IDS))
    ask("backup", tmp_path / "b.tar", "--data", settings_data)
    publish_events(settings, make_frame(3, source_id=IDS, count=9))
    with serving(settings_data, tmp_path / "log.txt") as base:
        caller = Caller(base)
        asked = ("/api/summary", [("by", "kind")])
        assert caller.ask(*asked).json()["counts"]["people"] == 27
        done = run_cop("restore", tmp_path / "b.tar", "--data", settings_data)
        assert done.stdout == "version 1 of b.tar restored as version 3; 0 files written\n"
        deadline = time.monotonic() + HANG_SECONDS
        while caller.ask(*asked).json()["version"] != 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert caller.ask(*asked).json()["counts"]["people"] == 6
        second = caller.ask("/api/summary", [("by", "kind"), ("version", "2")]).json()
        assert second["counts"]["people"] == 27
        caller.close()


@pytest.fixture
def settings_data(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


@pytest.mark.full
def test_retention_says_what_goes_and_what_stays(settings_data: Path) -> None:
    settings = StoreSettings(data=settings_data)
    for count in (1, 2, 3):
        publish_events(settings, make_frame(3, source_id=IDS, count=count))
    now = utc_now()
    date_versions(settings_data, {n: now - timedelta(days=10 - n) for n in (1, 2, 3)})
    dry = invoke("retain", "--keep-versions", "1", "--dry-run", "--data", settings_data)
    assert dry.stdout.startswith("2 versions (1 to 2), ")
    assert dry.stdout.endswith(" bytes would be deleted; 1 versions kept, the oldest is 3\n")
    assert sorted(shown_files(settings_data)) == [1, 2, 3]
    report = told("retain", "--keep-days", "8", "--data", settings_data)
    assert (report["removed"], report["kept"]) == ([1], [2, 3])
    refused = read_refusal(invoke("retain", "--data", settings_data))
    assert "use --keep-days or --keep-versions" in refused
    none = read_refusal(invoke("retain", "--keep-versions", "0", "--data", settings_data))
    assert "setting keep_versions=0" in none


@pytest.mark.full
def test_refusals_are_one_line(settings_data: Path, tmp_path: Path) -> None:
    publish_events(StoreSettings(data=settings_data), make_frame(1))
    path = tmp_path / "b.tar"
    path.write_bytes(b"nothing")
    for arguments, said in (
        (("backup", path), "b.tar already exists"),
        (("restore", path), "b.tar: not a whole backup"),
        (("restore", tmp_path / "none.tar"), "none.tar: not a whole backup"),
    ):
        assert said in read_refusal(invoke(*arguments, "--data", settings_data))


def publish_old(data: Path) -> None:
    """Publish three versions, days ago."""
    for count in (1, 2, 3):
        publish_events(StoreSettings(data=data), make_frame(3, source_id=IDS, count=count))
    now = utc_now()
    date_versions(data, {n: now - timedelta(days=10 - n) for n in (1, 2, 3)})


@pytest.mark.access
def test_what_retention_removes_is_itself_recorded(
    settings_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its settings alone: versions, then entries of the audit record."""
    publish_old(settings_data)
    fill(settings_data, 30, start=utc_now() - timedelta(days=40))
    assert "COP_KEEP_DAYS" in read_refusal(invoke("retain", "--data", settings_data))
    monkeypatch.setenv("COP_KEEP_VERSIONS", "1")
    monkeypatch.setenv("COP_AUDIT_KEEP_DAYS", "20")
    removed = told("retain", "--data", settings_data)["removed"]
    assert removed
    assert len(shown_files(settings_data)) == 1
    pruned = told("audit", "prune", "--data", settings_data, "--to", tmp_path)
    assert pruned["entries"] == 30
    exported = invoke("audit", "export", "--format", "jsonl", "--data", settings_data)
    entries = [json.loads(line) for line in exported.stdout.splitlines()]
    found = {
        (entry["action"], entry["outcome"]): json.loads(entry["detail"])
        if isinstance(entry["detail"], str)
        else entry["detail"]
        for entry in entries
    }
    assert found["retain", "done"]["removed"] == [str(number) for number in removed]
    assert Path(pruned["file"]).name in json.dumps(found["prune", "done"])
    assert invoke("audit", "verify", "--data", settings_data).exit_code == 0


def test_retention_that_cannot_be_recorded_removes_nothing(
    settings_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_old(settings_data)
    fill(settings_data, 3)
    (settings_data / HEAD_FILE).write_text("{}")
    before = shown_files(settings_data)
    monkeypatch.setenv("COP_KEEP_VERSIONS", "1")
    assert invoke("retain", "--data", settings_data).exit_code == 2
    assert shown_files(settings_data) == before
