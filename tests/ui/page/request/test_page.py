"""The Requests page without a browser: figures, the table, what is on top."""

from datetime import datetime, timedelta

import pytest

from cop.model.rfi import Rfi
from cop.ui.page.request.page import build_request_figures, build_request_table
from tests.model.test_rfi import NOW, STEPS, question
from tests.support.rfi import Station
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange
LATE = NOW + timedelta(days=9)


def values(found: list[Rfi], now: datetime) -> list[str]:
    return [figure.value for figure in build_request_figures(found, now)]


def test_the_figures_are_counted_and_not_known_without_answers() -> None:
    waiting, answered = Rfi(question=question()), Rfi(question=question(), steps=STEPS[:2])
    assert values([], NOW) == ["0", "0", "0", "not known"]
    assert values([waiting], LATE) == ["1", "1", "1", "not known"]
    assert values([waiting, answered], NOW) == ["2", "1", "0", "2 d 2 h"]


def test_a_row_says_what_is_overdue() -> None:
    table = build_request_table([Rfi(question=question())], LATE)
    assert table.loc[0, ["By", "Of", "State", "Marking"]].tolist() == [
        "JTF", "DPS", "overdue", "TLP:GREEN"
    ]  # fmt: skip


def test_without_requests_the_page_says_how_to_ask(run_page: RunPage, jtf: Station) -> None:
    page = run_page("Requests", jtf.office.settings.data)
    assert not page.exception
    assert "No request yet" in page.info[0].value


def test_what_waits_is_on_top(run_page: RunPage, jtf: Station) -> None:
    done = jtf.ask("SO-1", "First question")
    jtf.done("rfi", "decline", done, "no")
    jtf.ask("SO-1", "Second question", "--due-h", "9")
    soon = jtf.ask("SO-1", "Third question", "--due-h", "1")
    page = run_page("Requests", jtf.office.settings.data)
    assert not page.exception
    assert page.selectbox(key="request-chosen").value == soon
    assert any(text.value == "Third question" for text in page.text)
