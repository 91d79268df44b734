"""Tests of the sets of alerts: their names, who reads what, the ids of their alerts."""

from dataclasses import replace
from datetime import datetime

import pytest

from cop.model.alert_set import WHOLE, may_read, name_alert, name_set
from tests.support.alert import make_finding
from tests.support.released import RELEASES, release_to

pytestmark = pytest.mark.access

NOW = datetime(2026, 3, 5)


def test_each_release_has_a_set_and_who_looks_as_another_has_theirs() -> None:
    assert len({name_set(release) for release in (None, *RELEASES)}) == 1 + len(RELEASES)
    looking = release_to("DPS").seen_by(release_to("JTF", "TLP:RED"))
    assert name_set(looking) == name_set(release_to("DPS"))
    assert name_set(replace(release_to("DPS"), names_withheld=False)) == name_set(looking)


@pytest.mark.parametrize("marking", ["TLP:GREEN", "TLP:AMBER//REL TO DPS", "TLP:RED", "", "x"])
def test_the_people_of_a_set_read_what_the_release_admits(marking: str) -> None:
    for release in RELEASES:
        assert may_read(name_set(release), marking) == release.admits(marking)
    assert may_read(WHOLE, marking)


def test_an_alert_is_named_by_what_its_people_know() -> None:
    first = name_alert("DPS TLP:AMBER", make_finding(), NOW)
    assert first == name_alert("DPS TLP:AMBER", make_finding(2, observed=1), NOW)
    others = {
        name_alert("CBP TLP:AMBER", make_finding(), NOW),
        name_alert("DPS TLP:AMBER", make_finding(sector="LRT"), NOW),
        name_alert("DPS TLP:AMBER", make_finding(zone="RGV 1"), NOW),
        name_alert("DPS TLP:AMBER", make_finding(), datetime(2026, 3, 6)),
    }
    assert len({first, *others}) == 5
    assert len(first) == 10
