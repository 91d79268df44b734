"""Tests of alerts as CAP 1.2 messages: their structure, status, and what they refer to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.errors import AlertError
from cop.export.cap import render_cap
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from tests.support.alert import cap_text, make_finding, read_cap

pytestmark = pytest.mark.forecast


@pytest.fixture
def alerts(tmp_path: Path) -> Iterator[Alerts]:
    alerts = Alerts(StoreSettings(data=tmp_path))
    yield alerts
    alerts.close()


def heads(alerts: Alerts, alert_id: str) -> tuple[str, str, int]:
    """Status, type, and to how many messages it refers."""
    root = read_cap(render_cap(alerts.history(alert_id), sender="cop.example.org"))
    (status,), (kind,) = cap_text(root, "c:status"), cap_text(root, "c:msgType")
    return status, kind, sum(len(text.split()) for text in cap_text(root, "c:references"))


def test_a_real_alert_is_a_draft_until_a_person_acknowledged_it(alerts: Alerts) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    assert heads(alerts, raised.id) == ("Draft", "Alert", 0)
    alerts.note("2", [make_finding(1)])
    assert heads(alerts, raised.id) == ("Draft", "Update", 1)
    alerts.acknowledge(raised.id, by="Ana")
    assert heads(alerts, raised.id) == ("Actual", "Alert", 0)
    alerts.note("3", [make_finding(2)])
    assert heads(alerts, raised.id) == ("Actual", "Update", 1)
    alerts.close_alert(raised.id, by="Ana", outcome="false", reason="Chance.")
    assert heads(alerts, raised.id) == ("Actual", "Cancel", 2)


def test_a_real_alert_that_a_person_closed_at_once_is_no_draft(alerts: Alerts) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    alerts.close_alert(raised.id, by="Ana", outcome="confirmed", reason="Seen on camera.")
    assert heads(alerts, raised.id) == ("Actual", "Alert", 0)


def test_a_synthetic_alert_is_an_exercise_whoever_saw_it(alerts: Alerts) -> None:
    (raised,) = alerts.note("1", [make_finding(records="synthetic")])
    assert heads(alerts, raised.id) == ("Exercise", "Alert", 0)
    alerts.acknowledge(raised.id, by="Ana")
    alerts.close_alert(raised.id, by="Ana", outcome="confirmed", reason="As drilled.")
    assert heads(alerts, raised.id) == ("Exercise", "Update", 2)
    root = read_cap(render_cap(alerts.history(raised.id), sender="cop"))
    assert cap_text(root, "c:info/c:headline")[0].startswith("SYNTHETIC EXERCISE: surge in RGV")


def test_a_message_says_size_place_evidence_and_how_often_it_is_wrong(alerts: Alerts) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    alerts.acknowledge(raised.id, by="Ana & <Avery>")
    root = read_cap(render_cap(alerts.history(raised.id), sender="cop"))
    (description,) = cap_text(root, "c:info/c:description")
    assert "60 events" in description
    assert "24.0 expected (80% of normal periods: 17-31)" in description
    assert "50 crossing, 10 rescue" in description
    assert "1.6 false alarms per place per year" in description
    assert cap_text(root, "c:info/c:category") == ["Security", "Rescue"]
    assert cap_text(root, "c:info/c:language") == ["en"]
    assert cap_text(root, "c:restriction") == ["TLP:GREEN"]
    assert cap_text(root, "c:note") == ["Acknowledged by Ana & <Avery>."]
    (ring,) = cap_text(root, "c:info/c:area/c:polygon")
    places = ring.split()
    assert places[0] == places[-1] == "26.0000,-99.0000"
    names = cap_text(root, "c:info/c:parameter/c:valueName")
    values = dict(zip(names, cap_text(root, "c:info/c:parameter/c:value"), strict=True))
    assert values["evidence"].startswith("2026-03-01T00Z=20 ")
    assert values["segments"] == "RGV-0001 RGV-0056"


def test_a_sender_that_cap_forbids_is_named(alerts: Alerts) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    with pytest.raises(AlertError, match="sender 'a,b'"):
        render_cap(alerts.history(raised.id), sender="a,b")
