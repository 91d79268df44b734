"""Tests of `cop watch`: the sandbox parses the files of strangers that appear in the folder."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cop import __main__ as command
from cop.ingest.source.registry import READABLE
from tests.support.entry import parsing_apart, write_exhausting, write_file, write_profiles

pytestmark = [pytest.mark.sources, pytest.mark.full]


def watch_once(folder: Path, warehouse: Path, reader: str) -> list[dict[str, object]]:
    answer = CliRunner().invoke(
        command.app,
        [
            "watch",
            str(folder),
            "--profile",
            f"{reader}_reports",
            "--once",
            "--settle",
            "0",
            "--json",
            "--data",
            str(warehouse),
        ],
    )
    assert answer.exit_code == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


@pytest.mark.parametrize("reader", READABLE)
def test_shown_a_watched_file_is_parsed_in_the_sandbox(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    write_profiles(tmp_path / "profiles", monkeypatch)
    folder = tmp_path / "in"
    folder.mkdir()
    write_file(tmp_path, reader).rename(folder / f"a.{reader}")
    with parsing_apart(monkeypatch) as workers:
        (taken,) = watch_once(folder, own_warehouse, reader)
    assert (taken["file"], taken["outcome"]) == (f"a.{reader}", "done")
    report = taken["report"]
    assert isinstance(report, dict)
    assert report["accepted"] == 2
    assert len(workers) == 1


def test_shown_a_file_that_exhausts_its_parser_is_refused_and_the_next_is_loaded(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_profiles(tmp_path / "profiles", monkeypatch)
    monkeypatch.setenv("COP_MEMORY_MB", "256")
    monkeypatch.setenv("COP_UPLOAD_MEMORY_MB", "300")
    folder = tmp_path / "in"
    folder.mkdir()
    write_exhausting(folder / "a.parquet")
    write_file(tmp_path, "parquet").rename(folder / "b.parquet")
    large, small = watch_once(folder, own_warehouse, "parquet")
    assert (large["outcome"], small["outcome"]) == ("refused", "done")
    assert str(large["error"]).startswith("a.parquet: ")
