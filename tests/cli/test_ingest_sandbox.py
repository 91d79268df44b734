"""Tests of `cop ingest KIND FILE --profile`: whatever the format, the sandbox parses the file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cop import __main__ as command
from cop.ingest.source.registry import READABLE
from tests.support.entry import parsing_apart, write_exhausting, write_file, write_profiles
from tests.support.raster import write_tiff

pytestmark = [pytest.mark.sources, pytest.mark.full]


@pytest.mark.parametrize("reader", READABLE)
def test_shown_a_file_of_a_profile_is_parsed_in_the_sandbox(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    write_profiles(tmp_path / "profiles", monkeypatch)
    path = write_file(tmp_path, reader)
    with parsing_apart(monkeypatch) as workers:
        answer = CliRunner().invoke(
            command.app,
            [
                "ingest",
                "events",
                str(path),
                "--profile",
                f"{reader}_reports",
                "--json",
                "--data",
                str(own_warehouse),
            ],
        )
    assert answer.exit_code == 0, answer.stderr
    report = json.loads(answer.stdout)
    assert (report["accepted"], report["rejected"]) == (2, 0)
    assert [process.poll() is not None for process in workers] == [True]


def test_shown_a_file_that_exhausts_its_parser_is_refused_by_name(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_profiles(tmp_path / "profiles", monkeypatch)
    monkeypatch.setenv("COP_MEMORY_MB", "256")
    monkeypatch.setenv("COP_UPLOAD_MEMORY_MB", "300")
    path = write_exhausting(tmp_path / "large.parquet")
    answer = CliRunner().invoke(
        command.app,
        [
            "ingest",
            "events",
            str(path),
            "--profile",
            "parquet_reports",
            "--data",
            str(own_warehouse),
        ],
    )
    assert answer.exit_code == 2
    assert "large.parquet: " in answer.stderr
    assert "300 MB of memory" in answer.stderr or "malloc" in answer.stderr


def test_a_profile_or_a_mapping_is_needed_but_not_both(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    for given in ([], ["--profile", "iom_mmp", "--mapping", "x"]):
        answer = CliRunner().invoke(command.app, ["ingest", "events", str(path), *given])
        assert answer.exit_code == 2
        assert "use either --profile NAME or --mapping NAME" in answer.stderr


def test_shown_heights_are_converted_in_the_sandbox(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tiff(tmp_path / "heights.tif")
    monkeypatch.setattr("cop.ingest.heights.convert_heights", None)
    with parsing_apart(monkeypatch) as workers:
        answer = CliRunner().invoke(
            command.app,
            [
                "ingest",
                "terrain",
                str(path),
                "--profile",
                "dted_geotiff",
                "--json",
                "--data",
                str(own_warehouse),
            ],
        )
    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["accepted"] == 1
    assert len(workers) == 1
