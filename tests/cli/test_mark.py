"""The command that marks a source, or one of its records, anew."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cop.model.release import Release
from cop.query.service import QueryService
from cop.query.table import count_events
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.invoked import invoke, read_refusal
from tests.support.released import draw_events, load_events

pytestmark = pytest.mark.access


def test_shown_a_source_is_raised_freely_and_lowered_with_a_reason(
    own_warehouse: Path, tmp_path: Path
) -> None:
    load_events(StoreSettings(data=own_warehouse), tmp_path, draw_events(20, seed=5))
    data = ("--by", "Avery", "--data", str(own_warehouse))
    done = invoke("mark", "table", "TLP:RED", *data)
    assert done.stdout.startswith("table: raised from TLP:CLEAR to TLP:RED, ")
    assert "give a reason" in read_refusal(invoke("mark", "table", "TLP:CLEAR", *data))
    done = invoke("mark", "table", "TLP:GREEN", "--reason", "agreed", "--json", *data)
    assert json.loads(done.stdout)["new"] == "TLP:GREEN"


def test_shown_a_record_is_lowered_by_no_load_but_with_a_reason(
    own_warehouse: Path, tmp_path: Path
) -> None:
    settings = StoreSettings(data=own_warehouse)
    event = replace(draw_events(1, seed=5)[0], marking="TLP:RED", source_id="x1")
    load_events(settings, tmp_path, [event])
    load_events(settings, tmp_path, [replace(event, marking="TLP:GREEN")])
    assert count_released(settings, "TLP:GREEN") == 0
    command = ("mark", "table", "TLP:GREEN", "--record", "x1")
    data = ("--by", "Avery", "--data", str(own_warehouse))
    assert "give a reason" in read_refusal(invoke(*command, *data))
    done = invoke(*command, "--reason", "agreed", *data)
    assert done.stdout.startswith("table: lowered from TLP:RED to TLP:GREEN, record x1, version ")
    assert count_released(settings, "TLP:GREEN") == 1
    (step,) = list_steps(settings, subject="source table, record x1")
    assert (step.who, step.action) == ("Avery", "lower marking")
    assert step.detail.endswith("agreed")
    load_events(settings, tmp_path, [replace(event, marking="TLP:RED")])
    assert count_released(settings, "TLP:GREEN") == 0, "it is raised freely"


def count_released(settings: StoreSettings, highest: str) -> int:
    """Count the events that a viewer of an agency with that highest label has."""
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        service = service.released_to(Release(agency="DPS", highest=highest))
        return count_events(service, service.view(), None)
