"""`cop ingest KIND FILE --mapping NAME`: mapped, loaded once, corrected and taken back."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.command import run_cop
from tests.support.invoked import invoke
from tests.support.mapping import BROKEN, MAPPING, PLACES, rescues

pytestmark = pytest.mark.layers


def ask(*arguments: str | Path) -> Any:
    done = invoke(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def counted(data: Path) -> tuple[int, int]:
    """How many rescues the picture has, and of how many people."""
    warehouse = Warehouse(StoreSettings(data=data))
    try:
        wanted = Filter(kinds=("rescue",), records="real")
        service = QueryService(warehouse, tile_cache_mb=1)
        rows = read_summary(service, service.view(wanted), "kind").rows
        return sum(row.n for row in rows), sum(row.counts["people"] for row in rows)
    finally:
        warehouse.close()


def test_shown_a_saved_mapping_makes_events_of_a_file_by_the_command(
    own_warehouse: Path, tmp_path: Path
) -> None:
    words, file, problems = (tmp_path / n for n in ("m.yaml", "rescues.csv", "problems.csv"))
    words.write_text(yaml.safe_dump(MAPPING))
    file.write_text(rescues(*PLACES, *BROKEN))
    data = ("--data", own_warehouse, "--by", "Ana")
    done = run_cop("mapping", "save", words, *data)
    assert done.returncode == 0, done.stderr
    load = ("ingest", "events", file, "--mapping", "county rescues", *data)
    first = ask(*load, "--problems", problems)
    assert (first["accepted"], first["rejected"]) == (18, 3)
    rows = list(csv.DictReader(problems.read_text("utf-8-sig").splitlines()))
    assert [(row["row"], row["reason"]) for row in rows] == [
        ("20", "grid='nowhere': no readable position"),
        ("21", "when='=1+1': not date-time groups; no time is kept"),
        ("22", "what='flood': no kind that the profile's map knows"),
    ]
    assert "phone" not in rows[0]
    assert counted(own_warehouse) == (18, 26)
    assert list((own_warehouse / "rejects" / "county_rescues").glob("*.csv"))
    file.write_text(rescues(("R-1", *PLACES[0][1:4], "30"), *PLACES[1:]))
    second = ask(*load)
    assert (second["accepted"], second["superseded"], second["duplicate"]) == (0, 1, 17)
    assert counted(own_warehouse) == (18, 53)
    undone = ask("ingest", "undo", "county_rescues", *data)
    assert (undone["undone"], undone["records"]) == (second["version"], 18)
    assert counted(own_warehouse) == (18, 26)
    exported = invoke("mapping", "export", "county rescues", "--data", own_warehouse)
    assert exported.exit_code == 0, exported.stderr
    words.write_text(exported.stdout)
    by_profile = ask("ingest", "events", file, "--profile", words, *data)
    assert (by_profile["accepted"], by_profile["superseded"]) == (0, 1)
    assert counted(own_warehouse) == (18, 53)
    steps = list_steps(StoreSettings(data=own_warehouse))
    assert [step.action for step in reversed(steps)] == [
        "save", "load", "load", "undo", "load",
    ]  # fmt: skip
    assert {step.who for step in steps} == {"Ana"}
