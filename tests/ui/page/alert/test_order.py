"""The order of the alerts, which stays while the page is open."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.store.room.alert import Alerts
from tests.support.alert import list_buttons, press, raise_in
from tests.ui.conftest import RunPage

pytestmark = [pytest.mark.glance, pytest.mark.forecast]


def said(page: AppTest) -> str:
    return " ".join(str(part.proto.body) for part in page.get("html"))


def test_an_alert_keeps_its_place_until_the_page_is_opened_again(
    run_page: RunPage, data: Path, alerts: Alerts
) -> None:
    (older,) = (alert.id for alert in alerts.list())
    newer = raise_in(alerts, "TCA", "2", days=2)
    page = run_page("Alerts", data, records="real")
    assert list_buttons(page) == [(newer, False), (older, False)]
    page.text_input(key="save-author").input("Ana")
    page = press(page, "Acknowledge")
    assert list_buttons(page) == [(newer, True), (older, False)], "nothing slides into its place"
    page.text_input(key=f"reason-{newer}").input("Chance.")
    page = press(page, "Close")
    assert list_buttons(page) == [(newer, True), (older, False)], "not even when it is closed"
    assert page.text_input(key=f"reason-{newer}").disabled
    assert [alert.state for alert in (alerts.get(newer), alerts.get(older))] == ["closed", "open"]
    added = raise_in(alerts, "LRT", "3", days=1)
    page = page.run()
    assert list_buttons(page) == [(newer, True), (older, False), (added, False)]
    assert "1 new since you opened this page, at the end of the list" in said(page)
    page.session_state["address-visits"] = 7
    page = page.run()
    assert list_buttons(page) == [(added, False), (older, False)]
    assert "new since" not in said(page)
