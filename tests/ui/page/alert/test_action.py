"""Acknowledging and closing an alert act on what was seen, and are refused beside the button."""

from pathlib import Path

import pytest

from cop.store.room.alert import Alerts
from tests.support.alert import list_buttons, press, raise_in
from tests.ui.conftest import RunPage

pytestmark = [pytest.mark.glance, pytest.mark.forecast]


def test_a_step_on_an_alert_that_has_changed_is_refused_beside_its_button(
    run_page: RunPage, data: Path, alerts: Alerts
) -> None:
    (alert,) = alerts.list()
    raise_in(alerts, "TCA", "2", days=5)
    page = run_page("Alerts", data, records="real")
    page.text_input(key="save-author").input("Ana")
    alerts.acknowledge(alert.id, by="Avery")
    page = press(page, "Acknowledge")
    (fault,) = page.error
    assert f"alert {alert.id} is acknowledged already, by Avery" in fault.value
    assert list_buttons(page)[0] == (alert.id, True)
    page = page.run()
    assert [one.value for one in page.error] == [fault.value], "it stays until the next step"


def test_a_double_click_is_one_step(alerts: Alerts, run_page: RunPage, data: Path) -> None:
    (alert,) = alerts.list()
    page = run_page("Alerts", data, records="real")
    page.text_input(key="save-author").input("Ana")
    button = next(one for one in page.button if one.label == "Acknowledge")
    alerts.acknowledge(alert.id, by="Ana")
    page = button.click().run()
    assert [one.value for one in page.error] == []
    assert alerts.get(alert.id).revision == 2
