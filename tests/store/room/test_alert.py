"""Tests of the alerts: their steps, no second one for the same surge, the audit record."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.errors import AlertError, AlertMissingError
from cop.model.alert import AlertFinding
from cop.model.giving import Giver, GivingRules, Grant
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.alert_row import add_alert
from cop.store.room.audit import list_steps
from cop.store.room.relational import RelationalStore
from tests.support.alert import DAY, make_finding
from tests.support.either import only_sqlite
from tests.support.filled import write_raw
from tests.support.released import release_to

pytestmark = pytest.mark.forecast

COUNTY, STATE = release_to("HCSO", "TLP:GREEN"), release_to("DPS", "TLP:AMBER")
AMBER = "TLP:AMBER"


class Clock:
    """A clock that goes on by an hour at each look."""

    at = datetime(2026, 3, 4)

    def __call__(self) -> datetime:
        self.at += timedelta(hours=1)
        return self.at


@pytest.fixture
def alerts(either: StoreSettings) -> Iterator[Alerts]:
    alerts = Alerts(either, now=Clock())
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
    alerts: Alerts, either: StoreSettings
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
    steps = list_steps(either, subject=f"alert {raised.id}")
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


def only(alerts: Alerts) -> AlertFinding:
    """The finding of the one alert that there is."""
    (alert,) = alerts.list()
    return alert.finding


def test_each_release_has_alerts_of_its_own_and_every_step_of_them(alerts: Alerts) -> None:
    county = alerts.released_to(COUNTY)
    (more,) = alerts.note("1", [make_finding(marking=AMBER)])
    (less,) = county.note("1", [make_finding(observed=40)])
    assert more.id != less.id
    assert (only(alerts).observed, only(county).observed) == (60, 40)
    with pytest.raises(AlertMissingError):
        county.history(more.id)
    county.note("2", [make_finding(1)])
    assert (only(alerts).observed, only(county).observed) == (60, 80)
    assert (alerts.count_steps(), county.count_steps()) == (1, 2)
    assert (alerts.has_watched("2"), county.has_watched("2")) == (False, True)
    assert county.list(at=less.at) == (less,)
    # Who may read everything finds each of them by its id.
    assert alerts.history(less.id)[0] == less


def test_a_step_counts_for_all_who_see_the_same_records(alerts: Alerts) -> None:
    county, state = alerts.released_to(COUNTY), alerts.released_to(STATE)
    for own in (alerts, county, state):
        own.note("1", [make_finding()])
    (own,) = county.list()
    county.acknowledge(own.id, by="Ana")
    assert {one.acknowledged_by for s in (alerts, state) for one in s.list()} == {"Ana"}
    (own,) = state.list()
    state.close_alert(own.id, by="Avery", outcome="planned", reason="Patrols.")
    for each in (alerts, county):
        (closed,) = each.list()
        assert (closed.state, closed.closed_by, closed.reason) == ("closed", "Avery", "Patrols.")
    # Whoever sees the same later has it as it is: closed is not raised anew unless more is counted.
    late = alerts.released_to(release_to("PCSO"))
    assert late.note("1", [make_finding()]) == ()
    assert [alert.state for alert in late.note("2", [make_finding(1)])] == ["open"]


def test_a_step_is_none_on_the_alert_of_who_sees_more_or_less(alerts: Alerts) -> None:
    county = alerts.released_to(COUNTY)
    (more,) = alerts.note("1", [make_finding(marking=AMBER)])
    (less,) = county.note("1", [make_finding(observed=40)])
    alerts.close_alert(more.id, by="Ana", outcome="planned", reason="Known to few.")
    assert county.list() == (less,)
    assert alerts.released_to(STATE).note("1", [make_finding(marking=AMBER)]) == ()
    county.acknowledge(less.id, by="Avery")
    assert alerts.get(more.id).acknowledged_by is None


def test_a_surge_of_another_time_is_another(alerts: Alerts) -> None:
    county = alerts.released_to(COUNTY)
    (first,) = alerts.note("1", [make_finding()])
    then = datetime(2026, 4, 20)
    county.note("1", [make_finding(started_at=then, alarm_from=then, until=then + 2 * DAY)])
    alerts.acknowledge(first.id, by="Ana")
    assert [one.state for one in county.list()] == ["open"]


def test_who_sees_the_same_later_knows_who_acknowledged_it(alerts: Alerts) -> None:
    (first,) = alerts.note("1", [make_finding()])
    alerts.acknowledge(first.id, by="Ana")
    county = alerts.released_to(COUNTY)
    county.note("2", [make_finding()])
    (own,) = county.list()
    assert (own.state, own.acknowledged_by, own.revision) == ("acknowledged", "Ana", 2)


def test_an_alert_is_marked_as_its_sources_are_now_at_every_moment(alerts: Alerts) -> None:
    county, found = alerts.released_to(COUNTY), make_finding(sources=("patrols",))
    (own,) = county.note("1", [found])
    alerts.note("1", [found])
    for each in (county, alerts):
        each.note("2", [], markings={"patrols": "TLP:RED", "others": "TLP:RED"})
    assert county.list() == county.list(at=own.at) == ()
    with pytest.raises(AlertMissingError):
        county.get(own.id)
    (marked,) = alerts.list()
    assert (marked.step, marked.finding.marking) == ("marked", "TLP:RED")
    # What may be read still is another alert.
    (again,) = county.note("3", [make_finding(2, observed=30)])
    assert (again.step, again.revision) == ("raised", 1)


@only_sqlite
def test_alerts_from_before_there_were_sets_are_taken_over(alerts: Alerts, tmp_path: Path) -> None:
    (first,) = alerts.note("1", [make_finding()])
    alerts.note("1b", [make_finding(sector="LRT", marking=AMBER)])
    alerts.acknowledge(first.id, by="Ana")
    with write_raw(tmp_path / "room.sqlite") as opened:
        opened.execute("UPDATE alert SET of = NULL")
        opened.commit()
    assert len(alerts.list()) == 2
    alerts.note("2", [make_finding(1)])
    county = alerts.released_to(COUNTY)
    assert county.list() == ()
    county.note("2", [])
    (taken,) = county.list()
    assert (taken.finding.sector, taken.state, taken.revision) == ("RGV", "acknowledged", 2)
    (extended,) = county.note("3", [make_finding(1)])
    assert (extended.id, extended.revision) == (taken.id, 3)
    assert county.note("4", []) == ()
    assert len(county.list()) == 1


@pytest.mark.access
def test_a_step_is_none_on_the_alert_of_who_counts_other_records(alerts: Alerts) -> None:
    """The same place and marking: one set has the small counts that another leaves out."""
    found = make_finding(marking="TLP:GREEN")
    fewer = found.model_copy(update={"observed": found.observed - 3})
    state = alerts.released_to(STATE)
    county = alerts.released_to(replace(COUNTY, smallest_count=5))
    others = alerts.released_to(replace(release_to("PCSO"), smallest_count=5))
    (large,), (small,), (same,) = (
        own.note("1", [one]) for own, one in ((state, found), (county, fewer), (others, fewer))
    )
    state.close_alert(large.id, by="Cora", outcome="confirmed", reason="3 in Hidalgo")
    assert {own.list()[0].state for own in (county, others)} == {"open"}
    county.close_alert(small.id, by="Sam", outcome="false", reason="a shift change")
    assert (others.get(same.id).state, others.get(same.id).closed_by) == ("closed", "Sam")
    assert state.get(large.id).closed_by == "Cora"
    # As many, by chance, with other small counts left out.
    chance = alerts.released_to(replace(release_to("HCSO"), smallest_count=3))
    (late,) = chance.note("1", [fewer])
    assert late.state == "open"


@pytest.mark.access
def test_an_alert_from_before_small_counts_were_noted_shares_no_step_until_it_goes_on(
    alerts: Alerts, either: StoreSettings
) -> None:
    county, state = alerts.released_to(COUNTY), alerts.released_to(STATE)
    (raised,) = county.note("1", [make_finding()])
    unnoted = raised.model_copy(update={"revision": 2, "smallest_count": None})
    with closing(RelationalStore(either)) as store, store.writing() as opened:
        add_alert(opened, county.name, unnoted)
    (theirs,) = state.note("1", [make_finding()])
    county.acknowledge(raised.id, by="Ana")
    assert state.get(theirs.id).state == "open"
    for own in (county, state):
        own.note("2", [make_finding(2)])
    county.close_alert(raised.id, by="Ana", outcome="false", reason="a shift change")
    assert state.get(theirs.id).state == "closed"


@pytest.mark.access
@only_sqlite
def test_alerts_that_count_everything_are_not_taken_over_where_small_counts_are_left_out(
    alerts: Alerts, tmp_path: Path
) -> None:
    alerts.note("1", [make_finding()])
    with write_raw(tmp_path / "room.sqlite") as opened:
        opened.execute("UPDATE alert SET of = NULL")
        opened.commit()
    assert alerts.released_to(replace(COUNTY, smallest_count=5)).note("2", []) == ()
    alerts.released_to(STATE).note("2", [])
    assert alerts.released_to(COUNTY).list() == ()
    assert len(alerts.released_to(STATE).list()) == 1


@pytest.mark.exchange
@only_sqlite
def test_alerts_that_count_everything_are_not_taken_over_for_a_partner(
    alerts: Alerts, tmp_path: Path
) -> None:
    """They count kinds, places and hours that its rules of giving leave out."""
    alerts.note("1", [make_finding()])
    with write_raw(tmp_path / "room.sqlite") as opened:
        opened.execute("UPDATE alert SET of = NULL")
        opened.commit()
    grant = Grant(
        code=STATE.agency, rules=GivingRules(parts=("events",), kinds=("rescue",)), hop_limit=1,
        giver=Giver(agency="JTF", secret=b"of this server"),
    )  # fmt: skip
    partner = alerts.released_to(replace(STATE, grant=grant))
    partner.note("2", [])
    assert partner.list() == ()
    people = alerts.released_to(STATE)
    people.note("2", [])
    assert len(people.list()) == 1
