"""The filter panel: it shows what the address says, and writes what is chosen."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from cop.errors import FilterError
from cop.model.area import Area
from cop.query.service import QueryService
from cop.ui.component.filter import CUSTOM, name_area, plain, read_days
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


def days(page: AppTest) -> list[str]:
    return [one.value for one in page.text_input if one.label.endswith(" day (UTC)")]


def type_days(page: AppTest, first: str | None = None, last: str | None = None) -> AppTest:
    for label, text in (("First day (UTC)", first), ("Last day (UTC)", last)):
        if text is not None:
            next(one for one in page.text_input if one.label == label).set_value(text)
    return press(page, "Apply days")


def test_the_panel_shows_what_the_address_says(open_script: OpenScript) -> None:
    page = draw(open_script, **DAYS, sector="TCA", kind="rescue")
    assert page.multiselect(key="filter-sectors").value == ["TCA"]
    assert page.multiselect(key="filter-kinds").value == ["rescue"]
    assert page.multiselect(key="filter-sources").options == ["Test"]
    assert days(page) == ["30 JAN 26", "01 FEB 26"], "the last day is within, years are shown"


def test_real_and_synthetic_are_a_choice_only_where_both_are_held(open_script: OpenScript) -> None:
    page = draw(open_script)
    assert page.session_state["filter-window"] == "30 d"
    assert "filter-records" not in page.session_state
    assert days(page) == []


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
    assert days(page) == ["26 JAN 26", "01 FEB 26"]


def test_typed_days_are_exactly_the_window(open_script: OpenScript) -> None:
    page = draw(open_script, **DAYS, map=HERE)
    page = type_days(page, "1 NOV 26", "2026-11-10")
    assert (page.query_params["from"], page.query_params["to"]) == ("2026-11-01", "2026-11-11")
    assert page.query_params["map"] == HERE
    assert days(page) == ["01 NOV 26", "10 NOV 26"]


def test_days_out_of_order_are_refused_with_words_and_change_nothing(
    open_script: OpenScript,
) -> None:
    page = draw(open_script, **DAYS)
    before = dict(page.query_params)
    page = type_days(page, first="10 NOV 26")
    words = "Not applied. First day 10 NOV 26 is after last day 01 FEB 26."
    assert [one.value.replace("\\", "") for one in page.error] == [words]
    assert dict(page.query_params) == before
    assert days(page) == ["10 NOV 26", "01 FEB 26"], "what was typed stays"
    page = type_days(page, last="10 NOV 26")
    assert [one.value for one in page.error] == []
    assert (page.query_params["from"], page.query_params["to"]) == ("2026-11-10", "2026-11-11")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("1-10 NOV", "10 NOV 26", "First day: '1-10 NOV' is not a day with its year"),
        ("1 NOV", "10 NOV 26", "First day: '1 NOV' is not a day with its year"),
        ("", "10 NOV 26", "First day: '' is not a day with its year"),
        ("1 NOV 26", "30 FEB 26", "Last day: '30 FEB 26' is not a day (day is out of range"),
        ("0026-11-01", "10 NOV 26", "First day: '0026-11-01' is not within the years 1900"),
        ("2 NOV 26", "1 NOV 26", "First day 02 NOV 26 is after last day 01 NOV 26"),
    ],
)
def test_what_is_no_day_is_named(first: str, last: str, words: str) -> None:
    with pytest.raises(FilterError, match=re.escape(f"Not applied. {words}")):
        read_days(first, last)


def test_an_open_window_shows_the_days_of_the_records(open_script: OpenScript) -> None:
    page = draw(open_script, **{"from": "2026-01-30", "records": "real"})
    assert days(page)[0] == "30 JAN 26"
    assert "to" not in page.query_params
    assert len(days(page)) == 2


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
