"""Tests of versions and their difference by the real command line, and of what was known when."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import run_cop, serving
from tests.support.http import Caller
from tests.support.invoked import invoke, read_refusal
from tests.support.record import write_ucdp

pytestmark = pytest.mark.store

LOADS = {
    "a": {"1": ("2019-05-01", 2), "2": ("2019-06-01", 3), "3": ("2020-01-01", 4)},
    "b": {"1": ("2019-05-01", 2), "2": ("2019-06-01", 30), "3": ("2020-01-01", 4)},
    "c": {"4": ("2018-03-01", 7)},
}
"""A report; a correction of its second record; a late report of an earlier year."""
KNOWN = {
    "a": {"2019": (2, 5), "2020": (1, 4)},
    "b": {"2019": (2, 32), "2020": (1, 4)},
    "c": {"2018": (1, 7), "2019": (2, 32), "2020": (1, 4)},
}


def ask(*arguments: str | Path) -> Any:
    """Run a command to its end and read its JSON."""
    done = run_cop(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def told(*arguments: str | Path) -> str:
    """What a command says that is run in this process."""
    done = invoke(*arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def loading(data: Path, name: str) -> tuple[str | Path, ...]:
    """The command that loads one file of them."""
    path = write_ucdp(data.parent / f"{name}.csv", LOADS[name])
    return "ingest", "events", path, "--profile", "ucdp_mexico", "--data", data


def test_shown_as_known_at_a_correction_and_a_late_report(
    own_warehouse: Path, tmp_path: Path
) -> None:
    """A, correction B, late report C: at each moment exactly the totals that were true then."""
    moments, versions = {}, {}
    for name in LOADS:
        report = ask(*loading(own_warehouse, name))
        versions[name] = report["version"]
        moments[name] = datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"
        assert report["superseded"] == (1 if name == "b" else 0)
        time.sleep(0.01)
    with serving(own_warehouse, tmp_path / "log.txt") as base:
        caller = Caller(base)
        for name, expected in KNOWN.items():
            for held in (("known_at", moments[name]), ("version", str(versions[name]))):
                answer = caller.ask("/api/summary", [("by", "year"), held]).json()
                assert counted(answer) == expected
                assert answer["version"] == versions[name]
        now = caller.ask("/api/summary", [("by", "year")]).json()
        assert counted(now) == KNOWN["c"]
        early = caller.ask("/api/summary", [("by", "year"), ("known_at", "2020-01-01")])
        assert early.status == 404
        caller.close()


def counted(answer: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """The records and people of a summary by its keys."""
    return {row["key"]: (row["n"], row["counts"]["people"]) for row in answer["rows"]}


@pytest.mark.full
def test_versions_are_listed_and_compared(own_warehouse: Path) -> None:
    data = ("--data", own_warehouse)
    loads = [told(*loading(own_warehouse, name), "--json") for name in LOADS]
    versions = [json.loads(report)["version"] for report in loads]
    listed = json.loads(told("versions", "--dataset", "events", *data, "--json"))["versions"]
    assert [v["version"] for v in listed] == versions[::-1]
    assert {"events", "sources"} == set(listed[0]["datasets"])
    assert listed[0]["load"]["accepted"] == 1
    assert len(json.loads(told("versions", *data, "--json"))["versions"]) == 4
    found = json.loads(told("diff", str(versions[0]), str(versions[2]), *data, "--json"))
    (events,) = (part for part in found["datasets"] if part["dataset"] == "events")
    assert (events["rows_added"], events["rows_removed"], events["rows_corrected"]) == (1, 0, 1)
    assert sum(line["n"] for line in found["events"]) == 1
    assert sum(line["count"] for line in found["events"]) == 27 + 7
    assert told("diff", "2", "2", *data) == "versions 2 and 2 are the same\n"
    plain = told("diff", "3", "4", *data)
    assert "events: rows 1 added, 0 removed, 0 corrected; files +1 -0" in plain
    assert "events from c.csv by profile ucdp_mexico" in told("versions", *data)
    refused = read_refusal(invoke("diff", "2", "99", *data))
    assert refused.startswith("cop: version=99 is not stored: versions from 1 to 4")
