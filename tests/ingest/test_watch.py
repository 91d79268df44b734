"""Tests of watching a folder: what is complete is loaded once, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.watch import Watch, open_watch
from cop.settings import StoreSettings
from cop.store.catalogue.lock import writer_lock
from cop.store.catalogue.transaction import open_transaction
from tests.support.command import CHECKOUT, clean_environment, run_cop
from tests.support.published import read_published
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.store

HANG_SECONDS = 180


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def watch(own_warehouse: Path, folder: Path) -> Iterator[Watch]:
    settings = StoreSettings(data=own_warehouse)
    with open_watch(
        settings, folder, read_profile("iom_mmp"), settle_s=0, reader=DirectReader()
    ) as watched:
        yield watched


def outcomes(watch: Watch) -> dict[str, str]:
    return {taken.file: taken.outcome for taken in watch.load_settled()}


def below(folder: Path) -> list[str]:
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return sorted(p.relative_to(folder).as_posix() for p in files)


def test_a_good_file_goes_to_done_with_a_report(watch: Watch, folder: Path) -> None:
    write_iom(folder / "a.csv", [iom_row(), iom_row(dead="x")])
    assert outcomes(watch) == {"a.csv": "done"}
    assert below(folder) == ["done/a.csv", "done/a.csv.report.json"]
    said = json.loads((folder / "done" / "a.csv.report.json").read_text())
    assert (said["accepted"], said["rejected"], said["error"]) == (1, 1, None)
    assert said["problems"] == ["a.csv, row 3: dead='x': not a number for the count"]
    assert outcomes(watch) == {}
    write_iom(folder / "a.csv", [iom_row()])
    assert outcomes(watch) == {"a.csv": "done"}
    assert "done/a.csv.2" in below(folder)
    assert json.loads((folder / "done" / "a.csv.2.report.json").read_text())["duplicate"] == 1


def test_what_cannot_be_loaded_goes_to_refused_with_the_reason(watch: Watch, folder: Path) -> None:
    (folder / "junk.csv").write_bytes(bytes(range(256)) * 40)
    write_iom(folder / "none.csv", [iom_row(lon="x"), iom_row(dead="x")])
    assert outcomes(watch) == {"junk.csv": "refused", "none.csv": "refused"}
    said = json.loads((folder / "refused" / "junk.csv.report.json").read_text())
    assert "junk.csv: " in said["error"]
    assert json.loads((folder / "refused" / "none.csv.report.json").read_text())["rejected"] == 2


def test_unfinished_names_links_and_folders_are_left_alone(
    watch: Watch, folder: Path, tmp_path: Path
) -> None:
    outside = write_iom(tmp_path / "outside.csv", [iom_row()])
    for name in (".a.csv", "a.csv.part", "a.csv.TMP"):
        write_iom(folder / name, [iom_row()])
    (folder / "link.csv").symlink_to(outside)
    (folder / "sub.csv").mkdir()
    assert outcomes(watch) == {}
    (folder / "a.csv.part").rename(folder / "a.csv")
    assert outcomes(watch) == {"a.csv": "done"}
    assert outside.is_file()


def test_a_growing_file_is_waited_for(own_warehouse: Path, folder: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    path = write_iom(folder / "a.csv", [iom_row()])
    with open_watch(
        settings, folder, read_profile("iom_mmp"), settle_s=0.2, reader=DirectReader()
    ) as watched:
        assert outcomes(watched) == {}
        time.sleep(0.3)
        write_iom(path, [iom_row(), iom_row(lon="-111")])
        assert outcomes(watched) == {}
        assert watched.settling == {"a.csv"}
        time.sleep(0.3)
        assert outcomes(watched) == {"a.csv": "done"}
    assert len(read_published(own_warehouse)) == 2


def test_a_file_waits_while_the_warehouse_is_busy(
    watch: Watch, folder: Path, own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = partial(open_transaction, wait_s=0)
    for module in ("sink.event", "marking"):
        monkeypatch.setattr(f"cop.ingest.{module}.open_transaction", impatient)
    write_iom(folder / "a.csv", [iom_row()])
    with writer_lock(own_warehouse, timeout_s=0):
        (taken,) = watch.load_settled()
    assert taken.outcome == "waiting"
    assert "another process has been publishing" in str(taken.error)
    assert (below(folder), watch.waiting) == (["a.csv"], {"a.csv"})
    assert outcomes(watch) == {"a.csv": "done"}


def test_a_folder_has_one_watch(watch: Watch, folder: Path) -> None:
    for path, said in ((folder, "another process is watching"), (folder / "no", "no such folder")):
        with (
            pytest.raises(InputFileError, match=said),
            open_watch(watch.settings, path, watch.profile, settle_s=0, reader=DirectReader()),
        ):
            pass


def test_once_takes_what_is_there_and_ends(own_warehouse: Path, folder: Path) -> None:
    for number in range(2):
        write_iom(folder / f"{number}.csv", [iom_row(lon=f"-110.{number}")])
    command = ("watch", folder, "--profile", "iom_mmp", "--data", own_warehouse, "--once")
    ran = run_cop(*command, "--settle", "0", "--json")
    assert ran.returncode == 0, ran.stderr
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(taken["file"], taken["outcome"]) for taken in said] == [
        ("0.csv", "done"), ("1.csv", "done"),
    ]  # fmt: skip
    assert run_cop(*command).stdout == ""


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_shown_a_watched_folder_brings_records_until_it_is_ended(
    own_warehouse: Path, folder: Path
) -> None:
    command = [sys.executable, "-m", "cop", "watch", str(folder), "--profile", "iom_mmp"]
    command += ["--data", str(own_warehouse), "--settle", "0.2", "--every", "0.1"]
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=clean_environment(), stdout=subprocess.PIPE, text=True
    ) as running:
        write_iom(folder / "a.csv", [iom_row()])
        await_that((folder / "done" / "a.csv").is_file)
        draft = write_iom(folder / ".b.csv", [iom_row(lon="-111")])
        os.replace(draft, folder / "b.csv")  # noqa: PTH105 as a program would hand it over
        await_that((folder / "done" / "b.csv").is_file)
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate(timeout=HANG_SECONDS)
    assert running.returncode == 0
    assert out.count("1 accepted") == 2
    assert len(read_published(own_warehouse)) == 2
