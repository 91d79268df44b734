"""The Picture page: figures, map and timeline of one filter, and the way to the newest records."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.settings import StoreSettings
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.picture

ADDRESS = {"from": "2026-01-25", "to": "2026-02-10", "records": "real"}


@pytest.fixture
def data(own_warehouse: Path) -> Path:
    """A warehouse with three events of 30 January 2026 and the two days after."""
    publish_events(StoreSettings(data=own_warehouse), make_frame(3, source_id=["a", "b", "c"]))
    return own_warehouse


def drawn(page: AppTest) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the map and the timeline are given."""
    assert not page.exception
    assert not page.error
    given = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (shown,) = [one for one in given if "deck" in one]
    (timeline,) = [one for one in given if "edges" in one]
    return shown, timeline


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_figures_map_timeline_and_table_are_of_one_filter(run_page: RunPage, data: Path) -> None:
    page = run_page("Picture", data, **ADDRESS)
    shown, timeline = drawn(page)
    assert page.metric[0].value == "3"
    assert sum(n for n in timeline["series"]["events"] if n) == 3
    assert shown["emptyNote"] == ""
    assert "Events in view: 3" in [one.label for one in page.expander]
    page = run_page("Picture", data, **ADDRESS, sector="RGV")
    shown, timeline = drawn(page)
    assert page.metric[0].value == "unknown", "no source reports there"
    assert not any(timeline["series"]["events"])
    assert shown["emptyNote"] == "No source reports here in this window: unknown, not zero"
    assert "Events in view: 0" in [one.label for one in page.expander]


def test_the_map_has_a_seat_at_the_board_and_looks_where_the_address_says(
    run_page: RunPage, data: Path
) -> None:
    shown, _ = drawn(run_page("Picture", data, **ADDRESS, map="31.00000,-110.00000,8.00"))
    assert shown["board"]["role"] == "viewer"
    assert shown["camera"] == {"lon": -110, "lat": 31, "zoom": 8}
    assert shown["wall"] is False


def test_a_shared_link_of_an_earlier_window_can_be_moved_to_now(
    run_page: RunPage, data: Path
) -> None:
    earlier = {"from": "2026-01-01", "to": "2026-01-31", "window": "30 d", "records": "real"}
    page = run_page("Picture", data, **earlier)
    assert page.metric[0].value == "1"
    assert "This shared link shows the 30 d up to an earlier time." in [
        caption.value for caption in page.caption
    ]
    page = next(button for button in page.button if button.label == "Move to now").click().run()
    assert page.query_params["to"] == "2026-02-02"
    assert page.metric[0].value == "3"
    assert "Move to now" not in labels(page)


def test_chosen_dates_are_nobody_s_newest(run_page: RunPage, data: Path) -> None:
    assert "Move to now" not in labels(run_page("Picture", data, **ADDRESS | {"to": "2026-01-31"}))


@pytest.mark.trust
def test_what_an_address_asks_in_vain_stands_with_the_scope_and_stays_in_the_address(
    run_page: RunPage, data: Path
) -> None:
    asked = ADDRESS | {"sector": ["TCA", "GONE-1"], "colour": "red", "layers": "events*1,gone*1"}
    page = run_page("Picture", data, **asked)
    for _ in range(2):
        drawn(page)
        (scope,) = [one.proto.body for one in page.get("html") if "cop-unapplied" in one.proto.body
                    and "<style" not in one.proto.body]  # fmt: skip
        assert "sector GONE-1, which this warehouse does not have" in scope
        assert "layer gone, which this warehouse does not have" in scope
        assert "unknown parameter &#x27;colour&#x27;" in scope
        assert page.metric[0].value == "3"
        page = page.run()
    page.multiselect(key="filter-sectors").set_value(["RGV"]).run()
    assert page.query_params["sector"] == "RGV"
    assert page.query_params["colour"] == "red"
