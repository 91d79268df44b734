"""One request on the page: assigned, answered, passed on with consent, closed."""

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.area import Area
from cop.model.moment import utc_now
from cop.model.rfi import RfiAnswer, RfiPlace, RfiQuestion
from cop.ui.page.request.card import _zoom
from tests.support.rfi import Station
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    page.run()
    assert not page.exception
    return page


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def test_a_request_at_this_table_from_assigned_to_closed(run_page: RunPage, jtf: Station) -> None:
    asked = jtf.ask("SO-1", "Who saw <b>it</b>?")
    rfis, key = jtf.office.room.rfis, f"request-{asked}"
    page = run_page("Requests", jtf.office.settings.data)
    assert not page.exception
    assert any(text.value == "Who saw <b>it</b>?" for text in page.text)
    page.text_input(key=f"{key}-to").input("Deputy Lee").run()
    press(page, "Assign")
    assert rfis.get(asked).assignee == "Deputy Lee"
    page.text_area(key=f"{key}-answer").input("A rancher").run()
    press(page, "Answer")
    assert rfis.get(asked).answer is not None
    assert len(jtf.office.room.annotations.list()) == 1
    page.selectbox(key=f"{key}-pass-to").select("CBP").run()
    assert "Pass on" not in labels(page)
    press(page, "Consent as SO-1")
    press(page, "Pass on")
    assert [step.kind for step in rfis.get(asked).steps][-2:] == ["consented", "passed on"]
    press(page, "Close")
    assert rfis.get(asked).state == "closed"
    assert not {"Answer", "Answer again", "Assign", "Decline", "Close"} & labels(page)


def test_it_is_declined_with_a_reason(run_page: RunPage, jtf: Station) -> None:
    asked = jtf.ask("SO-1")
    page = run_page("Requests", jtf.office.settings.data)
    assert next(button for button in page.button if button.label == "Decline").disabled
    page.text_input(key=f"request-{asked}-reason").input("Under inquiry").run()
    press(page, "Decline")
    assert jtf.office.room.rfis.get(asked).state == "declined"


def test_what_a_partner_is_asked_is_not_answered_here(run_page: RunPage, jtf: Station) -> None:
    jtf.ask("DPS")
    page = run_page("Requests", jtf.office.settings.data)
    assert "Close" in labels(page)
    assert not {"Answer", "Assign", "Decline"} & labels(page)


@pytest.mark.parametrize(("asked_of", "offered"), [("JTF", {"Answer again"}), ("CBP", set())])
def test_what_its_server_would_refuse_is_not_offered(
    run_page: RunPage, jtf: Station, asked_of: str, offered: set[str]
) -> None:
    answer = RfiAnswer(originator=asked_of, marking="TLP:GREEN", text="A rancher")
    question = RfiQuestion.build(
        id="a" * 20, server="DPS", asked_from="DPS", asked_of=asked_of, asked_by="Ana",
        asked_at=utc_now(), text="Who saw it?", place=RfiPlace(lon=-110, lat=31),
        marking="TLP:GREEN",
    )  # fmt: skip
    rfis = jtf.office.room.rfis
    rfis.receive(question, ())
    rfis.take_step(
        question.id, "answered", server="JTF", agency="JTF", by="Bo", answer=answer
    )  # an answer of CBP's here as well: rooms may have one
    page = run_page("Requests", jtf.office.settings.data)
    assert not page.exception
    acts = {"Answer again", "Assign", "Decline", "Pass on", "Ask for consent", "Close"}
    assert acts & labels(page) - {"Assign"} == offered


def test_the_small_map_shows_the_whole_place() -> None:
    near = RfiPlace(lon=-110, lat=31)
    county = near.model_copy(update={"county": "Pima, AZ"})
    areas = [
        RfiPlace.of_area(Area.of([(-111, 31), (-111 + size, 31), (-111 + size, 31 + size)]))
        for size in (0.05, 0.5, 5)
    ]
    zooms = [_zoom(area) for area in areas]
    assert zooms == sorted(zooms, reverse=True)
    assert _zoom(county) < _zoom(near)
