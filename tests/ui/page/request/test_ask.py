"""Asking on the page: whom, where, and what is refused beside the button."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.rfi import Station
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def test_a_question_on_a_county_is_asked(run_page: RunPage, jtf: Station) -> None:
    page = run_page("Requests", jtf.office.settings.data)
    page.selectbox(key="request-of").select("DPS").run()
    page.text_area(key="request-text").input("What was seen there?").run()
    page.radio(key="request-place").set_value("County").run()
    page.selectbox(key="request-county").select("Pima, AZ").run()
    page.text_input(key="request-from").input("2026-11-24T06:00Z").run()
    press(page, "Ask")
    assert not page.exception
    (rfi,) = jtf.office.room.rfis.list()
    asked = rfi.question
    assert (asked.asked_of, asked.place.county, asked.due_h) == ("DPS", "Pima, AZ", 48)
    assert (asked.asked_from, asked.asked_by, asked.marking) == ("JTF", "Operator", "TLP:AMBER")
    assert asked.since is not None
    assert page.selectbox(key="request-chosen").value == rfi.id
    (entry,) = jtf.entries("ask rfi")
    assert entry["detail"]["answerer"] == "DPS"


def test_the_area_of_the_filter_is_offered(run_page: RunPage, jtf: Station) -> None:
    area = "-111.2000 31.4000,-110.9000 31.4000,-110.9000 31.6000"
    page = run_page("Requests", jtf.office.settings.data, area=area)
    page.radio(key="request-place").set_value("Area of the filter").run()
    page.text_area(key="request-text").input("What was seen there?").run()
    press(page, "Ask")
    assert not page.exception
    assert jtf.office.room.rfis.list()[0].question.place.area == area


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("request-position", "by the river", "is no position"),
        ("request-position", "", "0 are stated"),
        ("request-from", "yesterday", "is not a moment"),
    ],
)
def test_what_is_not_valid_is_said_and_not_asked(
    run_page: RunPage, jtf: Station, field: str, text: str, words: str
) -> None:
    page = run_page("Requests", jtf.office.settings.data)
    page.text_input(key="request-position").input("31.3, -110.9").run()
    page.text_area(key="request-text").input("What was seen there?").run()
    page.text_input(key=field).input(text).run()
    press(page, "Ask")
    assert not page.exception
    assert words in page.error[0].value
    assert jtf.office.room.rfis.list() == ()


def test_a_suspended_partner_is_not_offered(run_page: RunPage, jtf: Station) -> None:
    jtf.done("partner", "suspend", "DPS")
    page = run_page("Requests", jtf.office.settings.data)
    offered = [text.split(":")[0] for text in page.selectbox(key="request-of").options]
    assert "DPS" not in offered
    assert "JTF" not in offered
    assert "SO-1" in offered
