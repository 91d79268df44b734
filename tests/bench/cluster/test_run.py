"""Tests of what a bench of several servers reports, from what was noted."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cop.bench.cluster.reader import Fault
from cop.bench.cluster.run import Happening, count_stored, describe_turns
from cop.bench.load.stream import make_records, write_profile
from cop.settings import StoreSettings
from tests.support.command import run_cop

pytestmark = pytest.mark.scale


def test_errors_belong_to_the_turn_before_them() -> None:
    turns = [
        Happening(what="server1 killed", moment=110.0, back_s=9.04),
        Happening(what="server2 killed", moment=130.0, back_s=8.0),
        Happening(what="database restarted", moment=150.0, back_s=3.0),
    ]
    errors = [Fault(moment, "503") for moment in (105.0, 110.25, 112.5, 150.0)]
    assert describe_turns(turns, errors, 100.0) == [
        {"what": "server1 killed", "at_s": 10.0, "errors": 2, "error_s": 2.5, "back_s": 9.0},
        {"what": "server2 killed", "at_s": 30.0, "errors": 0, "error_s": 0.0, "back_s": 8.0},
        {"what": "database restarted", "at_s": 50.0, "errors": 1, "error_s": 0.0, "back_s": 3.0},
    ]


@pytest.mark.full
def test_events_of_the_writers_are_counted_in_the_files(tmp_path: Path) -> None:
    data = tmp_path / "warehouse"
    run_cop("demo", "--events", "50", "--data", data).check_returncode()
    profile = write_profile(tmp_path)
    for first in (0, 5):
        file = tmp_path / f"{first}.json"
        records = make_records(first, 10, datetime.now(UTC), seed=1)
        file.write_text(json.dumps(records), encoding="ascii")
        loading = ("ingest", "events", file, "--profile", profile, "--data", data)
        run_cop(*loading).check_returncode()
    stored = count_stored(StoreSettings(data=data))
    assert stored == {f"stream-{number}": 1 for number in range(15)}
