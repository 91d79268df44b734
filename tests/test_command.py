"""Tests of the command line: one clear line and status 2 for bad input, JSON on stdout."""

import gzip
import json
import math
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from cop import __main__ as command
from cop.cli import picture
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.test_server import conserve_totals
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.published import read_published
from tests.support.record import iom_row, make_frame, write_iom
from tests.support.store import files_below, publish_events

pytestmark = pytest.mark.picture


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a command takes in this process, it shows no progress."""
    monkeypatch.setattr("cop.cli.progress.DELAY_S", math.inf)


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command.app, [str(a) for a in arguments])


def ingest(data: Path, path: Path, *more: str) -> Result:
    return invoke("ingest", "events", path, "--profile", "iom_mmp", "--data", data, *more)


def the_line(result: Result) -> str:
    """The one line of a refusal; nothing but the announcement of the file stands before it."""
    lines = [x for x in result.stderr.splitlines() if not x.startswith("reading ")]
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(lines) == 1, lines
    assert lines[0].startswith("cop: ")
    return lines[0]


def test_shown_iom(bare_copy: Path, iom_file: Path, tmp_path: Path) -> None:
    """The public incidents: all accepted but those refused by name, once, and counted by year."""
    truth = pd.read_csv(iom_file)
    assert len(truth) == 4_307
    command_line = ("ingest", "events", iom_file, "--profile", "iom_mmp", "--json")
    first = run_cop(*command_line, "--data", bare_copy)
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert set(report) == {
        "accepted", "rejected", "duplicate", "superseded", "version", "problems",
    }  # fmt: skip
    assert report["accepted"] + report["rejected"] == 4_307
    assert len(report["problems"]) == min(5, report["rejected"])
    assert report["accepted"] == 4_307
    second = json.loads(run_cop(*command_line, "--data", bare_copy).stdout)
    assert (second["accepted"], second["superseded"], second["duplicate"]) == (0, 0, 4_307)
    years = truth.groupby(truth["t"].str[:4])["dead"].agg(["size", "sum"])
    expected = [
        {"key": year, "n": int(row["size"]), "count": int(row["sum"])}
        | {"counts": {"people": int(row["sum"])}}
        for year, row in years.iterrows()
    ]
    with serving(bare_copy, tmp_path / "log.txt") as base:
        caller = Caller(base)
        answer = caller.ask("/api/summary", [("by", "year"), ("source", "iom_mmp")]).json()
        assert answer["rows"] == expected
        assert (answer["total"], answer["records"]) == (4_307, "real")
        caller.close()
        conserve_totals(base, bare_copy, [(Filter(sources=("iom_mmp",)), False)], zooms=(5, 8))
        later = TimeWindow(start=datetime(2021, 3, 1, 6, 30))
        conserve_totals(base, bare_copy, [(Filter(sectors=("RGV",), window=later), False)])


@pytest.fixture
def bare_copy(own_warehouse: Path) -> Path:
    return own_warehouse


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


GOOD_GZIP = gzip.compress(("t,dead,lon,lat\n" + "2020-01-01,1,-110,31\n" * 9_000).encode())


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
    line = the_line(ingest(tmp_path / "warehouse", path, "--json"))
    assert said in line
    assert line.isprintable()
    assert len(line) < 1_500
    assert not (tmp_path / "warehouse").exists()


def test_missing_things_are_named(tmp_path: Path) -> None:
    line = the_line(ingest(tmp_path / "w", tmp_path / "none.csv"))
    assert "none.csv: no such file" in line
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    line = the_line(invoke("ingest", "events", path, "--profile", "nope", "--data", tmp_path))
    assert "profile 'nope' does not exist; there are: " in line
    line = the_line(invoke("region", "atlantis"))
    assert "atlantis" in line
    line = the_line(ingest(path, path))
    assert "cannot write the warehouse" in line
    result = invoke("demo", "--data", tmp_path / "w", "--region", "atlantis", "--events", "1")
    assert result.exit_code == 2
    assert "cop: no region named 'atlantis'" in result.stderr.splitlines()[-1]


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104
def test_other_hosts_are_refused(tmp_path: Path, host: str) -> None:
    line = the_line(invoke("run", "--data", tmp_path / "w", "--host", host))
    assert "refused without a room key" in line
    assert "set --room-key-file" in line
    assert not (tmp_path / "w").exists()


def test_the_real_command_refuses_and_ends_with_2(tmp_path: Path) -> None:
    refused = run_cop("run", "--data", tmp_path / "w", "--host", "0.0.0.0")  # noqa: S104
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith("cop: host '0.0.0.0': refused")


@pytest.mark.parametrize("port", ["0", "70000", "-1"])
def test_impossible_settings_are_one_line(tmp_path: Path, port: str) -> None:
    line = the_line(invoke("run", "--data", tmp_path / "w", "--port", port))
    assert f"setting port={port}" in line


def test_settings_of_the_environment_are_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COP_THREADS", "many")
    line = the_line(invoke("run", "--data", tmp_path / "w"))
    assert "COP_THREADS" in line
    monkeypatch.delenv("COP_THREADS")
    monkeypatch.setenv("COP_HOST", "0.0.0.0")  # noqa: S104
    assert "refused" in the_line(invoke("run", "--data", tmp_path / "w"))


def test_data_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, own_warehouse: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("COP_DATA", str(own_warehouse))
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    result = invoke("ingest", "events", path, "--profile", "iom_mmp", "--json")
    assert json.loads(result.stdout)["accepted"] == 1
    assert len(read_published(own_warehouse)) == 1


def test_run_builds_the_demo_only_where_nothing_is_published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[Path] = []
    monkeypatch.setattr(picture, "_demo", lambda store, **_: built.append(store.data))
    monkeypatch.setattr("cop.app.serve", lambda *_, **__: None)
    settings = StoreSettings(data=tmp_path / "w")
    for expected in (1, 1):
        assert invoke("run", "--data", settings.data).exit_code == 0
        assert len(built) == expected
        publish_events(settings, make_frame(1))
    aborted = StoreSettings(data=tmp_path / "aborted")
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    monkeypatch.setattr("cop.ingest.event.ensure_region", _interrupt)
    assert ingest(aborted.data, path).exit_code != 0
    assert invoke("run", "--data", aborted.data).exit_code == 0
    assert built == [settings.data, aborted.data]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_demo_publishes_what_was_asked(own_warehouse: Path) -> None:
    result = invoke(
        "demo", "--data", own_warehouse, "--events", "300", "--days", "20", "--seed", "4"
    )
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "300 SYNTHETIC events over 20 days" in result.stderr
    snapshot = Warehouse(StoreSettings(data=own_warehouse)).snapshot
    assert snapshot.sources["demo"].n == 300


@pytest.mark.parametrize("arguments", [("--events", "0"), ("--days", "-1"), ("--seed", "x")])
def test_demo_refuses_nonsense(tmp_path: Path, arguments: tuple[str, str]) -> None:
    result = invoke("demo", "--data", tmp_path / "w", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
