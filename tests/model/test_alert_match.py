"""Tests of which alert a finding is of, and whether it tells more."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.model.alert import QUIET, Alert, AlertFinding
from cop.model.alert_match import find_same, find_shared, goes_on
from tests.support.alert import make_finding

pytestmark = pytest.mark.forecast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_alert(raised: int = 0, state: str = "open", **changed: Any) -> Alert:
    """An alert of which only what tells it apart is set."""
    raised_at = datetime(2026, 3, 5) + raised * DAY
    return Alert.model_construct(finding=make_finding(**changed), raised_at=raised_at, state=state)


def test_a_surge_that_goes_on_is_of_its_alert() -> None:
    alert = make_alert()
    assert find_same([alert], make_finding(1)) is alert


def test_a_surge_after_a_quiet_time_is_another() -> None:
    alert = make_alert()
    quiet_until = alert.finding.until + QUIET["surge"]
    assert find_same([alert], make_finding(alarm_from=quiet_until - HOUR)) is alert
    assert find_same([alert], make_finding(alarm_from=quiet_until)) is None


def test_another_sector_or_detector_has_its_own() -> None:
    assert find_same([make_alert(sector="TCA")], make_finding()) is None
    assert find_same([make_alert(detector="rush")], make_finding()) is None
    assert find_same([], make_finding()) is None


def test_a_zone_belongs_to_its_sectors_surge() -> None:
    sector, zone = make_alert(), make_alert(1, zone="RGV-a")
    finding = make_finding(zone="RGV-a")
    assert find_same([zone, sector], finding) is sector
    assert find_same([zone], finding) is zone
    assert find_same([zone], make_finding(zone="RGV-b")) is None


def test_a_sectors_surge_takes_over_its_zones_unless_that_was_closed() -> None:
    assert find_same([zone := make_alert(zone="RGV-a")], make_finding()) is zone
    assert find_same([make_alert(zone="RGV-a", state="closed")], make_finding()) is None


def test_a_rush_is_of_one_place_only() -> None:
    alert = make_alert(detector="rush")
    assert find_same([alert], make_finding(detector="rush")) is alert
    assert find_same([alert], make_finding(detector="rush", zone="RGV-a")) is None


def test_of_two_the_newest_has_it() -> None:
    alerts = [make_alert(2), make_alert(3), make_alert(1)]
    assert find_same(alerts, make_finding()) is alerts[1]


def test_a_finding_tells_more_by_a_period_or_by_its_count() -> None:
    held = make_finding()
    assert goes_on(held, make_finding(1))
    assert not goes_on(held, held)
    assert not goes_on(held, make_finding(observed=62))
    assert goes_on(held, make_finding(observed=63))
    assert goes_on(held, make_finding(observed=57))
    assert not goes_on(held, make_finding(until=held.until + 23 * HOUR))


def test_older_knowledge_and_a_part_of_the_sector_tell_nothing_more() -> None:
    held = make_finding()
    assert not goes_on(held, make_finding(1, known_at=held.known_at - HOUR))
    assert not goes_on(held, make_finding(1, zone="RGV-a"))
    assert goes_on(make_finding(zone="RGV-a"), held)


def test_another_set_s_alert_is_of_the_same_place_and_time() -> None:
    alert = noted()
    assert find_shared([noted(-5), alert], lasting(2), 1) is alert
    assert find_shared([alert], make_finding(sector="TCA"), 1) is None
    assert find_shared([alert], make_finding(zone="RGV 1"), 1) is None
    assert find_shared([alert], make_finding(detector="rush"), 1) is None
    over = alert.finding.until + QUIET["surge"]
    assert find_shared([alert], make_finding(alarm_from=over, until=over + DAY), 1) is None
    before = alert.finding.alarm_from - QUIET["surge"]
    assert find_shared([alert], make_finding(alarm_from=before - DAY, until=before), 1) is None
    assert find_shared([alert], make_finding(alarm_from=before, until=before + HOUR), 1) is alert


@pytest.mark.access
def test_another_set_s_alert_is_of_the_same_records() -> None:
    alert, found = noted(), make_finding()
    assert find_shared([alert], found, 1) is alert
    assert find_shared([alert], make_finding(observed=57), 1) is None
    assert find_shared([alert], make_finding(kinds={"crossing": 53, "rescue": 7}), 1) is None
    assert find_shared([alert], found, 5) is None
    assert find_shared([noted(smallest_count=5)], found, 5) is not None
    for unknown in (None, 1):
        assert find_shared([noted(smallest_count=None)], found, unknown) is None


def noted(raised: int = 0, smallest_count: int | None = 1) -> Alert:
    return make_alert(raised).model_copy(update={"smallest_count": smallest_count})


def lasting(days: int) -> AlertFinding:
    """The same counts, on for longer."""
    return make_finding(until=make_finding(days).until)
