"""What if on the page: tried, removed and ended; what cannot be read is said."""

from pathlib import Path

import pytest

from cop.model.trial import SensorTrial
from cop.ui.page.coverage.trial import describe_trial
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.coverage

MADE = {"records": "synthetic"}
TRIED = "add:New-1@-112.1,31.85,30,30000"


def test_a_change_is_said_in_words_with_its_place() -> None:
    def words(text: str) -> str:
        return describe_trial(SensorTrial.from_text(text))

    assert words(TRIED) == ("New-1 added at 12R UA 9592 2433, 30 m above the ground, range 30 km")
    assert words("move:A@-112.1,31.85") == "A moved to 12R UA 9592 2433"
    assert words("raise:A@60") == "A at 60 m above the ground"
    assert words("off:A") == "A off"


def test_what_is_tried_is_marked_and_its_effect_said(
    run_page: RunPage, warehouse_dir: Path
) -> None:
    page = run_page("Coverage", warehouse_dir, **MADE, whatif=TRIED)
    assert not page.exception
    words = " ".join(str(part.body) for part in page.html)
    assert '<span class="cop-chip cop-trial">WHAT-IF</span>' in words
    assert "WHAT-IF, sensors: 1 added" in words
    assert "Not stored until it is published" in words
    assert "Events expected unseen in the window" in words


def test_it_is_removed_and_ended(run_page: RunPage, warehouse_dir: Path) -> None:
    page = run_page("Coverage", warehouse_dir, **MADE, whatif=TRIED)
    next(b for b in page.button if b.label == "Remove").click().run()
    assert "whatif" not in page.query_params
    page = run_page("Coverage", warehouse_dir, **MADE, whatif=TRIED)
    next(b for b in page.button if b.label == "End what-if").click().run()
    assert "whatif" not in page.query_params


def test_the_form_adds_a_sensor_and_says_what_it_cannot_read(
    run_page: RunPage, warehouse_dir: Path
) -> None:
    page = run_page("Coverage", warehouse_dir, **MADE)
    place = next(one for one in page.text_input if one.label == "MGRS or lat, lon")
    place.input("nowhere")
    next(b for b in page.button if b.label == "Try it").click().run()
    assert any("is no position" in one.value for one in page.error)
    assert "whatif" not in page.query_params
    next(one for one in page.text_input if one.label == "MGRS or lat, lon").input("31.85, -112.1")
    next(b for b in page.button if b.label == "Try it").click().run()
    assert page.query_params["whatif"] == "add:New-1@-112.1,31.85,20,8000"
