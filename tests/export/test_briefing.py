"""Tests of making briefs: noted and stored, each tells what changed since the last one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.export.area_brief import AreaBrief
from cop.export.briefing import draft_brief, find_brief_file, list_contacts, make_brief
from cop.model.daily import name_place
from cop.model.filter import Filter
from cop.model.impact import Agreement
from cop.model.moment import utc_now
from cop.model.release import Release
from cop.query.impact import read_impacts
from cop.query.service import QueryService
from tests.support.access import shipped_policy
from tests.support.alert import make_finding
from tests.support.partner import Office, open_office
from tests.support.record import make_frame
from tests.support.store import date_versions

pytestmark = pytest.mark.exchange
SANTA_CRUZ = Filter(counties=("Santa Cruz, AZ",))
PIMA = Filter(counties=("Cochise, AZ",))
SHERIFF = Release(agency="SO-1", highest="TLP:AMBER")


def events(n: int, start: int = 0, **columns: object) -> pd.DataFrame:
    ids = [f"r{start + i}" for i in range(n)]
    when = [utc_now() - timedelta(hours=i % 20, minutes=5) for i in range(n)]
    stated = {"lon": -110.94, "lat": 31.35, "county": "Santa Cruz, AZ", "marking": "TLP:GREEN"}
    return make_frame(n, source_id=ids, occurred_at=when, **{**stated, **columns})


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    office.publish(events(5, kind="rescue", count=2))
    office.publish(events(3, start=5, kind="crossing", count=1, marking="TLP:RED"))
    office.publish(
        events(2, start=8, kind="crossing", lon=-109.55, lat=31.36, county="Cochise, AZ")
    )
    yield office
    office.close()


def lines(brief: AreaBrief, title: str) -> tuple[str, ...]:
    return next(section.lines for section in brief.sections if section.title == title)


def refreshed(office: Office) -> QueryService:
    office.warehouse.refresh()
    return office.service


def test_the_next_one_says_what_changed_since(office: Office) -> None:
    service = refreshed(office)
    assert lines(draft_brief(service, SANTA_CRUZ), "What changed") == (
        "This is the first brief of this area.",
    )
    made = make_brief(service, SANTA_CRUZ, by="Ana")
    assert made.made.title == "Brief of county Santa Cruz, AZ"
    office.publish(events(4, start=20, kind="rescue", count=1))
    changed = lines(draft_brief(refreshed(office), SANTA_CRUZ), "What changed")
    assert changed[0].startswith("Since the last brief, ")
    assert re.search(r": 4 (new|late)", changed[1]), changed
    # That of others, and of another place, is not this one's.
    for other in (office.service.released_to(SHERIFF),):
        assert lines(draft_brief(other, SANTA_CRUZ), "What changed")[0].startswith("This is the")
    assert lines(draft_brief(service, PIMA), "What changed")[0].startswith("This is the first")


@pytest.mark.parametrize(
    ("behind", "seconds", "changed"),
    [
        pytest.param(0, 0, "4 late", id="at once"),
        pytest.param(0, -0.4, "4 late", id="within its second"),
        pytest.param(1, 10, "6 late", id="not seen"),
        pytest.param(1, -0.4, "6 late", id="not seen, within its second"),
        pytest.param(-5, 10, "4 late", id="gone"),
        pytest.param(0, -30, "6 late", id="another of its number"),
    ],
)
def test_changes_count_from_what_the_last_one_had(
    office: Office, behind: int, seconds: float, changed: str
) -> None:
    """Its server may not have had the newest version; its time is to the second."""
    place = Filter(counties=("Santa Cruz, AZ", "Cochise, AZ"))
    newest = office.warehouse.snapshot.version
    published = utc_now() - timedelta(minutes=2)
    before = published - timedelta(minutes=1)
    date_versions(office.warehouse.folder, {newest - 1: before, newest: published})
    office.room.area_briefs.note(
        place=name_place(place),
        made_for="",
        title="Brief",
        made_at=published + timedelta(seconds=seconds),
        version=newest - behind,
        marking="TLP:GREEN",
        made_by="Ana",
        highest="TLP:RED",
    )
    office.publish(events(4, start=20, kind="rescue"))
    found = lines(draft_brief(refreshed(office), place), "What changed")
    assert found[1].endswith(f": {changed}."), found


def test_what_was_made_is_stored_and_found(office: Office) -> None:
    made = make_brief(refreshed(office), SANTA_CRUZ, by="Ana")
    folder = office.warehouse.folder
    assert find_brief_file(folder, made.made, "pdf") == made.pdf
    assert find_brief_file(folder, made.made, "html") == made.html
    (stored,) = office.room.area_briefs.list()
    assert (stored, stored.version) == (made.made, office.warehouse.snapshot.version)


def test_contacts_are_of_the_host_and_of_the_county() -> None:
    shipped = shipped_policy()
    stated = {
        code: rule.model_copy(update={"contact": f"call {code}"})
        for code, rule in shipped.agencies.items()
    }
    stated["SO-1"] = stated["SO-1"].model_copy(update={"counties": ["Santa Cruz, AZ"]})
    found = list_contacts(stated, "JTF", SANTA_CRUZ)
    assert found == ("Joint Task Force: call JTF", "A county sheriff's office: call SO-1")
    assert list_contacts(shipped.agencies, "JTF", SANTA_CRUZ) == ()


def test_a_stored_brief_is_for_who_may_read_all_that_it_has(office: Office) -> None:
    """A chief's brief is not a deputy's: neither its marking nor what it left out may differ."""
    chief = Release(agency="JTF", highest="TLP:RED")
    made = make_brief(office.service.released_to(chief), SANTA_CRUZ, by="Chief").made
    assert made.is_for(chief)
    assert not made.is_for(None)
    for other in (
        Release(agency="JTF"),
        Release(agency="DPS", highest="TLP:RED"),
        Release(agency="JTF", highest="TLP:RED", smallest_count=2),
    ):
        assert not made.is_for(other), other
    small = Release(agency="JTF", highest="TLP:GREEN", smallest_count=5)
    made = make_brief(office.service.released_to(small), SANTA_CRUZ, by="Deputy").made
    assert (made.highest, made.smallest_count) == ("TLP:GREEN", 5)
    assert made.is_for(small)
    assert made.is_for(chief)


def test_a_brief_is_marked_as_the_decisions_in_it(office: Office) -> None:
    service = refreshed(office).released_to(Release(agency="JTF", highest="TLP:AMBER+STRICT"))
    assert draft_brief(service, SANTA_CRUZ).marking == "TLP:GREEN"
    view = service.view(SANTA_CRUZ)
    impacts = read_impacts(service, view)
    assert impacts is not None
    proposal = impacts.within(view).levels[0].proposal
    service.room.decisions.agree(
        Agreement(segments=(proposal.segment_id,), by="Ana", reason="known", level="high"),
        {proposal.segment_id: proposal},
        impacts.basis.rules,
        records="real",
        version=office.warehouse.snapshot.version,
        marking="TLP:AMBER+STRICT",
    )
    brief = draft_brief(service, SANTA_CRUZ)
    assert any(proposal.segment_id in line for line in lines(brief, "Alerts and decisions"))
    assert brief.marking == "TLP:AMBER+STRICT"


def test_a_brief_is_marked_as_the_alerts_in_it(office: Office) -> None:
    service = refreshed(office).released_to(Release(agency="JTF", highest="TLP:AMBER+STRICT"))
    finding = make_finding(sector="TCA", marking="TLP:AMBER", records="real", until=utc_now())
    service.room.alerts.note("1 of now", [finding])
    brief = draft_brief(service, Filter(sectors=("TCA",)))
    assert "No alert is open here." not in lines(brief, "Alerts and decisions")
    assert brief.marking == "TLP:AMBER"
