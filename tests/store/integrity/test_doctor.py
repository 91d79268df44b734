"""Tests of the doctor: each thing that can be wrong is named, and nothing is changed."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.copy import keep_copy
from cop.store.catalogue.recovery import clean_up
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.integrity import health
from cop.store.integrity.doctor import examine
from tests.store.catalogue.test_recovery import leave_remains
from tests.support.command import run_cop, serving
from tests.support.damage import flip_bit, flip_random_bit, random_bits
from tests.support.http import Caller
from tests.support.invoked import invoke
from tests.support.published import read_published
from tests.support.record import make_frame
from tests.support.store import files_below, publish_events
from tests.support.tile import held_by
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.store

FLIPS, SEED = 50, 4


def the_finding(settings: StoreSettings) -> health.HealthFinding:
    (finding,) = examine(settings).findings
    return finding


def test_shown_flips_are_named_and_figures_say_so(warehouse_dir: Path, tmp_path: Path) -> None:
    """50 single-bit flips: each file is named; what rests on one says so and is never wrong."""
    folder = copy_warehouse(warehouse_dir, tmp_path / "warehouse")
    truth = read_published(folder)
    # One month of each kind of records stays whole: what does not rest on a flip is answered.
    whole = {f"month={own['occurred_at'].max():%Y-%m}" for _, own in truth.groupby("synthetic")}
    files = [path for path in sorted(files_below(folder)) if whole.isdisjoint(path.parts)]
    flips = random_bits(files, FLIPS, seed=SEED)
    for path, bit in flips:
        flip_bit(path, bit)
    damaged = {path.relative_to(folder).as_posix() for path, _ in flips}
    told = run_cop("doctor", "--data", folder, "--json")
    assert told.returncode == 1, told.stderr
    findings = json.loads(told.stdout)["findings"]
    assert {f["subject"] for f in findings if f["check"] == "files"} == damaged
    plain = invoke("doctor", "--data", folder)
    assert plain.exit_code == 1
    assert all(sum(path in line for line in plain.stdout.splitlines()) == 1 for path in damaged)

    repaired = run_cop("doctor", "--repair", "--data", folder)
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert {p.relative_to(folder / "quarantine").as_posix() for p in kept_aside(folder)} == damaged
    again = invoke("doctor", "--data", folder)
    assert again.exit_code == 0
    assert "no problems" in again.stdout
    with serving(folder, tmp_path / "log.txt") as base, closing(Caller(base)) as caller:
        for synthetic in (True, False):
            own = truth[truth["synthetic"] == synthetic]
            check_answers(caller, own, "synthetic" if synthetic else "real")


def kept_aside(folder: Path) -> list[Path]:
    return [path for path in (folder / "quarantine").rglob("*") if path.is_file()]


def check_answers(caller: Caller, events: pd.DataFrame, records: str) -> None:
    """Compare every month, and all time by day, with what was published."""
    months = events["occurred_at"].dt.strftime("%Y-%m")
    said = 0
    for month, own in events.groupby(months):
        start = datetime.strptime(str(month), "%Y-%m")
        end = (start + timedelta(days=32)).replace(day=1)
        pairs = [("from", f"{start:%Y-%m-%d}"), ("to", f"{end:%Y-%m-%d}"), ("records", records)]
        answer = caller.ask("/api/summary", [("by", "kind"), *pairs])
        assert answer.status == 200, answer.body
        summary, tile = answer.json(), caller.ask("/tiles/events/0/0/0.mvt", pairs)
        assert tile.status in {200, 204}
        n = held_by(tile.body).n if tile.body else 0
        if not summary["caveats"]:
            assert (summary["total"], summary["count"]) == (len(own), own["count"].sum())
            assert n == len(own)
        elif n != len(own):
            assert str(month) in tile.headers["x-cop-caveat"]
        assert summary["total"] in {len(own), None}
        if summary["total"] is None:
            said += 1
            assert any(str(month) in text for text in summary["caveats"]), summary
            assert all(row["n"] is None for row in summary["rows"])
    assert said
    days = caller.ask("/api/summary", [("by", "day"), ("records", records)]).json()
    assert days["caveats"]
    truth = events.groupby(events["occurred_at"].dt.strftime("%Y-%m-%d")).size().to_dict()
    told = {row["key"]: row["n"] for row in days["rows"]}
    assert days["total"] is None
    assert {day: told[day] for day in truth if told[day] is not None}.items() <= truth.items()
    assert {told[day] is None for day in truth} == {True, False}


def test_a_whole_warehouse_is_well(loaded: StoreSettings) -> None:
    before = {path: path.read_bytes() for path in loaded.data.rglob("*") if path.is_file()}
    found = examine(loaded)
    assert found.is_well
    assert (found.version, found.files, found.quarantine) == (1, 4, ())
    assert {p: p.read_bytes() for p in loaded.data.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("harm", ["gone", "cut", "link", "empty"])
def test_files_that_are_gone_or_cut_are_named(loaded: StoreSettings, harm: str) -> None:
    path = sorted(files_below(loaded.data))[0]
    content = path.read_bytes()
    path.unlink()
    if harm == "cut":
        path.write_bytes(content[:-1])
    if harm == "empty":
        path.touch()
    if harm == "link":
        (loaded.data / "other").write_bytes(content)
        path.symlink_to(loaded.data / "other")
    finding = the_finding(loaded)
    assert finding.check == "files"
    assert path.name in finding.line
    assert "cop doctor --repair" in finding.line


def test_a_folder_without_a_catalogue_is_no_warehouse(settings: StoreSettings) -> None:
    assert "is missing" in the_finding(settings).fault
    told = run_cop("doctor", "--data", settings.data, "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout)["well"] is False
    assert run_cop("doctor", "--repair", "--data", settings.data).returncode == 1
    assert not settings.data.exists()


def test_what_a_killed_writer_left_is_named_and_rolled_back(loaded: StoreSettings) -> None:
    leave_remains(loaded.data)
    journal = loaded.data / "catalogue.sqlite-journal"
    assert journal.name in the_finding(loaded).subject
    assert journal.exists()
    assert run_cop("doctor", "--repair", "--data", loaded.data).returncode == 0
    assert not journal.exists()


def test_a_damaged_catalogue_is_named(loaded: StoreSettings) -> None:
    path = loaded.data / "catalogue.sqlite"
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    finding = the_finding(loaded)
    assert (finding.check, finding.subject) == ("catalogue", str(path))
    assert "puts its copy in its place" in finding.remedy
    repaired = run_cop("doctor", "--repair", "--data", loaded.data)
    assert repaired.returncode == 0, repaired.stderr
    assert examine(loaded).is_well


def test_a_version_that_lists_other_files_is_named(loaded: StoreSettings) -> None:
    publish_events(loaded, make_frame(2, kind="rescue"))
    with closing(sqlite3.connect(loaded.data / "catalogue.sqlite")) as opened:
        opened.execute(
            "DELETE FROM ducklake_data_file WHERE data_file_id = "
            "(SELECT min(data_file_id) FROM ducklake_data_file WHERE end_snapshot IS NOT NULL)"
        )
        opened.commit()
    keep_copy(loaded.data)
    assert [f.subject for f in examine(loaded).findings] == ["version 1"]


def test_permissions_are_named(loaded: StoreSettings) -> None:
    path = sorted(files_below(loaded.data))[0]
    path.chmod(0o646)
    finding = the_finding(loaded)
    assert (finding.check, finding.subject) == ("permissions", str(path))


def test_what_cannot_be_read_or_written_is_named(
    loaded: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health.os, "access", lambda path, _: path != loaded.data)
    assert the_finding(loaded).fault == "is not readable and writable by this user"


def test_free_space_is_named(loaded: StoreSettings) -> None:
    finding = the_finding(loaded.model_copy(update={"free_mb": 10**9}))
    assert finding.check == "space"
    assert "COP_FREE_MB=1000000000" in finding.fault


def test_a_catalogue_that_differs_from_its_copy_is_named_with_the_remedy(
    loaded: StoreSettings,
) -> None:
    for seed in range(3):
        flip_random_bit(loaded.data / CATALOGUE_FILE, seed=seed)
        (finding,) = (f for f in examine(loaded).findings if f.check == "catalogue")
        assert "puts its copy in its place" in finding.remedy
        clean_up(loaded)
        assert not [f for f in examine(loaded).findings if f.check == "catalogue"]
    (loaded.data / CATALOGUE_FILE).unlink()
    (finding,) = (f for f in examine(loaded).findings if f.check == "catalogue")
    assert "puts its copy in its place" in finding.remedy
