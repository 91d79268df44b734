"""Impact levels by the real command line and server: proposed, agreed, ended, in the hand-out."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cop.__main__ import app
from cop.model.moment import utc_now
from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.impact import NEVER, QUIET, SURGE, publish_surge

pytestmark = pytest.mark.forecast


def told(*arguments: str | Path) -> Any:
    done = run_cop("impact", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_shown_impact_levels_are_proposed_with_reasons_and_agreed_until_an_expiry(
    own_warehouse: Path, tmp_path: Path
) -> None:
    publish_surge(own_warehouse, end=utc_now(), synthetic=True)
    data = ("--data", own_warehouse)
    listed = told("list", *data)
    assert listed["synthetic"] is True
    assert listed["track_record"]
    assert (listed["counts"]["critical"], listed["counts"]["low"]) == (1, 1)
    first, levels = listed["segments"][0], {s["segment_id"]: s for s in listed["segments"]}
    assert (first["segment_id"], first["level"], first["state"]) == (SURGE, "critical", "proposed")
    assert first["until"] is not None
    assert first["rule"] == "surge on a busy segment"
    assert first["figures"]["expected_low"] <= first["figures"]["expected"]
    assert levels[NEVER]["level"] == "unknown"
    assert all(listed["checklists"][level] for level in ("low", "medium", "high", "critical"))

    said = ("--by", "Ana", "--reason", "a crowd waits", "--based-on", "0")
    (agreed,) = told("agree", QUIET, "--level", "critical", "--hours", "6", *said, *data)[
        "decisions"
    ]
    assert (agreed["step"], agreed["proposed"], agreed["revision"]) == ("changed", "low", 1)
    second = CliRunner().invoke(app, ["impact", "agree", QUIET, *said, *map(str, data)])
    assert second.exit_code == 2
    assert "revision 1 came before yours" in second.stderr
    assert len(second.stderr.splitlines()) == 1

    with serving(own_warehouse, tmp_path / "log.txt") as base:
        caller = Caller(base)
        answer = caller.ask("/api/impact").json()
        held = {s["segment_id"]: s for s in answer["segments"]}[QUIET]
        assert (held["level"], held["state"], held["by"]) == ("critical", "changed", "Ana")
        assert answer["counts"]["critical"] == 2
        real = caller.ask("/api/impact", [("records", "real")]).json()
        assert set(real["counts"]) == {"unknown"}
        assert caller.ask("/api/impact", method="POST").status == 405
        assert caller.ask("/api/impact", [("sector", "TCA")]).status == 400
        caller.close()


def test_a_rule_at_fault_ends_the_commands_with_one_line(
    own_warehouse: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "own.yaml"
    rules.write_text("rules: []\n")
    for command in (("run",), ("impact", "list")):
        words = [*command, "--data", str(own_warehouse), "--impact", str(rules)]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"cop: {rules}: ")
        assert len(done.stderr.splitlines()) == 1
