"""The page's address: what is put into it, what is taken along, and what it leaves open."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.ui.component.address import DEFAULT_PRESET, anchor, settle
from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.picture

REAL = Picture(filter=Filter(records="real"))
SYNTHETIC = Picture(filter=Filter(records="synthetic"))


def test_old_records_bring_their_own_window(service: QueryService) -> None:
    view = service.view(REAL.filter)
    picture = settle(replace(REAL, preset="24 h"), view)
    newest = view.snapshot.newest("real")
    assert newest is not None
    assert picture.filter.window.end is not None
    assert newest < picture.filter.window.end <= newest + timedelta(days=1)


def test_new_records_have_a_window_up_to_the_next_quarter_of_an_hour(service: QueryService) -> None:
    snapshot = service.view(SYNTHETIC.filter).snapshot
    before = snapshot.now
    end = anchor("30 d", snapshot, "synthetic")
    assert before <= end <= snapshot.now + timedelta(minutes=15)
    assert (end.minute % 15, end.second, end.microsecond) == (0, 0, 0)


def test_only_what_the_address_leaves_open_is_filled_in(few: QueryService) -> None:
    settled = settle(Picture(), few.view())
    assert (settled.filter.records, settled.preset) == ("real", DEFAULT_PRESET)
    assert settled.filter.window == TimeWindow(start=datetime(2026, 1, 3), end=datetime(2026, 2, 2))
    window = TimeWindow(start=datetime(2025, 1, 1), end=datetime(2025, 1, 8))
    asked = Picture(filter=Filter(window=window))
    settled = settle(asked, few.view(asked.filter))
    assert (settled.filter.window, settled.preset) == (window, None)


def test_the_picture_is_taken_along_but_not_over_another_address() -> None:
    def script() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        from cop.ui.component.address import carry_picture

        get_script_run_ctx().is_history_navigation = st.session_state["back"]
        carry_picture(st.session_state["page"])

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)

    def visit(name: str, *, back: bool = False, **address: str) -> dict[str, str | list[str]]:
        page.session_state["page"] = name
        page.session_state["back"] = back
        page.query_params.clear()
        page.query_params.update(address)
        assert not page.run().exception
        return dict(page.query_params)

    assert visit("Picture", sector="TCA") == {"sector": "TCA"}
    assert visit("Alerts") == {"sector": "TCA"}
    assert visit("Compare", left="a") == {"left": "a"}
    assert visit("Picture") == {"sector": "TCA"}
    assert visit("Alerts", sector="RGV") == {"sector": "RGV"}
    assert visit("Alerts", sector="TCA") == {"sector": "RGV"}, "what is behind is no new address"
    assert visit("Alerts", sector="TCA", back=True) == {"sector": "TCA"}
    assert visit("Alerts") == {"sector": "TCA"}
    assert visit("Alerts", back=True) == {}


def test_each_change_is_written_and_counted() -> None:
    def script() -> None:
        import streamlit as st

        from cop.ui.component.address import change_filter, change_picture, choices

        change_filter(sectors=("TCA", "RGV"))
        change_picture(preset="7 d")
        st.text(choices())

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.query_params["kind"] = "rescue"
    page.run()
    assert not page.exception
    assert dict(page.query_params) == {
        "sector": ["RGV", "TCA"],
        "kind": "rescue",
        "window": "7 d",
    }
    assert page.text[0].value == "2"


def test_a_change_is_made_to_what_was_written_last() -> None:
    def script() -> None:
        import streamlit as st

        from cop.ui.component.address import carry_picture, change_filter, clear_address

        st.button("Kind", on_click=change_filter, kwargs={"kinds": ("rescue",)})
        st.button("Clear", on_click=clear_address)
        carry_picture("Picture")

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.query_params["sector"] = "TCA"
    page.run()
    page.query_params["sector"] = "RGV"
    page.button[0].click().run()
    assert dict(page.query_params) == {"sector": "TCA", "kind": "rescue"}
    page.button[1].click().run()
    assert not page.exception
    assert dict(page.query_params) == {}


def test_the_board_changes_the_filter_and_leaves_the_place() -> None:
    def script() -> None:
        import streamlit as st

        from cop.ui.component.address import choices, follow_board

        st.text(follow_board([("sector", "RGV")]))
        st.text(follow_board([("sector", "RGV")]))
        st.text(choices())

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.query_params.update({"sector": "TCA", "map": "31.00000,-110.00000,8.00"})
    page.run()
    assert not page.exception
    assert [text.value for text in page.text] == ["True", "False", "0"]
    assert dict(page.query_params) == {"sector": "RGV", "map": "31.00000,-110.00000,8.00"}
