"""Tests of the alerts: their steps, no second one for the same surge, the audit record."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.errors import AlertError, AlertMissingError
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.audit import list_steps
from tests.support.alert import DAY, make_finding

pytestmark = pytest.mark.forecast


class Clock:
    """A clock that goes on by an hour at each look."""

    at = datetime(2026, 3, 4)

    def __call__(self) -> datetime:
        self.at += timedelta(hours=1)
        return self.at


@pytest.fixture
def alerts(tmp_path: Path) -> Iterator[Alerts]:
    alerts = Alerts(StoreSettings(data=tmp_path), now=Clock())
    yield alerts
    alerts.close()


def test_a_surge_that_goes_on_extends_its_alert_and_each_version_counts_once(
    alerts: Alerts,
) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    assert (raised.state, raised.step, raised.who) == ("open", "raised", "cop")
    assert alerts.note("1", [make_finding(5)]) == ()
    assert alerts.note("2", [make_finding()]) == ()
    (extended,) = alerts.note("3", [make_finding(1)])
    assert (extended.id, extended.revision, extended.step) == (raised.id, 2, "extended")
    assert extended.raised_at == raised.raised_at
    assert [held.finding.observed for held in alerts.history(raised.id)] == [60, 80]
    later = make_finding(started_at=datetime(2026, 4, 1), alarm_from=datetime(2026, 4, 1))
    (other,) = alerts.note("4", [later.model_copy(update={"until": datetime(2026, 4, 3)})])
    assert other.id != raised.id
    assert len(alerts.list()) == 2


def test_a_zone_s_surge_grows_to_its_sector_s_and_is_not_told_twice(alerts: Alerts) -> None:
    zone = make_finding(zone="RGV 2", first_segment="RGV-0021", last_segment="RGV-0040")
    (raised,) = alerts.note("1", [zone])
    assert raised.finding.where == "RGV-0021 to RGV-0040"
    (wider,) = alerts.note("2", [make_finding(1)])
    assert (wider.id, wider.finding.where) == (raised.id, "RGV")
    narrow = zone.model_copy(update={"until": zone.until + 2 * DAY})
    assert alerts.note("3", [narrow]) == ()
    (rush,) = alerts.note("4", [zone.model_copy(update={"detector": "rush"})])
    (elsewhere,) = alerts.note("5", [make_finding(sector="LRT")])
    assert len({raised.id, rush.id, elsewhere.id}) == 3


def test_real_and_synthetic_are_never_one_alert(alerts: Alerts) -> None:
    alerts.note("1", [make_finding(), make_finding(records="synthetic")])
    (real,), (synthetic,) = alerts.list("real"), alerts.list("synthetic")
    assert (real.synthetic, synthetic.synthetic) == (False, True)
    (extended,) = alerts.note("2", [make_finding(1, records="synthetic")])
    assert extended.id == synthetic.id
    assert alerts.get(real.id).revision == 1


def test_people_acknowledge_and_close_by_name_and_it_stays_closed(
    alerts: Alerts, tmp_path: Path
) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    seen = alerts.acknowledge(raised.id, by=" Ana ")
    assert (seen.state, seen.acknowledged_by) == ("acknowledged", "Ana")
    with pytest.raises(AlertError, match="is acknowledged already, by Ana"):
        alerts.acknowledge(raised.id, by="Avery")
    (extended,) = alerts.note("2", [make_finding(1)])
    assert (extended.state, extended.acknowledged_by) == ("acknowledged", "Ana")
    closed = alerts.close_alert(raised.id, by="Avery", outcome="planned", reason="New patrols.")
    assert (closed.state, closed.outcome, closed.reason) == ("closed", "planned", "New patrols.")
    assert alerts.note("3", [make_finding(3)]) == ()
    with pytest.raises(AlertError, match="is closed already, by Avery"):
        alerts.close_alert(raised.id, by="Ana", outcome="false", reason="Chance.")
    steps = list_steps(StoreSettings(data=tmp_path), subject=f"alert {raised.id}")
    assert [(step.who, step.action) for step in reversed(steps)] == [
        ("cop", "raised"), ("Ana", "acknowledged"), ("cop", "extended"), ("Avery", "closed"),
    ]  # fmt: skip
    assert "New patrols." in steps[0].detail
    first, *_ = alerts.history(raised.id)
    assert first == raised
    (then,) = alerts.list(at=seen.at)
    assert then == seen


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"by": " "}, "name ''"),
        ({"by": "A\nB"}, "name 'A"),
        ({"outcome": "won"}, "outcome='won': use one of confirmed, planned, data, false"),
        ({"reason": ""}, "reason ''"),
    ],
)
def test_what_cannot_be_taken_is_named(alerts: Alerts, changed: dict[str, str], told: str) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    given = {"by": "Ana", "outcome": "false", "reason": "Chance."} | changed
    with pytest.raises(AlertError, match=told):
        alerts.close_alert(raised.id, **given)
    assert alerts.get(raised.id) == raised


def test_a_step_is_taken_on_the_revision_that_was_seen(alerts: Alerts) -> None:
    (raised,) = alerts.note("1", [make_finding()])
    alerts.note("2", [make_finding(1)])
    words = "is at revision 2 .extended by cop., you saw revision 1. Nothing was done"
    with pytest.raises(AlertError, match=words):
        alerts.acknowledge(raised.id, by="Ana", based_on=1)
    with pytest.raises(AlertError, match=words):
        alerts.close_alert(raised.id, by="Ana", outcome="false", reason="Chance.", based_on=1)
    seen = alerts.acknowledge(raised.id, by="Ana", based_on=2)
    closed = alerts.close_alert(
        raised.id, by="Ana", outcome="false", reason="Chance.", based_on=seen.revision
    )
    assert (seen.revision, closed.revision) == (3, 4)


def test_an_unknown_alert_is_named(alerts: Alerts) -> None:
    with pytest.raises(AlertMissingError, match="no alert 'nothing'"):
        alerts.acknowledge("nothing", by="Ana")
