"""Tests of the commands that serve, draw the demo and measure a region."""

import json
from pathlib import Path

import pytest

from cop.cli import picture
from cop.settings import StoreSettings
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.warehouse import Warehouse
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.invoked import invoke, read_refusal
from tests.support.record import iom_row, make_frame, write_iom
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104
def test_other_hosts_are_refused(tmp_path: Path, host: str) -> None:
    line = read_refusal(invoke("run", "--data", tmp_path / "w", "--host", host))
    assert "refused without a room key" in line
    assert "set --room-key-file" in line
    assert not (tmp_path / "w").exists()


@pytest.mark.trust
def test_without_bubblewrap_no_other_host_is_listened_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_UPLOAD_SEAL", "limits")
    key = tmp_path / "room.key"
    key.write_text("k" * 24)
    key.chmod(0o600)
    where = ("--host", "0.0.0.0", "--room-key-file", key)  # noqa: S104 it is refused
    line = read_refusal(invoke("run", "--data", tmp_path / "w", *where))
    assert "refused without bubblewrap" in line
    assert "install the Debian package bubblewrap" in line
    assert not (tmp_path / "w").exists()


def test_the_real_command_refuses_and_ends_with_2(tmp_path: Path) -> None:
    refused = run_cop("run", "--data", tmp_path / "w", "--host", "0.0.0.0")  # noqa: S104
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith("cop: host '0.0.0.0': refused")


@pytest.mark.parametrize("port", ["0", "70000", "-1"])
def test_impossible_settings_are_one_line(tmp_path: Path, port: str) -> None:
    line = read_refusal(invoke("run", "--data", tmp_path / "w", "--port", port))
    assert f"setting port={port}" in line


def test_settings_of_the_environment_are_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COP_THREADS", "many")
    line = read_refusal(invoke("run", "--data", tmp_path / "w"))
    assert "COP_THREADS" in line
    monkeypatch.delenv("COP_THREADS")
    monkeypatch.setenv("COP_HOST", "0.0.0.0")  # noqa: S104
    assert "refused" in read_refusal(invoke("run", "--data", tmp_path / "w"))


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
    monkeypatch.setattr("cop.ingest.sink.event.ensure_region", _interrupt)
    assert _ingest(aborted.data, path) != 0
    assert invoke("run", "--data", aborted.data).exit_code == 0
    assert built == [settings.data, aborted.data]


def _ingest(data: Path, path: Path) -> int:
    given = ("ingest", "events", path, "--profile", "iom_mmp", "--data", data)
    return invoke(*given).exit_code


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.trust
@pytest.mark.parametrize("is_missing", [False, True])
def test_a_server_starts_with_the_copy_of_its_catalogue(
    own_warehouse: Path, tmp_path: Path, is_missing: bool
) -> None:
    publish_events(StoreSettings(data=own_warehouse), make_frame(5))
    catalogue = own_warehouse / CATALOGUE_FILE
    whole = catalogue.read_bytes()
    if is_missing:
        catalogue.unlink()
    else:
        catalogue.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    with serving(own_warehouse, tmp_path / "log.txt") as base:
        caller = Caller(base)
        answer = caller.ask("/api/summary", [("by", "kind")]).json()
        caller.close()
    assert (answer["version"], sum(row["n"] for row in answer["rows"])) == (2, 5)
    assert catalogue.read_bytes() == whole


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


def test_a_region_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no region named 'atlantis'" in read_refusal(invoke("region", "atlantis"))
    result = invoke("demo", "--data", tmp_path / "w", "--region", "atlantis", "--events", "1")
    assert result.exit_code == 2
    assert "cop: no region named 'atlantis'" in result.stderr.splitlines()[-1]


def test_a_region_is_measured_by_sector() -> None:
    told = invoke("region", "sw_border")
    assert told.exit_code == 0
    head, *lines = told.stdout.splitlines()
    described = json.loads(invoke("region", "sw_border", "--json").stdout)
    assert head.startswith(f"{described['name']}: {described['length_km']:.1f} km, ")
    assert [line.split()[0] for line in lines] == [s["code"] for s in described["sectors"]]
    lengths = sum(sector["length_km"] for sector in described["sectors"])
    assert lengths == pytest.approx(described["length_km"])
    assert sum(sector["segments"] for sector in described["sectors"]) == described["segments"]
