"""The filter panel: it shows what the address says, and writes what is chosen."""

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.area import Area
from cop.query.service import QueryService
from cop.ui.component.filter import CUSTOM, name_area, plain
from tests.support.drawing import AREA, drawing
from tests.ui.component.conftest import OpenScript

pytestmark = pytest.mark.table

HERE = "31.00000,-110.00000,8.00"
DAYS = {"from": "2026-01-30", "to": "2026-02-02", "records": "real"}


def panel() -> None:
    from cop.ui.component.filter import render_filters
    from cop.ui.component.known import open_picture

    service, view, picture = open_picture()
    render_filters(service, view, picture)


def draw(open_script: OpenScript, **address: str) -> AppTest:
    page = open_script(panel)
    page.query_params.update(address)
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def test_the_panel_shows_what_the_address_says(open_script: OpenScript) -> None:
    page = draw(open_script, **DAYS, sector="TCA", kind="rescue")
    assert page.multiselect(key="filter-sectors").value == ["TCA"]
    assert page.multiselect(key="filter-kinds").value == ["rescue"]
    assert page.multiselect(key="filter-sources").options == ["Test"]
    first, last = page.date_input(key="filter-dates").value
    assert (str(first), str(last)) == ("2026-01-30", "2026-02-01"), "the last day is within"


def test_real_and_synthetic_are_a_choice_only_where_both_are_held(open_script: OpenScript) -> None:
    page = draw(open_script)
    assert page.session_state["filter-window"] == "30 d"
    assert "filter-records" not in page.session_state
    assert "First and last day (UTC)" not in [one.label for one in page.date_input]


def test_what_is_chosen_is_written_to_the_address(open_script: OpenScript) -> None:
    page = draw(open_script, **DAYS, map=HERE)
    page = page.multiselect(key="filter-sectors").set_value(["TCA", "NONE"]).run()
    assert set(page.query_params["sector"]) == {"TCA", "NONE"}
    assert page.query_params["from"] == "2026-01-30"
    assert "map" not in page.query_params, "other places take the map there"
    page = draw(open_script, **DAYS, map=HERE)
    page = press(page, "Reset filters")
    assert dict(page.query_params) == {"map": HERE}


def test_a_named_window_is_fixed_to_its_days_and_custom_keeps_them(open_script: OpenScript) -> None:
    page = draw(open_script, records="real")
    page = page.segmented_control(key="filter-window").set_value("7 d").run()
    wanted = {"window": "7 d", "from": "2026-01-26", "to": "2026-02-02"}
    assert dict(page.query_params).items() >= wanted.items()
    page = page.segmented_control(key="filter-window").set_value(CUSTOM).run()
    assert "window" not in page.query_params
    assert (page.query_params["from"], page.query_params["to"]) == ("2026-01-26", "2026-02-02")
    assert len(page.date_input(key="filter-dates").value) == 2


def test_an_area_is_named_by_its_annotation_and_can_be_left(
    open_script: OpenScript, few: QueryService
) -> None:
    area = Area.of([(lon, lat) for lon, lat in AREA])
    assert name_area(few, few.view(), area) == area.size
    few.warehouse.room.annotations.draw(drawing(title="*Falcon*"), author="Avery")
    assert name_area(few, few.view(), area) == "*Falcon*"
    page = draw(open_script, area=area.to_text())
    page = press(page, r"Area: \*Falcon\*")
    assert "area" not in page.query_params
    assert not [one for one in page.button if one.label.startswith("Area")]


def test_typed_text_is_no_markdown() -> None:
    assert plain("a*b*[x](y) :red[z]") == r"a\*b\*\[x\]\(y\) \:red\[z\]"
    assert plain("12 km²") == "12 km²"
