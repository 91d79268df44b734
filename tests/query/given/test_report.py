"""Tests of the reports in a view: a brief for a partner notes those that it is given."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cop.exchange.field_report import publish_report
from cop.exchange.partner_release import PartnerReleases
from cop.export.briefing import make_brief
from cop.model.filter import Filter
from cop.model.giving import GivingRules
from cop.model.moment import format_instant, utc_now
from cop.model.report import ReportEntry
from cop.model.window import TimeWindow
from cop.query.given.report import list_report_ids
from cop.query.service import QueryService
from tests.support.access import shipped_policy
from tests.support.field import report_id, stated_report
from tests.support.partner import Office, make_node, open_office

pytestmark = pytest.mark.exchange
SANTA_CRUZ = Filter(counties=("Santa Cruz, AZ",))


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    for n, kind, hours in ((0, "rescue", 1), (1, "crossing", 1), (2, "rescue", 30)):
        when = format_instant(utc_now() - timedelta(hours=hours))
        stated = stated_report(n, kind=kind, occurred_at=when)
        entry = ReportEntry.build(stated, now=utc_now())
        report = office.room.reports.receive(entry, sender="local:ana", agency="SO-1")
        publish_report(office.warehouse, office.room.reports, report)
    office.warehouse.refresh()
    yield office
    office.close()


@pytest.fixture
def given(office: Office, tmp_path: Path) -> QueryService:
    """What a partner is given that gets rescues alone, in cells of a kilometer."""
    folder = tmp_path / "partner"
    folder.mkdir()
    rules = GivingRules(parts=("events",), highest="TLP:AMBER", kinds=("rescue",), precision="1km")
    office.room.partners.add(make_node(folder, "SO-1").card, rules=rules)
    releases = PartnerReleases(office.room, office.settings, shipped_policy())
    return office.service.released_to(releases.for_agency("SO-1"))


def test_a_report_that_is_given_is_known_here_and_no_other(
    office: Office, given: QueryService
) -> None:
    assert list_report_ids(given, given.view()) == (report_id(0), report_id(2))
    lately = TimeWindow(start=utc_now() - timedelta(hours=24), end=utc_now())
    assert list_report_ids(given, given.view(Filter().within(lately))) == (report_id(0),)
    whole = office.service
    assert list_report_ids(whole, whole.view()) == tuple(report_id(n) for n in range(3))


def test_a_brief_for_a_partner_notes_the_reports_in_it(office: Office, given: QueryService) -> None:
    made = make_brief(given, SANTA_CRUZ, by="Cai")
    uses = [office.room.reports.get(report_id(n)).uses for n in range(3)]
    assert [[use.title for use in each] for each in uses] == [[made.brief.title], [], []]
    assert report_id(0).encode() not in made.html
