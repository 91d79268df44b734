"""The Alerts page and the line over the picture, without a browser."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.moment import utc_now
from cop.store.room.alert import Alerts
from tests.support.alert import DAY, make_finding, press
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.forecast

EVIL = "<b>Seen</b> *by* <script>alert(1)</script>"


def said(page: AppTest) -> str:
    assert not page.exception
    return " ".join(str(part.proto.body) for part in page.get("html"))


def test_shown_the_page_tells_an_alert_and_a_person_acknowledges_and_closes_it(
    run_page: RunPage, data: Path, alerts: Alerts
) -> None:
    page = run_page("Alerts", data, records="real")
    words = said(page)
    assert "Surge in RGV for 3 days, 2.5 times expected" in words
    assert "60 events; 24.0 expected (80% of normal periods: 17-31)" in words
    assert "1.6 false alarms per place per year" in words
    assert "MGRS 14R NP 7 8" in words
    assert "1 open, 0 acknowledged, 0 closed" in words
    assert "SYNTHETIC" not in words
    page = press(page, "Acknowledge")
    assert "name" in page.error[0].value
    page.text_input(key="save-author").input("Ana")
    page = press(page, "Acknowledge")
    assert "acknowledged by Ana" in said(page)
    assert "Acknowledge" not in [button.label for button in page.button]
    (alert,) = alerts.list()
    page.selectbox(key=f"outcome-{alert.id}").select("false")
    page.text_input(key=f"reason-{alert.id}").input(EVIL)
    page = press(page, "Close")
    words = said(page)
    assert "0 open, 0 acknowledged, 1 closed" in words
    assert "1 of 1 closed alerts were false alarms" in words
    assert "<script>" not in words
    (closed,) = alerts.list()
    assert (closed.state, closed.closed_by, closed.reason) == ("closed", "Ana", EVIL)


def test_the_picture_and_the_wall_say_what_stands_of_their_own_records(
    run_page: RunPage, data: Path, alerts: Alerts
) -> None:
    page = run_page("Picture", data, records="real")
    words = said(page)
    maps = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (marks,) = [shown["alerts"] for shown in maps if "alerts" in shown]
    assert marks == [
        {"lon": -98.2, "lat": 26.1, "title": "Surge \N{MULTIPLICATION SIGN}2.5", "open": True}
    ]
    assert "1 ALERT</a>" in words
    assert "Surge in RGV for 3 days, 2.5 times expected" in words
    assert 'href="/Alerts?' in words
    for other in ({"records": "synthetic"}, {"records": "real", "sector": "TCA"}):
        assert "1 ALERT" not in said(run_page("Picture", data, **other))
    wall = run_page("Wall", data, records="real")
    (kiosk, *_) = (json.loads(part.proto.json) for part in wall.get("bidi_component"))
    assert "1 alert: Surge \N{MULTIPLICATION SIGN}2.5 in RGV" in kiosk["alerts"][0]
    (alert,) = alerts.list()
    alerts.close_alert(alert.id, by="Ana", outcome="false", reason="Chance.")
    assert "1 ALERT" not in said(run_page("Picture", data, records="real"))


def test_a_map_is_marked_as_high_as_the_alerts_over_it(
    run_page: RunPage, data: Path, alerts: Alerts
) -> None:
    began = utc_now() - 3 * DAY
    higher = make_finding(sector="TCA", until=utc_now(), started_at=began, marking="TLP:AMBER")
    alerts.note("2", [higher])
    page = run_page("Picture", data, records="real")
    assert "TLP:AMBER" in said(page)
    maps = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (drawn,) = [shown["annotations"] for shown in maps if "annotations" in shown]
    assert drawn["ownMarking"] == "TLP:AMBER"
    assert "TLP:AMBER" not in said(run_page("Picture", data, records="synthetic"))


def test_no_alert_is_not_told_as_quiet(run_page: RunPage, data: Path, alerts: Alerts) -> None:
    words = said(run_page("Alerts", data, records="synthetic"))
    assert "No alerts does not mean no activity" in words
    assert "SYNTHETIC" in words
    assert "has not been checked yet" in words
