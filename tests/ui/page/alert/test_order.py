"""The order of the alerts, which stays while the page is open."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.moment import utc_now
from cop.settings import StoreSettings
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


def test_with_none_active_the_last_closed_are_shown_open(
    run_page: RunPage, data: Path, alerts: Alerts
) -> None:
    (first,) = (alert.id for alert in alerts.list())
    others = [raise_in(alerts, sector, sector) for sector in ("TCA", "LRT", "DRT")]
    ticks = iter(utc_now() + i * timedelta(seconds=1) for i in range(4))
    with closing(Alerts(StoreSettings(data=data), now=lambda: next(ticks))) as closer:
        for i, alert in enumerate((*others, first)):
            closer.close_alert(alert, by="Ana", outcome="planned", reason=f"Exercise {i}.")
    page = run_page("Alerts", data, records="real")
    assert not page.exception
    assert page.markdown[0].value == "## No active alert: the last closed"
    (folded,) = page.expander
    assert folded.label == "Closed: 1 more"
    assert "Exercise 0." in " ".join(str(part.proto.body) for part in folded.get("html"))
    words = said(page)
    places = [words.index(f"Exercise {i}.") for i in (3, 2, 1, 0)]
    assert places == sorted(places)
    assert "<dt>Outcome</dt><dd>Planned: an operation or shift change: Exercise 3.</dd>" in words
    assert "closed by Ana at " in words
    raise_in(alerts, "YUM", "9", days=1)
    page = page.run()
    assert [one.label for one in page.expander] == ["Closed: 4"]
