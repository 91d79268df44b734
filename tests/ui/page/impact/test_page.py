"""The Impact page: levels by sector, why, what to do, and deciding them in the form."""

from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.impact import Impact
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.impact import Decisions
from cop.ui.page.impact.decision import name_form
from cop.ui.page.impact.page import name_table
from tests.support.impact import NOW, QUIET, SURGE, make_proposal, publish_surge
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.forecast


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click()


def test_a_level_is_changed_on_the_page(run_page: RunPage, own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now(), synthetic=True)
    page = run_page("Impact", own_warehouse)
    assert not page.exception
    assert not page.error
    table = page.dataframe[0].value
    assert table["segment"].tolist() == [SURGE]
    assert table["level"][0].endswith("temporarily critical")
    assert table["status"][0].startswith("proposed until")
    assert "to" in table["expected"][0]
    said = " ".join(part.value for part in page.markdown)
    assert "rule\\: surge on a busy segment" in said
    assert "Notify the commander and the Joint Task Force at once" in said
    assert any("SYNTHETIC" in caption.value for caption in page.caption)
    press(page, "Save decision").run()
    assert "Enter your name and a reason" in page.error[0].value
    page.text_input(key="save-author").input("Ana").run()
    key = page.main.selectbox[-1].key.removesuffix("-level")
    page.selectbox(key=f"{key}-level").select("high")
    page.number_input(key=f"{key}-hours").set_value(5)
    page.text_input(key=f"{key}-reason").input("<b>seen</b> *twice*")
    press(page, "Save decision").run()
    assert not page.exception
    assert not page.error
    assert page.dataframe[0].value["status"][0].startswith("changed by Ana until")
    assert any("\\<b\\>seen\\</b\\> \\*twice\\*" in part.value for part in page.markdown)
    with closing(Decisions(StoreSettings(data=own_warehouse))) as decisions:
        (held,) = decisions.history("synthetic", SURGE)
    assert (held.level, held.proposed, held.by) == ("high", "critical", "Ana")
    press(page, "Clear decision").run()
    assert page.main.selectbox[-1].key != f"{key}-level"
    key = page.main.selectbox[-1].key.removesuffix("-level")
    page.text_input(key=f"{key}-reason").input("over")
    press(page, "Clear decision").run()
    assert page.dataframe[0].value["status"][0].startswith("proposed")


def test_marked_rows_and_the_form_hold_for_what_was_shown_alone() -> None:
    first, second, raised = (
        Impact(proposal=make_proposal(segment, level), decision=None, now=NOW)
        for segment, level in ((SURGE, "high"), (QUIET, "high"), (QUIET, "critical"))
    )
    assert name_table([first, second]) == name_table([first, raised])
    assert name_table([first, second]) != name_table([second, first])
    assert name_form([first, second]) == name_form([first, second])
    assert name_form([first, second]) != name_form([first, raised])
    assert name_form([first, second]) != name_form([first])


def test_every_level_can_be_listed(run_page: RunPage, own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now())
    page = run_page("Impact", own_warehouse)
    page.session_state["impact-shown"] = "All"
    page.run()
    table = page.dataframe[0].value.set_index("segment")
    assert len(table) > 600
    assert table.loc[QUIET, "level"].endswith("low")
    assert table["level"].str.endswith("unknown").sum() == len(table) - 2
    assert table.index[0].startswith("TCA-")
