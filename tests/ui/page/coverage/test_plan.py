"""Proposed sensors on the page: they are tried at once, and what they close is said."""

from pathlib import Path

import pytest

from cop.model.trial import SensorTrial
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.coverage


def test_proposed_sensors_are_tried(run_page: RunPage, warehouse_dir: Path) -> None:
    tried = "add:Plan-1@-112,31.9,9,900"
    page = run_page("Coverage", warehouse_dir, records="synthetic", sector="TCA", whatif=tried)
    number = next(one for one in page.number_input if one.label == "Sensors to add")
    number.set_value(2)
    next(b for b in page.button if b.label == "Propose places").click().run()
    assert not page.exception
    texts = page.query_params["whatif"]
    trials = [SensorTrial.from_text(text) for text in texts]
    assert [trial.sensor for trial in trials] == ["Plan-1", "Plan-2", "Plan-3"]
    assert {(trial.height_m, trial.range_m) for trial in trials[1:]} == {(20.0, 15_000.0)}
    (told,) = (one.value for one in page.info)
    assert told.startswith("2 of ")
    assert "Runner-up: TCA-" in told
    next(b for b in page.button if b.label == "End what-if").click().run()
    assert not page.info
