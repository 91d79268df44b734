"""Tests of the brief of an area: counted by hand, for its readers, since the last one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import FilterError
from cop.exchange.field_report import grade_report, publish_report
from cop.export.area_brief import AreaBrief
from cop.export.area_html import render_area_html
from cop.export.area_pdf import render_area_pdf
from cop.export.briefing import draft_brief
from cop.model.filter import Filter
from cop.model.giving import Giver, GivingRules, Grant
from cop.model.moment import format_instant, utc_now
from cop.model.paper import find_paper
from cop.model.release import Release
from cop.model.report import Grade, ReportEntry
from cop.query.service import QueryService
from tests.support.field import report_id, stated_report
from tests.support.partner import Office, open_office
from tests.support.record import make_frame

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


def test_it_counts_what_its_readers_may_read_in_its_place(office: Office) -> None:
    whole = draft_brief(refreshed(office), SANTA_CRUZ)
    happened = lines(whole, "What happened")
    assert "Rescue: 5 events, 10 people" in happened
    assert "Crossing: 3 events, 3 people" in happened
    assert (whole.marking, whole.synthetic, whole.made_for) == ("TLP:RED", False, "")
    theirs = draft_brief(office.service.released_to(SHERIFF), SANTA_CRUZ)
    assert "Rescue: 5 events, 10 people" in lines(theirs, "What happened")
    assert not any("Crossing" in line for line in lines(theirs, "What happened"))
    assert (theirs.marking, theirs.made_for) == ("TLP:AMBER", "SO-1") or theirs.marking in (
        "TLP:GREEN",
        "TLP:AMBER",
    )
    assert next(f.value for f in theirs.figures if f.title == "Events") == "5"
    assert sum("mi " in line or "in Nogales" in line for line in happened) == 8


def test_files_say_their_marking_and_load_nothing(office: Office) -> None:
    brief = draft_brief(refreshed(office), SANTA_CRUZ)
    html = render_area_html(brief).decode()
    assert html.count("TLP:RED") >= 3
    assert not re.search(r'(src|href)="(?!data:)', html)
    assert "default-src 'none'" in html
    pdf = render_area_pdf(brief, find_paper("letter"))
    assert pdf.startswith(b"%PDF")


def test_nothing_reported_is_not_nothing(office: Office) -> None:
    brief = draft_brief(refreshed(office), Filter(counties=("El Paso, TX",)))
    assert any("not the same as none" in line for line in lines(brief, "What happened"))
    assert "Coverage is unknown, not zero" in lines(brief, "Where nobody looks")[0]
    assert lines(brief, "Alerts and decisions")[0] == "No alert is open here."


def test_a_place_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(FilterError, match="Nowhere"):
        draft_brief(office.service, Filter(counties=("Nowhere, AZ",)))


def test_a_report_says_that_it_is_unconfirmed_until_somebody_grades_it(office: Office) -> None:
    """Whatever the grade: one that is improbable was judged, and so was one of low confidence."""
    for n in (0, 1):
        stated = stated_report(n, occurred_at=format_instant(utc_now()), note=None)
        entry = ReportEntry.build(stated, now=utc_now())
        report = office.room.reports.receive(entry, sender="local:ana", agency="SO-1")
        publish_report(office.warehouse, office.room.reports, report)
        office.warehouse.refresh()
    graded = Grade(source="D", information="5")
    grade_report(office.warehouse, office.room.reports, report_id(1), graded, by="Ana")
    happened = lines(draft_brief(refreshed(office), SANTA_CRUZ), "What happened")
    of_reports = [line for line in happened if line.endswith(", unconfirmed")]
    assert len(of_reports) == 1
    coarse = GivingRules(parts=("events",), precision="1km", highest="TLP:AMBER")
    giver = Giver(agency="JTF", secret=b"k")
    grant = Grant(code="SO-1", rules=coarse, hop_limit=1, giver=giver)
    release = replace(SHERIFF, grant=grant)
    happened = lines(draft_brief(office.service.released_to(release), SANTA_CRUZ), "What happened")
    assert len([line for line in happened if line.endswith(", unconfirmed")]) == 2
