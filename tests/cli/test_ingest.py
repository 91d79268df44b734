"""Tests of the commands that load a file: one report, one clear line for bad input."""

import gzip
import json
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from tests.server.test_server import conserve_totals
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.invoked import invoke, read_refusal
from tests.support.published import read_published
from tests.support.record import iom_row, write_iom
from tests.support.store import files_below

pytestmark = pytest.mark.picture


def ingest(data: Path, path: Path, *more: str) -> Result:
    return invoke("ingest", "events", path, "--profile", "iom_mmp", "--data", data, *more)


GOOD_GZIP = gzip.compress(("t,dead,lon,lat\n" + "2020-01-01,1,-110,31\n" * 9_000).encode())


def test_shown_iom(own_warehouse: Path, iom_file: Path, tmp_path: Path) -> None:
    """The public incidents: all accepted but those refused by name, once, and counted by year."""
    truth = pd.read_csv(iom_file)
    assert len(truth) == 4_307
    command_line = ("ingest", "events", iom_file, "--profile", "iom_mmp", "--json")
    first = run_cop(*command_line, "--data", own_warehouse)
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert set(report) == {
        "accepted", "rejected", "duplicate", "superseded", "version", "problems",
    }  # fmt: skip
    assert report["accepted"] + report["rejected"] == 4_307
    assert len(report["problems"]) == min(5, report["rejected"])
    assert report["accepted"] == 4_307
    second = json.loads(run_cop(*command_line, "--data", own_warehouse).stdout)
    assert (second["accepted"], second["superseded"], second["duplicate"]) == (0, 0, 4_307)
    years = truth.groupby(truth["t"].str[:4])["dead"].agg(["size", "sum"])
    expected = [
        {"key": year, "n": int(row["size"]), "counts": {"people": int(row["sum"])}}
        for year, row in years.iterrows()
    ]
    with serving(own_warehouse, tmp_path / "log.txt") as base:
        caller = Caller(base)
        answer = caller.ask("/api/summary", [("by", "year"), ("source", "iom_mmp")]).json()
        assert answer["rows"] == expected
        assert (answer["total"], answer["records"]) == (4_307, "real")
        caller.close()
        conserve_totals(base, own_warehouse, [(Filter(sources=("iom_mmp",)), False)], zooms=(5, 8))
        later = TimeWindow(start=datetime(2021, 3, 1, 6, 30))
        conserve_totals(base, own_warehouse, [(Filter(sectors=("RGV",), window=later), False)])


def test_json_is_one_object_and_progress_goes_to_stderr(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(dead="x")])
    monkeypatch.setattr("cop.cli.progress.DELAY_S", 0.0)
    result = ingest(own_warehouse, path, "--json")
    assert result.exit_code == 0
    assert "a.csv: reading:" in result.stderr
    assert result.stdout.count("\n") == 1
    report = json.loads(result.stdout)
    assert report["problems"] == ["a.csv, row 3: dead='x': not a number for the count"]
    assert "reading a.csv" in result.stderr
    plain = ingest(own_warehouse, path)
    assert "0 accepted, 1 already there, 0 corrected, 1 rejected" in plain.stdout
    assert "row 3" in plain.stderr


def test_a_dry_run_publishes_nothing(own_warehouse: Path, tmp_path: Path) -> None:
    files = files_below(own_warehouse)
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    result = ingest(own_warehouse, path, "--json", "--dry-run")
    assert json.loads(result.stdout) == {
        "accepted": 1, "rejected": 0, "duplicate": 0, "superseded": 0, "version": None,
        "problems": [],
    }  # fmt: skip
    assert files_below(own_warehouse) == files
    assert "nothing published" in ingest(own_warehouse, path, "--dry-run").stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty.csv: the file is empty"),
        ("wrong.csv", b"a,b\n1,2\n", "no column 'lon'"),
        ("junk.csv", bytes(range(256)) * 400, "junk.csv: "),
        ("elf.csv", b"\x7fELF\x02\x01\x01" + b"\x00" * 5_000, "elf.csv: "),
        ("cut.csv.gz", GOOD_GZIP[:-30], "cut.csv.gz: not a readable CSV"),
        ("fake.csv.gz", b"t,dead\n", "fake.csv.gz: not a readable CSV"),
        ("long.csv", b"t,dead,lon,lat\n1,2,3,4,5\n", "long.csv: not a readable CSV"),
    ],
)
def test_unreadable_files_are_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    line = read_refusal(ingest(tmp_path / "warehouse", path, "--json"))
    assert said in line
    assert line.isprintable()
    assert len(line) < 1_500
    assert not (tmp_path / "warehouse").exists()


def test_missing_things_are_named(tmp_path: Path) -> None:
    line = read_refusal(ingest(tmp_path / "w", tmp_path / "none.csv"))
    assert "none.csv: no such file" in line
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    line = read_refusal(invoke("ingest", "events", path, "--profile", "nope", "--data", tmp_path))
    assert "profile 'nope' does not exist; there are: " in line
    line = read_refusal(ingest(path, path))
    assert "cannot write the warehouse" in line


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"t": "2020-13-45"}, "t='2020-13-45': not a time"),
        ({"t": "2999-01-01"}, "in the future"),
        ({"lon": "31.5", "lat": "-110.5"}, "look swapped"),
        ({"lon": "NaN"}, "lon='NaN': not a number"),
        ({"lat": "inf"}, "lat='inf': not a number"),
        ({"lon": "1e308"}, "no longitude within 180"),
        ({"dead": "1.5"}, "a count is a whole number"),
        ({"dead": "1e308"}, "a count lies within"),
        ({"dead": ""}, "no count"),
    ],
)
def test_bad_rows_are_rejected_with_the_reason(
    own_warehouse: Path, tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(**cells)])
    report = json.loads(ingest(own_warehouse, path, "--json").stdout)
    assert (report["accepted"], report["rejected"]) == (1, 1)
    (problem,) = report["problems"]
    assert problem.startswith("a.csv, row 3: ")
    assert said in problem
    assert list((own_warehouse / "rejects" / "iom_mmp").glob("*.csv"))
    assert len(read_published(own_warehouse)) == 1


def test_data_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, own_warehouse: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("COP_DATA", str(own_warehouse))
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    result = invoke("ingest", "events", path, "--profile", "iom_mmp", "--json")
    assert json.loads(result.stdout)["accepted"] == 1
    assert len(read_published(own_warehouse)) == 1


def test_a_file_needs_a_profile_or_a_mapping_that_fits_it(own_warehouse: Path) -> None:
    data = ("--data", own_warehouse)
    for more in ((), ("--profile", "iom_mmp", "--mapping", "a")):
        line = read_refusal(invoke("ingest", "events", "a.csv", *data, *more))
        assert "use either --profile NAME or --mapping NAME" in line
    line = read_refusal(invoke("ingest", "sensors", "a.csv", "--profile", "iom_mmp", *data))
    assert "cop ingest events" in line
    line = read_refusal(invoke("ingest", "events", "a.csv", "--mapping", "absent", *data))
    assert "no mapping 'absent' is saved here" in line
