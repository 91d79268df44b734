"""Tests of the real commands on a warehouse whose catalogue is in PostgreSQL."""

import json
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.command import run_cop, serving
from tests.support.http import Answer, Caller
from tests.support.postgres import PostgresCluster
from tests.support.record import write_many_iom

pytestmark = [pytest.mark.scale, pytest.mark.full]
HANG_S = 120


def ask(base: str, path: str) -> Answer:
    with closing(Caller(base)) as caller:
        return caller.ask(path)


def await_health(base: str, **expected: object) -> None:
    """Wait until /healthz says so."""
    deadline, found = time.monotonic() + HANG_S, {}
    while time.monotonic() < deadline:
        found = ask(base, "/healthz").json()
        if expected.items() <= found.items():
            return
        time.sleep(0.1)
    raise AssertionError(f"/healthz says {found}")


def test_shown_commands_and_a_server_on_one_database(
    postgres: PostgresCluster, database: str, tmp_path: Path
) -> None:
    data, environment = tmp_path / "warehouse", {"COP_DATABASE": database}
    file = write_many_iom(tmp_path / "incidents.csv", n=40, end=datetime(2026, 6, 1))

    def run(*command: str | Path) -> str:
        done = run_cop(*command, "--data", data, environment=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("demo", "--events", "200", "--days", "30")
    assert not (data / "catalogue.sqlite").exists()
    log = tmp_path / "log.txt"
    polling = environment | {"COP_POLL_SECONDS": "0.2"}
    with serving(data, log, environment=polling) as base:
        await_health(base, status="ok", version=1)
        loaded = json.loads(run("ingest", "events", file, "--profile", "iom_mmp", "--json"))
        assert loaded["version"] == 2
        await_health(base, status="ok", version=2)
        postgres.stop()
        try:
            refused = run_cop("versions", "--data", data, environment=environment)
            assert refused.returncode == 2
            assert "COP_DATABASE" in refused.stderr
            await_health(base, status="degraded", version=2)
            assert ask(base, "/api/summary?by=year").status == 200
        finally:
            postgres.start()
        run("ingest", "undo", "iom_mmp")
        await_health(base, status="ok", version=3)
    versions = json.loads(run("versions", "--json"))["versions"]
    assert [row["version"] for row in versions] == [3, 2, 1]
