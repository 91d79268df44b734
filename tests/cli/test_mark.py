"""The command that marks a source anew."""

import json
from pathlib import Path

import pytest

from cop.settings import StoreSettings
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
