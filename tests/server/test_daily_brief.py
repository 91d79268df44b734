"""Tests of the daily briefs of a server: once when due, released to their agency, recorded."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cop.access.audit.log import AuditLog
from cop.exchange.partner_release import PartnerReleases
from cop.export.briefing import find_brief_file
from cop.model.daily import name_place
from cop.model.filter import Filter
from cop.model.giving import GivingRules
from cop.model.moment import utc_now
from cop.server import daily_brief
from cop.server.daily_brief import BriefScheduler
from cop.store.audit.search import AuditQuery
from tests.support.access import SetClock, shipped_policy
from tests.support.partner import Office, make_node, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
SANTA_CRUZ = Filter(counties=("Santa Cruz, AZ",))


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    when = utc_now() - timedelta(hours=2)
    for n, marking in enumerate(("TLP:GREEN", "TLP:RED")):
        office.publish(
            make_frame(
                1, source_id=[f"r{n}"], occurred_at=[when], county="Santa Cruz, AZ", marking=marking
            )
        )
    yield office
    office.close()


def daily(office: Office, place: str) -> None:
    at = utc_now() + timedelta(minutes=2)
    office.room.area_briefs.schedule(
        place=place,
        made_for="SO-1",
        time_zone="UTC",
        hour=at.hour,
        minute=at.minute,
        added_by="Ana",
    )


def schedule_of(office: Office, audit: AuditLog, clock: SetClock) -> BriefScheduler:
    policy = shipped_policy()
    releases = PartnerReleases(office.room, office.settings, policy, now=clock)
    return BriefScheduler(office.service, releases, policy, audit, every_s=0, now=clock)


def test_a_brief_is_made_once_when_it_is_due(office: Office) -> None:
    daily(office, name_place(SANTA_CRUZ))
    clock, audit = SetClock(utc_now()), AuditLog(office.settings)
    scheduler = schedule_of(office, audit, clock)
    assert scheduler.make_due() == 0
    clock.go_on(minutes=3)
    assert (scheduler.make_due(), scheduler.make_due()) == (1, 0)
    (made,) = office.room.area_briefs.list()
    assert (made.made_for, made.made_by) == ("SO-1", "every day")
    assert made.marking != "TLP:RED"
    clock.go_on(hours=23)
    assert scheduler.make_due() == 0
    clock.go_on(hours=1)
    assert scheduler.make_due() == 1
    entries = audit.search(AuditQuery(action="export"))
    assert {(entry.who, entry.subject) for entry in entries} == {("program", "daily brief")}
    audit.close()


def test_one_that_cannot_be_made_holds_up_no_other(office: Office) -> None:
    daily(office, "county=Nowhere%2C+AZ")
    daily(office, name_place(SANTA_CRUZ))
    clock, audit = SetClock(utc_now() + timedelta(minutes=3)), AuditLog(office.settings)
    scheduler = schedule_of(office, audit, clock)
    assert scheduler.make_due() == 1
    assert "Nowhere" in str(scheduler.fault)
    assert scheduler.make_due() == 0
    audit.close()


@pytest.mark.parametrize("use", ["read_place", "make_brief"])
def test_a_fault_of_any_kind_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, use: str
) -> None:
    first, second = SANTA_CRUZ, Filter(counties=("Cochise, AZ",))
    daily(office, name_place(first))
    daily(office, name_place(second))
    whole, uses = getattr(daily_brief, use), list[str]()

    def fail_once(*arguments: Any, **stated: Any) -> Any:
        uses.append(use)
        if len(uses) == 1:
            raise ValueError("no place of this program")
        return whole(*arguments, **stated)

    monkeypatch.setattr(daily_brief, use, fail_once)
    clock, audit = SetClock(utc_now() + timedelta(minutes=3)), AuditLog(office.settings)
    scheduler = schedule_of(office, audit, clock)
    assert scheduler.make_due() == 1
    places = [name_place(first), name_place(second)]
    assert scheduler.fault in [f"{place}: no place of this program" for place in places]
    assert scheduler.make_due() == 0
    assert len(uses) == 2
    audit.close()


def test_a_brief_for_a_partner_goes_by_its_rules(office: Office, tmp_path: Path) -> None:
    """One that is given nothing gets none, and who makes briefs can see why."""
    card = make_node(tmp_path, "SO-1").card
    office.room.partners.add(card)
    daily(office, name_place(SANTA_CRUZ))
    clock, audit = SetClock(utc_now() + timedelta(minutes=3)), AuditLog(office.settings)
    scheduler = schedule_of(office, audit, clock)
    assert scheduler.make_due() == 0
    assert "partner SO-1 is given nothing" in str(scheduler.fault)
    (refused,) = audit.search(AuditQuery(action="export", outcome="refused"))
    assert "partner SO-1 is given nothing" in str(refused.detail)
    rules = GivingRules(parts=("events",), highest="TLP:AMBER", precision="sector")
    office.room.partners.change("SO-1", rules=rules)
    clock.go_on(hours=24)
    assert scheduler.make_due() == 1
    (made,) = office.room.area_briefs.list()
    html = find_brief_file(office.settings.data, made, "html").decode()
    assert "Events as given to SO-1: one point for the sector" in html
    audit.close()
